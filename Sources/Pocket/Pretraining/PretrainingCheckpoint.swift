// What a stopped pre-training goes on from: parameters, moments, levels and counts, as one HDF5 file that is replaced whole.
import Foundation
import Layers
import Storage
import Tensors

/// A file that pre-training can be resumed from, bit for bit.
public struct PretrainingCheckpoint: Sendable {
  public let url: URL
  /// The run that it belongs to; a file of another run is refused.
  public let identity: String
  /// What computes its numbers; a file of another arithmetic is refused.
  public let origin: CheckpointOrigin

  public init(url: URL, identity: String, origin: CheckpointOrigin) {
    self.url = url
    self.identity = identity
    self.origin = origin
  }

  /// Whether there is something to go on from.
  public var exists: Bool { FileManager.default.fileExists(atPath: url.path) }

  /// Removes the file of a run that has ended.
  public func delete() { try? FileManager.default.removeItem(at: url) }

  func save(_ run: Pretraining) throws {
    var parameters: [(name: String, dataset: HDF5Dataset)] = []
    for (index, parameter) in run.optimizer.parameters.enumerated() {
      var held: [(String, Tensor)] = [("value", parameter.tensor)]
      if let moments = run.optimizer.moments[index] { held += [("first", moments.first), ("second", moments.second)] }
      for (kind, tensor) in held {
        let dataset = HDF5Dataset(
          shape: [tensor.count], values: .float32(tensor.values), attributes: [("name", .string(parameter.name))])
        parameters.append(("\(index).\(kind)", dataset))
      }
    }
    let progress = HDF5Group(datasets: [
      ("levels", .numbers(run.pacing.levels, ["kind"])), ("rates", .numbers(run.pacing.rates, ["kind"])),
      ("right", .integers(run.tally.right.map { Int64($0) }, ["judgement"])),
      ("total", .integers(run.tally.total.map { Int64($0) }, ["judgement"])),
    ])
    try HDF5File.write(
      HDF5Group(
        groups: [("parameters", HDF5Group(datasets: parameters)), ("progress", progress)],
        attributes: [
          ("identity", .string(identity)), ("loss_sum", .double(run.tally.lossSum)), ("seconds", .double(run.seconds)),
          ("steps", .integer(Int64(run.completedSteps))), ("tally_updates", .integer(Int64(run.tally.updates))),
          ("tokens", .integer(Int64(run.tokens))),
        ] + origin.attributes), to: url)
  }

  /// Puts a saved run back; does nothing where there is none.
  ///
  /// - Throws: `CheckpointError` when the file is damaged, of another run, or of another arithmetic.
  func restore(_ run: Pretraining) throws {
    guard exists else { return }
    let root: HDF5Group
    do { root = try HDF5File.read(url) } catch { throw CheckpointError(file: url.path, reason: "\(error)") }
    guard root.attribute("identity") == .string(identity) else {
      throw CheckpointError(file: url.path, reason: "it belongs to another recipe")
    }
    guard CheckpointOrigin(root.attributes) == origin else {
      throw CheckpointError(file: url.path, reason: "it was computed with another arithmetic than core \(origin.core)")
    }
    let missing = { (what: String) in CheckpointError(file: url.path, reason: "\(what) is missing or misshapen") }
    // what is counted on from here must not overflow
    func integer(_ name: String, most: Int = 1 << 53) throws -> Int {
      guard case .integer(let value)? = root.attribute(name), let count = Int(exactly: value), (0...most).contains(count) else {
        throw missing(name)
      }
      return count
    }
    func number(_ name: String) throws -> Double {
      guard case .double(let value)? = root.attribute(name), value.isFinite else { throw missing(name) }
      return value
    }
    guard let levels = root.dataset("progress/levels")?.numbers, let rates = root.dataset("progress/rates")?.numbers,
      levels.count == run.pacing.levels.count, rates.count == levels.count, (levels + rates).allSatisfy((0...1).contains)
    else { throw missing("the levels of difficulty") }
    guard let right = root.dataset("progress/right")?.integers, let total = root.dataset("progress/total")?.integers,
      (right + total).allSatisfy((0...Int64(1 << 53)).contains),
      let tally = PretrainingTally(
        updates: try integer("tally_updates"), lossSum: try number("loss_sum"), total: total.map { Int($0) },
        right: right.map { Int($0) })
    else { throw missing("the counts of judgements") }
    let steps = try integer("steps", most: run.settings.steps), tokens = try integer("tokens"), seconds = try number("seconds")
    guard seconds >= 0 else { throw missing("seconds") }
    guard let saved = root.group("parameters") else { throw missing("the group of parameters") }
    func values(_ name: String, _ count: Int) -> [Float]? {
      guard case .float32(let values)? = saved.dataset(name)?.values, values.count == count else { return nil }
      return values
    }
    for (index, parameter) in run.optimizer.parameters.enumerated() {
      guard let value = values("\(index).value", parameter.count) else { throw missing(parameter.name) }
      parameter.tensor.assign(value)
      let moments = (values("\(index).first", parameter.count), values("\(index).second", parameter.count))
      guard let first = moments.0, let second = moments.1 else { continue }
      let backend = parameter.tensor.backend
      run.optimizer.restore(
        AdamW.Moments(
          first: Tensor(first, shape: parameter.shape, on: backend), second: Tensor(second, shape: parameter.shape, on: backend)),
        at: index)
    }
    run.pacing.restore(levels: levels, rates: rates)
    (run.completedSteps, run.tokens, run.seconds, run.tally) = (steps, tokens, seconds, tally)
  }
}
