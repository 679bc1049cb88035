// A model folder with recorded inputs, outputs and gradients, against what this program computes from the same files.
import Foundation
import Layers
import Models
import Storage
import Tensors

/// Compares a model's checkpoint with the `expected.safetensors` beside it.
package enum ModelParity {
  private struct Meta: Decodable {
    var tolerance: [String: Tolerance]
  }

  /// Compares every quantity that the folder records: hidden states of each layer, the first layer's attention, what the
  /// output layer sees, logits, losses and gradients of both heads, the numbering of positions, and generated texts.
  ///
  /// Sizes come from the folder's files alone. The logits and gradients are computed twice: of all tokens, and in the way
  /// of training, where the last layer computes first tokens only.
  ///
  /// - Throws: `ParityError` where the reference cannot be used; `ModelError`, `StorageError` for its checkpoint.
  package static func run(folder: URL, on backend: any Backend) throws -> ParityReport {
    // a model of another kind is refused by its own name, before any tensor is missed
    _ = try ModelLoader.configuration(folder: folder)
    let archive = try SafetensorsFile(url: folder.appendingPathComponent("expected.safetensors"))
    var comparison = Comparison(
      folder: folder, archive: archive, reference: try ReferenceBatch(archive), tolerances: try tolerances(folder),
      backend: backend, report: ParityReport(subject: folder.path))
    try comparison.checkpoint()
    if comparison.has("reg.logits") { try comparison.regression() }
    try GenerationParity.compare(folder, archive, on: backend, into: &comparison.report)
    return comparison.report
  }

  private static func tolerances(_ folder: URL) throws -> [String: Tolerance] {
    let url = folder.appendingPathComponent("meta.json")
    guard FileManager.default.fileExists(atPath: url.path) else { return [:] }
    do {
      return try JSONDecoder().decode(Meta.self, from: Data(contentsOf: url)).tolerance
    } catch {
      throw ParityError.reference(path: url.path, problem: "it states no 'tolerance' by quantity")
    }
  }
}

/// One folder's comparison under way.
private struct Comparison {
  let folder: URL
  let archive: any TensorArchive
  let reference: ReferenceBatch
  let tolerances: [String: Tolerance]
  let backend: any Backend
  var report: ParityReport

  func has(_ name: String) -> Bool { archive.description(of: name) != nil }

  private func names(under prefix: String) -> [String] {
    archive.descriptions.map(\.name).filter { $0.hasPrefix(prefix) }.sorted()
  }

  private mutating func compare(_ quantity: String, _ name: String, _ actual: [Float], with expected: [Float]) {
    report.compare(quantity, name, actual, with: expected, within: tolerances[group(quantity)] ?? .standard)
  }

  /// The tolerance's name: a quantity's without what it says of the way it was computed.
  private func group(_ quantity: String) -> String { quantity.components(separatedBy: " ")[0] }

  /// What does not depend on the task, and what the checkpoint's own head makes of it: classes, or next tokens.
  mutating func checkpoint() throws {
    let loaded = try ModelLoader.load(folder: folder, seed: 0, on: backend)
    let model = loaded.model
    let configuration = model.configuration
    try configuration.limits.validate(reference.batch)
    try positions(configuration)

    var hidden: [[Float]] = []
    var attention: [Float] = []
    var pooled: [Float] = []
    let observer = ModelObserver(
      hiddenStates: { _, tensor in hidden.append(tensor.values) }, firstAttention: { attention = $0.values },
      pooled: { pooled = $0.values })
    backend.withoutGradients {
      _ = model.logits(reference.batch, pass: .evaluation, everyToken: true, observer: observer)
    }
    for (layer, values) in hidden.enumerated() where has("hidden_states.\(layer)") {
      let expected = reference.realRows(try archive.floats("hidden_states.\(layer)"), columns: configuration.hiddenSize)
      compare("hidden_states", "layer \(layer)", values, with: expected)
    }
    if has("last_hidden_state"), let last = hidden.last {
      let expected = reference.realRows(try archive.floats("last_hidden_state"), columns: configuration.hiddenSize)
      compare("last_hidden_state", "last layer", last, with: expected)
    }
    if has("attention_probs.0") {
      let expected = reference.realPairs(try archive.floats("attention_probs.0"), heads: configuration.heads)
      compare("attention_probs", "layer 0", attention, with: expected)
    }
    if has("pooled") { compare("pooled", "pooled", pooled, with: try archive.floats("pooled")) }
    if has("cls.logits") {
      let labels = try archive.integers("labels").map { Int32(clamping: $0) }
      let range = 0..<Int32(clamping: model.head.outputs)
      guard labels.count == reference.batch.count, labels.allSatisfy({ range.contains($0) }) else {
        throw ParityError.reference(
          path: archive.path,
          problem: "'labels' are \(labels), expected \(reference.batch.count) of \(model.head.outputs) classes")
      }
      try losses("cls", loaded, expectedLogits: archive.floats("cls.logits")) { $0.crossEntropy(labels) }
    }
    if has("lm.logits") { try nextTokens(loaded) }
  }

