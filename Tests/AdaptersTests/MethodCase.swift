// The rows of the contract suite: one for each method.
import Layers
import Models
import Settings
import Testing

@testable import Adapters

/// A method, options under which all it does happens within a few steps, and what it trains.
struct MethodCase: Sendable, CustomTestStringConvertible {
  /// What of the backbone itself learns.
  enum Backbone: Sendable {
    case nothing, biases, norms, everything
  }
  /// How the model differs from the checkpoint before the first update.
  enum Start: Sendable {
    /// Not at all.
    case equal
    /// By roundings.
    case rounded
    /// By roundings, with a part of each adapted weight in its adapter.
    case split
    /// By what the method draws, which is small.
    case changed
    /// By what the method adds, however small its values are.
    case added
  }
  /// What the method hangs on.
  enum Place: Sendable {
    case nowhere, projections, sublayers, norms, embedded, keysAndValues
  }

  let id: String
  var options: [String: OptionValue] = [:]
  var backbone = Backbone.nothing
  var start = Start.equal
  var place = Place.projections
  /// Whether its initial values are drawn.
  var draws = true
  /// Architectures that it refuses.
  var unsuited: [Architecture] = []
  /// Options whose values must fit other options, the model or the length of training.
  var dependentOptions: [String] = []
  /// The number of the method's own entries that learn at first.
  let trainable: @Sendable (_ model: AdaptedModel) -> Int

  var testDescription: String { id }

  /// The guide's example, and a method for the place that no method of the program attaches to: they are in no registry.
  static var unregistered: [any TuningMethod.Type] { [SVFT.self, NormScaling.self] }

  /// The method.
  var method: any TuningMethod.Type {
    get throws { try Self.unregistered.first { $0.description.id == id } ?? MethodRegistry.method(id) }
  }

  /// An encoder that it goes on: DeBERTa, whose attention is the richest, where it can.
  var encoder: Architecture { unsuited.contains(.deberta) ? .roberta : .deberta }

  private static let allLinear: [String: OptionValue] = ["rank": .integer(3), "targets": .texts(["all-linear"])]

  private static func allLinear(_ more: [String: OptionValue]) -> [String: OptionValue] { allLinear.merging(more) { $1 } }

