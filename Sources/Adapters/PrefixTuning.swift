// Prefix tuning (Li and Liang 2021, arXiv 2101.00190): in every layer keys and values that learn stand before those of each input, as
// if virtual tokens had been read before it (Eq. 3); the model itself is frozen. With `prefix_projection` they are made of smaller
// embeddings by a network of two layers that all share, W₂ tanh(W₁ e + b₁) + b₂ (the paper's section 4.3), which trains more steadily
// and is dropped afterwards. Values begin as the peft library's: embeddings standard normal, the network's layers as PyTorch begins
// them.
//
// As in the library, whose prefixes are keys and values of a cache (`past_key_values`), the input's own positions go on behind the
// prefix, and a Llama's prefix keys are not turned by its rotary positions. DeBERTa's attention goes by distances between tokens, of
// which such keys have none, and the library refuses it; so does this method.
import Layers
import Settings
import Tensors

/// Keys and values before each input's own, in every layer.
package final class PrefixTuning: TuningMethod {
  package static let description = MethodSchema(
    id: "prefix-tuning", label: "Prefix tuning",
    source: "Li and Liang 2021, Prefix-Tuning: Optimizing Continuous Prompts for Generation",
    options: [
      PromptTuning.virtualTokens(default: 20),
      OptionSchema(
        "prefix_projection", .flag, default: .flag(false), "make keys and values of smaller embeddings, by a network of two layers"),
      OptionSchema(
        "encoder_hidden_size", .integer(1...65_536),
        "the network's inner width, beside 'prefix_projection: true'; by default the width of a layer's keys"),
      OptionSchema(
        "initialization", .choice(["random", "zero"]), default: .text("random"),
        "what keys and values begin as: standard normal, or what the network makes of such numbers; or zero"),
    ])

  package var form: AdaptedForm { .prefixes }
  package let parameters: [Parameter]

  package init(_ options: MethodOptions, on host: MethodHost) throws {
    guard let width = host.keysAndValues.first?.width, !host.keysAndValues.contains(where: \.hasRelativePositions) else {
      throw AdapterError.unsuitedModel(
        method: Self.description.id,
        reason:
          "this model's attention (DeBERTa's) goes by the distances between tokens, and keys that stand before an input have none. Take "
          + "prompt-tuning, or a BERT, a RoBERTa or a Llama")
    }
    let projects = try options.flag("prefix_projection"), isZero = try options.text("initialization") == "zero"
    guard projects || !options.has("encoder_hidden_size") else {
      throw AdapterError.badOption(
        method: Self.description.id, option: "encoder_hidden_size", found: "given without 'prefix_projection: true'",
        expected: "both or neither")
    }
    let count = try options.integer("virtual_tokens"), all = 2 * width * host.keysAndValues.count
    func parameter(_ part: String, _ shape: [Int], isZero: Bool = false, bound: Float? = nil) -> Parameter {
      let name = "prompt_encoder.\(part)", stream = RandomStream.initialization(seed: host.seed, name: name)
      let values =
        isZero
        ? Tensor.zeros(shape, on: host.backend)
        : bound.map { .uniform(stream, low: -$0, high: $0, shape: shape, on: host.backend) }
          ?? .normal(stream, deviation: 1, shape: shape, on: host.backend)
      return host.parameter(name, values, decays: shape.count == 2)
    }
    let embedding = parameter("embedding.weight", [count, projects ? width : all], isZero: isZero && !projects)
    guard projects else {
      for place in host.keysAndValues { place.adapter = Prefix(embedding.tensor, of: place) }
      parameters = [embedding]
      return
    }
    let inner = options.has("encoder_hidden_size") ? try options.integer("encoder_hidden_size") : width
    let bounds = [width, inner].map { 1 / Float($0).squareRoot() }
    let network = [
      parameter("transform.0.weight", [inner, width], bound: bounds[0]), parameter("transform.0.bias", [inner], bound: bounds[0]),
      parameter("transform.2.weight", [all, inner], isZero: isZero, bound: bounds[1]),
      parameter("transform.2.bias", [all], isZero: isZero, bound: bounds[1]),
    ]
    for place in host.keysAndValues { place.adapter = ProjectedPrefix(embedding.tensor, network.map(\.tensor), of: place) }
    parameters = [embedding] + network
  }
}

/// A layer's columns of one table `[count, layers · 2 · width]`: its keys, then its values.
package final class Prefix: KeyValueAdapter {
  private let table: Tensor
  private let first: Int
  private let width: Int
  package var count: Int { table.shape[0] }

  /// The columns that belong to a layer.
  package init(_ table: Tensor, of place: KeysAndValues) {
    (self.table, first, width) = (table, 2 * place.layer * place.width, place.width)
  }

  package func prefix(pass: Pass) -> (keys: Tensor, values: Tensor) {
    (table.columns(first..<first + width), table.columns(first + width..<first + 2 * width))
  }
}

/// What the network makes of the embeddings for a layer: of its last layer the rows that are this layer's.
private final class ProjectedPrefix: KeyValueAdapter {
  private let embedding: Tensor
  /// Weight and bias of the first layer, then of the last.
  private let network: [Tensor]
  private let rows: (keys: Indices, values: Indices)
  var count: Int { embedding.shape[0] }

  init(_ embedding: Tensor, _ network: [Tensor], of place: KeysAndValues) {
    (self.embedding, self.network) = (embedding, network)
    func rows(_ part: Int) -> Indices {
      let first = (2 * place.layer + part) * place.width
      return Indices((first..<first + place.width).map { Int32($0) }, on: embedding.backend)
    }
    self.rows = (rows(0), rows(1))
  }

  func prefix(pass: Pass) -> (keys: Tensor, values: Tensor) {
    let inner = embedding.linear(weight: network[0], bias: network[1]).activated(.tanh)
    func last(_ rows: Indices) -> Tensor {
      let bias = network[3].reshaped([network[3].count, 1]).rows(rows)
      return inner.linear(weight: network[2].rows(rows), bias: bias.reshaped([rows.count]))
    }
    return (last(rows.keys), last(rows.values))
  }
}