  /// The next-token loss. A label says what stands at its place, which the place before it is to tell; those below 0 count for nothing.
  private mutating func nextTokens(_ loaded: LoadedModel) throws {
    let columns = loaded.model.head.outputs
    let logits = reference.realRows(try archive.floats("lm.logits"), columns: columns)
    guard loaded.model.configuration.headKind == .words else {
      throw ParityError.reference(
        path: folder.path, problem: "next tokens are recorded, but config.json names no model that tells them")
    }
    guard has("labels") else {
      let found = backend.withoutGradients { loaded.model.logits(reference.batch, pass: .evaluation).values }
      return compare("lm.logits", "logits", found, with: logits)
    }
    let (places, labels) = try reference.nextTokens(archive, vocabulary: columns)
    try losses("lm", loaded, expectedLogits: logits, rows: places) { $0.crossEntropy(labels) }
  }

  /// The regression: the same checkpoint with one output, whose layer is recorded as `reg.param.*`.
  mutating func regression() throws {
    let loaded = try ModelLoader.load(folder: folder, seed: 0, on: backend) { $0.classes = 1 }
    let targets = try archive.floats("targets")
    guard targets.count == reference.batch.count else {
      throw ParityError.reference(
        path: archive.path, problem: "it has \(targets.count) targets for \(reference.batch.count) sequences")
    }
    let replaced = names(under: "reg.param.")
    for name in replaced {
      let values = try archive.floats(name)
      guard let parameter = loaded.model.parameters.first(where: { "reg.param.\($0.name)" == name }),
        parameter.count == values.count
      else { throw ParityError.reference(path: archive.path, problem: "'\(name)' fits no parameter of the model") }
      parameter.tensor.assign(values)
    }
    try losses("reg", loaded, replaced: Set(replaced), expectedLogits: archive.floats("reg.logits")) {
      $0.meanSquaredError(targets)
    }
  }

  /// Logits, loss and gradients of one head.
  ///
  /// - Parameters:
  ///   - replaced: parameters that are recorded beside the checkpoint.
  ///   - rows: those that the loss looks at; nil for all that the head puts out, which are the recorded ones.
  private mutating func losses(
    _ head: String, _ loaded: LoadedModel, replaced: Set<String> = [], expectedLogits: [Float], rows: [Int32]? = nil,
    _ loss: (Tensor) -> Tensor
  ) throws {
    let model = loaded.model, missing = loaded.newlyInitialized.filter { !replaced.contains("\(head).param.\($0)") }
    guard missing.isEmpty else {
      throw ParityError.reference(
        path: folder.path, problem: "logits are recorded, but the checkpoint lacks \(missing.joined(separator: ", "))")
    }
    let expectedLoss = try archive.floats("\(head).loss"), columns = model.head.outputs
    for (everyToken, way) in [(true, ""), (false, " in training")] {
      for parameter in model.parameters {
        parameter.isTrainable = true
        parameter.tensor.clearGradient()
      }
      let selection = everyToken ? nil : rows.map { RowSelection.some($0) }
      let logits = model.logits(reference.batch, rows: selection, pass: .evaluation, everyToken: everyToken)
      let expected = selection == nil ? expectedLogits : Self.rows(rows ?? [], of: expectedLogits, columns: columns)
      compare("\(head).logits\(way)", "logits", logits.values, with: expected)
      let loss = loss(selection == nil ? rows.map { logits.rows($0) } ?? logits : logits)
      compare("\(head).loss\(way)", "loss", loss.values, with: expectedLoss)
      loss.backward()
      for name in names(under: "\(head).grad.") {
        let parameter = model.parameters.first { "\(head).grad.\($0.name)" == name }
        compare("\(head).grad\(way)", name, parameter?.gradient?.values ?? [], with: try archive.floats(name))
      }
    }
  }

  /// Some rows of recorded values, none of which are missing where their number fits the batch.
  private static func rows(_ places: [Int32], of values: [Float], columns: Int) -> [Float] {
    places.flatMap { place in
      let start = Int(place) * columns
      return start + columns <= values.count ? Array(values[start..<start + columns]) : []
    }
  }

  /// The numbering of positions, which has no tolerance.
  private mutating func positions(_ configuration: any ModelConfiguration) throws {
    if has("position_ids") {
      let expected = reference.realRows(try archive.integers("position_ids"), columns: 1)
      report.compareExactly(
        "position_ids", "position_ids", configuration.positionIDs(of: reference.batch).map { Int64($0) }, with: expected
      )
    }
    func buckets(_ positions: RelativePositions, _ count: Int) -> [Int64] {
      (0..<count).map { Int64(positions.bucket($0 - count / 2)) }
    }
    if has("relative_positions"), let relative = configuration.relativePositions {
      let expected = try archive.integers("relative_positions")
      report.compareExactly(
        "relative_positions", "relative_positions", buckets(relative, expected.count), with: expected)
    }
    if has("relative_positions.base") {
      let expected = try archive.integers("relative_positions.base")
      // recorded for the published sizes: 256 buckets over as many positions as there are distances in one direction
      let published = RelativePositions(buckets: 256, maximumDistance: (expected.count + 1) / 2)
      guard published.maximumDistance > published.buckets else {
        throw ParityError.reference(
          path: archive.path, problem: "'relative_positions.base' has \(expected.count) distances, expected 1023")
      }
      report.compareExactly(
        "relative_positions.base", "relative_positions.base", buckets(published, expected.count), with: expected)
    }
  }
}
