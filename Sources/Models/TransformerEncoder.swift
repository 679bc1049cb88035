// The body that the three encoders share: embeddings and blocks, without a head.
import Layers
import Tensors

/// The tokens whose last hidden states are asked for.
package enum TokenSelection: Sendable {
  case every
  /// Each sequence's first.
  case first
}

/// A bidirectional transformer: BERT, RoBERTa or DeBERTa without a head.
package final class TransformerEncoder {
  /// The sizes it was built with.
  package let configuration: EncoderConfiguration
  /// All parameters in the order of the forward pass, under their names on the hub.
  package let parameters: [Parameter]
  private let embeddings: Embeddings
  private let relativeTable: Parameter?
  private let relativeNorm: LayerNorm?
  private let blocks: [EncoderBlock]

  init(_ configuration: EncoderConfiguration, _ builder: ParameterBuilder) throws {
    self.configuration = configuration
    let already = builder.parameters.count
    let path = "\(configuration.architecture.prefix).encoder"
    embeddings = try Embeddings(configuration, builder)
    if let relative = configuration.relativePositions {
      relativeTable = try builder.table(
        "\(path).rel_embeddings", rows: 2 * relative.span, columns: configuration.hiddenSize)
      relativeNorm =
        relative.normalizesTable
        ? try builder.norm("\(path).LayerNorm", size: configuration.hiddenSize, epsilon: configuration.normEpsilon)
        : nil
    } else {
      relativeTable = nil
      relativeNorm = nil
    }
    blocks = try (0..<configuration.layers).map { try EncoderBlock(configuration, layer: $0, builder) }
    parameters = Array(builder.parameters[already...])
  }

  /// The linear layers that an adapter may wrap: by layer, then query, key, value, attention output, intermediate, output.
  package var projections: [Projection] { blocks.flatMap(\.projections) }
  /// The ends of the blocks' halves, layer by layer, attention before feed-forward.
  package var sublayers: [SublayerOutput] { blocks.flatMap(\.sublayers) }
  /// The table of token embeddings, `[vocabulary, hidden]`; a masked-language-model head shares it.
  package var wordEmbeddings: Parameter { embeddings.words }

  /// The last layer's output: `[tokens, hidden]`, or `[sequences, hidden]` of the first tokens.
  ///
  /// The batch must be one that `configuration.validate(_:)` accepts. For the first tokens alone the last block computes
  /// queries and all that follows for those rows only, unless an observer asks for all.
  package func hiddenStates(
    _ batch: TokenBatch, pass: Pass, tokens: TokenSelection = .every, observer: ModelObserver? = nil
  ) -> Tensor {
    var x = embeddings(batch, pass: pass)
    observer?.hiddenStates?(0, x)
    let relative = relative(longest: batch.longest)
    for (layer, block) in blocks.enumerated() {
      let cut = tokens == .first && layer == blocks.count - 1 && observer == nil
      x = block(
        x, batch, tokens: cut ? .first : .every, relative: relative, pass: pass,
        probabilities: layer == 0 ? observer?.firstAttention : nil)
      observer?.hiddenStates?(layer + 1, x)
    }
    return tokens == .first && observer != nil ? x.rows(batch.firstRows) : x
  }

  private func relative(longest: Int) -> RelativeTable? {
    guard let relativeTable, let positions = configuration.relativePositions else { return nil }
    let window = positions.window(longest: longest)
    let rows = relativeTable.tensor.rows(window.rows)
    return RelativeTable(rows: relativeNorm?(rows) ?? rows, index: window.index)
  }
}
