// Llama (Touvron et al. 2023) and what was built like it (TinyLlama, SmolLM2, Llama 3): a decoder with norms before its layers, rotary
// positions, grouped key heads and gated feed-forward layers; for classification one linear layer over the last token.
import Foundation
import Layers
import Tensors

extension Architecture {
  /// The decoder of Touvron et al. 2023, in all its releases.
  package static let llama = Architecture(LlamaDefinition.self)
}

enum LlamaDefinition: ArchitectureDefinition {
  static let modelType = "llama"
  // older files hold the frequencies of the rotary positions
  static let names = TensorNames(
    prefix: "model", output: "score", bodyParts: ["embed_tokens.", "layers.", "norm."],
    anchor: "layers.0.self_attn.q_proj.weight", wordTable: "embed_tokens.weight",
    wordHeads: ["\(wordHead).weight"], tiesWords: false,
    useless: ["rotary_emb.inv_freq", ".rotary_emb.inv_freq"])
  /// The path of the head that says which token is next.
  static let wordHead = "lm_head"

  static func configuration(json: Data, path: String) throws -> any ModelConfiguration {
    try LlamaConfiguration(json: json, path: path)
  }

  static func usualModules(for use: ModuleUse) -> [String] {
    switch use {
    case .lowRank, .rankAllocation: ["q_proj", "v_proj"]
    case .scaling: ["k_proj", "v_proj", "down_proj"]
    case .norms: ["input_layernorm", "post_attention_layernorm", "norm"]
    }
  }
}

/// A causal transformer without a head.
final class Llama: DecodingBackbone {
  let configuration: any ModelConfiguration
  let parameters: [Parameter]
  let embedded: EmbeddedSequence
  let wordEmbeddings: Parameter
  private let blocks: [LlamaBlock]
  private let lastNorm: RMSNorm
  private let rotary: RotaryPositions
  private let padding: Int32?
  /// The turns of as many positions as were needed so far.
  private var rotaryTable: Tensor?

  init(_ configuration: LlamaConfiguration, _ builder: ParameterBuilder) throws {
    self.configuration = configuration
    let already = builder.parameters.count, path = LlamaDefinition.names.prefix
    rotary = configuration.rotary
    padding = configuration.padding.map { Int32($0) }
    wordEmbeddings = try builder.table(
      "\(path).embed_tokens", rows: configuration.vocabularySize, columns: configuration.hiddenSize,
      padding: configuration.padding)
    embedded = EmbeddedSequence(words: wordEmbeddings)
    blocks = try (0..<configuration.layers).map { try LlamaBlock(configuration, layer: $0, builder) }
    lastNorm = try builder.rmsNorm("\(path).norm", size: configuration.hiddenSize, epsilon: configuration.normEpsilon)
    parameters = Array(builder.parameters[already...])
  }

  var projections: [Projection] { blocks.flatMap(\.projections) }
  var sublayers: [Sublayer] { blocks.flatMap(\.sublayers) }
  var norms: [any Norm] { sublayers.map(\.norm) + [lastNorm] }
  var keysAndValues: [KeysAndValues] { blocks.map(\.keysAndValues) }

  /// An observer sees the last layer's output behind the last norm, as the library shows it.
  func hiddenStates(_ batch: TokenBatch, rows: RowSelection, pass: Pass, observer: ModelObserver?) -> Tensor {
    hiddenStates(batch, rows: rows, pass: pass, observer: observer, keep: nil)
  }

  /// - Parameter keep: receives each layer's keys and values, and where each sequence's rows start among them.
  private func hiddenStates(
    _ batch: TokenBatch, rows: RowSelection, pass: Pass, observer: ModelObserver?, keep: KeepKeysAndValues?
  ) -> Tensor {
    let prefixed = embedded.prefixed(batch.offsets), pass = pass.prefixed(by: prefixed?.count ?? 0)
    let offsets = Offsets(prefixed?.offsets ?? batch.offsets), places = rows.places(in: batch, behind: prefixed)
    let words = embedded.joined(wordEmbeddings.tensor.rows(batch.tokens, padding: padding), prefixed, pass: pass)
    var x = words.dropped(pass.dropout(Float(configuration.hiddenDropout)))
    observer?.hiddenStates?(0, x)
    let positions = (0..<offsets.runs).flatMap { run in (0..<offsets.count(run)).map { Int32($0) } }
    let table = table(for: positions, on: x.backend), rotary = RotaryRows(table: table, positions: positions)
    let last = places.map { places in
      LlamaBlock.Cut(
        rows: QueryRows(places, bounds: offsets, as: rows.passRows, on: x.backend),
        rotary: RotaryRows(table: table, positions: places.map { positions[Int($0)] }))
    }
    for (layer, block) in blocks.enumerated() {
      let isLast = layer == blocks.count - 1, cut = isLast && observer == nil ? last : nil,
        firstAttention = layer == 0 ? observer?.firstAttention : nil
      x = pass.recomputable([x]) { inputs, pass in
        block(
          inputs[0], offsets: offsets, cut: cut, rotary: rotary, pass: pass,
          probabilities: pass.isRepetition ? nil : firstAttention,
          keep: keep.map { keep in { keep(layer, offsets, $0, $1) } })
      }
      if isLast { x = lastNorm(x) }
      observer?.hiddenStates?(layer + 1, x)
    }
    return observer == nil ? x : last.map { x.rows($0.rows.places) } ?? x
  }

  func cache(on backend: any Backend) -> DecodingCache {
    DecodingCache(
      keysAndValues, rows: CachedRows(layers: blocks.count, width: keysAndValues.first?.width ?? 0, on: backend))
  }

  func begin(_ prompts: TokenBatch, in cache: DecodingCache) -> (states: Tensor, sequences: [DecodingSequence]) {
    var kept: (rows: [Int32], sequences: [DecodingSequence]) = ([], [])
    let states = hiddenStates(prompts, rows: .last, pass: .evaluation, observer: nil) { layer, offsets, keys, values in
      if layer == 0 {
        kept.rows = cache.rows.take(offsets.rows)
        kept.sequences = (0..<offsets.runs).map { DecodingSequence(rows: Array(kept.rows[offsets[$0]..<offsets[$0 + 1]])) }
      }
      cache.rows.store(keys: keys, values: values, layer: layer, at: kept.rows)
    }
    return (states, kept.sequences)
  }

  func next(_ tokens: [Int32], after sequences: [DecodingSequence], in cache: DecodingCache)
    -> (states: Tensor, sequences: [DecodingSequence])
  {
    let step = DecodingStep(after: sequences, in: cache), pass = Pass.evaluation
    let positions = sequences.map { Int32($0.rows.count) }
    var x = wordEmbeddings.tensor.rows(tokens, padding: padding)
    let rotary = RotaryRows(table: table(for: positions, on: x.backend), positions: positions)
    for block in blocks { x = block.next(x, step, rotary: rotary, pass: pass) }
    return (lastNorm(x), step.continued)
  }

  /// A table for these positions and what stands before them; it grows by doubling, and each of its rows is what it always was.
  private func table(for positions: [Int32], on backend: any Backend) -> Tensor {
    let needed = Int(positions.max() ?? 0) + 1 + keysBefore
    if let rotaryTable, rotaryTable.shape[0] >= needed { return rotaryTable }
    var rows = 64
    while rows < needed { rows *= 2 }
    let table = rotary.table(rows: rows, on: backend)
    rotaryTable = table
    return table
  }
}
