// The body that the encoders share: embeddings and blocks, without a head.
import Layers
import Tensors

/// A bidirectional transformer: BERT, RoBERTa or DeBERTa without a head.
final class TransformerEncoder: Backbone {
  let configuration: any ModelConfiguration
  let parameters: [Parameter]
  let embedded: EmbeddedSequence
  private let embeddings: Embeddings
  private let relativePositions: RelativePositions?
  private let relativeTable: Parameter?
  private let relativeNorm: LayerNorm?
  private let blocks: [EncoderBlock]

  init(_ configuration: EncoderConfiguration, _ builder: ParameterBuilder) throws {
    self.configuration = configuration
    let already = builder.parameters.count
    let path = "\(configuration.kind.names.prefix).encoder"
    embeddings = try Embeddings(configuration, builder)
    embedded = EmbeddedSequence(words: embeddings.words)
    relativePositions = configuration.relativePositions
    if let relativePositions {
      relativeTable = try builder.table(
        "\(path).rel_embeddings", rows: 2 * relativePositions.span, columns: configuration.hiddenSize)
      relativeNorm =
        relativePositions.normalizesTable
        ? try builder.norm("\(path).LayerNorm", size: configuration.hiddenSize, epsilon: configuration.normEpsilon)
        : nil
    } else {
      relativeTable = nil
      relativeNorm = nil
    }
    blocks = try (0..<configuration.layers).map { try EncoderBlock(configuration, layer: $0, builder) }
    parameters = Array(builder.parameters[already...])
  }

  var projections: [Projection] { blocks.flatMap(\.projections) }
  var sublayers: [Sublayer] { blocks.flatMap(\.sublayers) }
  var norms: [any Norm] { [embeddings.norm] + [relativeNorm].compactMap { $0 } + sublayers.map(\.norm) }
  var keysAndValues: [KeysAndValues] { blocks.map(\.keysAndValues) }
  var wordEmbeddings: Parameter { embeddings.words }

  func hiddenStates(_ batch: TokenBatch, rows: RowSelection, pass: Pass, observer: ModelObserver?) -> Tensor {
    let prefixed = embedded.prefixed(batch.offsets), pass = pass.prefixed(by: prefixed?.count ?? 0)
    let offsets = Offsets(prefixed?.offsets ?? batch.offsets), places = rows.places(in: batch, behind: prefixed)
    var x = embeddings(batch, behind: prefixed, of: embedded, after: keysBefore, pass: pass)
    observer?.hiddenStates?(0, x)
    let relative = relative(offsets, pass)
    let last = places.map { QueryRows($0, bounds: offsets, as: rows.passRows, on: x.backend) }
    for (layer, block) in blocks.enumerated() {
      let cut = layer == blocks.count - 1 && observer == nil ? last : nil,
        firstAttention = layer == 0 ? observer?.firstAttention : nil
      x = pass.recomputable([x] + (relative.map { [$0.rows] } ?? [])) { inputs, pass in
        block(
          inputs[0], offsets: offsets, rows: cut, relative: relative?.with(inputs.last), pass: pass,
          probabilities: pass.isRepetition ? nil : firstAttention)
      }
      observer?.hiddenStates?(layer + 1, x)
    }
    return observer == nil ? x : last.map { x.rows($0.places) } ?? x
  }

  /// The table for the longest of the sequences between `offsets`, or of the whole batch that they are a part of, wide enough for what stands before each one's keys.
  private func relative(_ offsets: Offsets, _ pass: Pass) -> RelativeTable? {
    guard let relativeTable, let relativePositions else { return nil }
    let longest = pass.longest((0..<offsets.runs).reduce(0) { max($0, offsets.count($1)) })
    let window = relativePositions.window(longest: longest + 2 * keysBefore)
    let rows = relativeTable.tensor.rows(window.rows)
    return RelativeTable(rows: relativeNorm?(rows) ?? rows, index: window.index)
  }
}