  /// Every method has a row here, and those that no registry has.
  static let all: [MethodCase] = [
    MethodCase(id: "fft", backbone: .everything, place: .nowhere, draws: false) { _ in 0 },
    MethodCase(id: "bitfit", backbone: .biases, place: .nowhere, draws: false) { _ in 0 },
    MethodCase(id: "houlsby", options: ["width": .integer(3)], start: .changed, place: .sublayers) {
      2 * $0.depth * (2 * $0.hidden * 3 + 3 + $0.hidden)
    },
    MethodCase(id: "pfeiffer", options: ["width": .integer(3)], start: .changed, place: .sublayers) {
      $0.depth * (2 * $0.hidden * 3 + 3 + $0.hidden)
    },
    MethodCase(id: "lora", options: allLinear(["alpha": .number(5)])) { $0.sum { 3 * ($0.input + $0.output) } },
    MethodCase(id: "rslora", options: allLinear(["dropout": .number(0.2)])) { $0.sum { 3 * ($0.input + $0.output) } },
    MethodCase(id: "dora", options: allLinear, start: .rounded) { $0.sum { 3 * ($0.input + $0.output) + $0.output } },
    MethodCase(id: "lora-plus", options: allLinear(["ratio": .number(4)])) { $0.sum { 3 * ($0.input + $0.output) } },
    // of 10 updates the ranks are pruned after 5, 7 and 8, and settled then
    MethodCase(
      id: "adalora",
      options: [
        "initial_rank": .integer(3), "target_rank": .integer(2), "initial_fraction": .number(0.3), "final_fraction": .number(0.3),
        "interval": .integer(2),
      ], dependentOptions: ["initial_rank", "target_rank", "initial_fraction", "final_fraction", "initial_steps", "final_steps"]
    ) { $0.sum { 3 * ($0.input + $0.output + 1) } },
    MethodCase(id: "sora", options: ["rank": .integer(3), "eta": .number(0.5), "xi": .number(0.02)]) {
      $0.sum { 3 * ($0.input + $0.output + 1) }
    },
    MethodCase(id: "sparseadapter", options: allLinear(["keep": .number(0.75)]), start: .changed) {
      $0.sum { 3 * ($0.input + $0.output) } * 3 / 4
    },
    MethodCase(id: "vera", options: allLinear) { $0.sum { 3 + $0.output } },
    // one A for each size of input, one B for each role
    MethodCase(id: "tied-lora", options: allLinear) { model in
      model.sum { 3 + $0.output } + 3 * (8 + 12) + model.sum { $0.layer == 0 ? 3 * $0.output : 0 }
    },
    MethodCase(
      id: "aflora", options: ["rank": .integer(3), "initial_epochs": .number(0.4), "final_fraction": .number(0.3)],
      dependentOptions: ["initial_epochs", "final_fraction", "final_epochs", "targets", "rank_first", "rank_last"]
    ) {
      $0.sum { 3 + $0.output + ($0.role.layerType == .feedForward ? 3 * ($0.input + $0.output) : 0) }
    },
    // of each role's two layers one keeps its own, and the other has the shared one to itself
    MethodCase(id: "loradrop", options: allLinear(["keep": .integer(1), "sample_epochs": .integer(2)])) {
      $0.sum { 3 * ($0.input + $0.output) }
    },
    // pruned after 3, 6 and 9 of 10 updates
    MethodCase(
      id: "prilora", options: ["rank_first": .integer(2), "rank_last": .integer(4), "interval": .integer(3)],
      dependentOptions: ["concentrated_layers", "concentrated_in"]
    ) { $0.sum { ($0.layer == 0 ? 2 : 4) * ($0.input + $0.output) } },
    MethodCase(id: "ia3", options: ["targets": .texts(["all-linear"])], draws: false, dependentOptions: ["feedforward"]) {
      $0.sum { $0.role == .output ? $0.input : $0.output }
    },
    MethodCase(id: "ln-tuning", backbone: .norms, place: .nowhere, draws: false) { _ in 0 },
    MethodCase(
      id: "pissa", options: allLinear(["dropout": .number(0.1)]), start: .split, draws: false, dependentOptions: ["rank"]
    ) { $0.sum { 3 * ($0.input + $0.output) } },
    MethodCase(id: "lora-fa", options: allLinear) { $0.sum { 3 * $0.output } },
    MethodCase(id: "prompt-tuning", options: ["virtual_tokens": .integer(3)], start: .added, place: .embedded) { 3 * $0.hidden },
    MethodCase(
      id: "prefix-tuning", options: ["virtual_tokens": .integer(2)], start: .added, place: .keysAndValues, unsuited: [.deberta],
      dependentOptions: ["encoder_hidden_size"]
    ) { 2 * $0.depth * 2 * $0.keyWidth },
    MethodCase(id: "svft", options: allLinear, draws: false) { $0.sum { _ in 3 } },
    MethodCase(id: "norm-scaling", place: .norms, draws: false) { $0.norms * $0.hidden },
  ]

  /// Every method on every setting, but for those that it refuses.
  static let onSettings: [(MethodCase, MethodSubject.Setting)] = pairs(all, MethodSubject.Setting.all) { $0.architecture }

  /// Rows with settings that they go on.
  static func pairs<Setting>(_ rows: [MethodCase], _ settings: [Setting], _ architecture: (Setting) -> Architecture)
    -> [(MethodCase, Setting)]
  {
    rows.flatMap { row in settings.filter { !row.unsuited.contains(architecture($0)) }.map { (row, $0) } }
  }

  static func named(_ id: String) throws -> MethodCase { try #require(all.first { $0.id == id }) }
}

/// The sizes that a number of parameters follows from.
struct AdaptedModel: Sendable {
  struct Layer: Sendable {
    let input: Int
    let output: Int
    let role: ProjectionRole
    let layer: Int
  }

  /// Every projection that has an adapter.
  let layers: [Layer]
  let hidden: Int
  /// Columns of a layer's keys.
  let keyWidth: Int
  let depth: Int
  /// How many norms there are.
  let norms: Int

  func sum(_ body: (Layer) -> Int) -> Int { layers.reduce(0) { $0 + body($1) } }
}
