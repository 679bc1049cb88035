// What a killed run goes on from: parameters, moments, the method's state and the history, as one HDF5 file that is replaced whole.
import Adapters
import Foundation
import Layers
import Metrics
import Storage
import Tensors

/// A file that a run can be resumed from, bit for bit.
public struct Checkpoint {
  public let url: URL
  /// The run it belongs to; a file of another run is refused.
  public let identity: String
  /// What computes its numbers; a file of another arithmetic is refused.
  public let origin: CheckpointOrigin

  public init(url: URL, identity: String, origin: CheckpointOrigin) {
    self.url = url
    self.identity = identity
    self.origin = origin
  }

  func save(_ stepper: Stepper, _ history: TrainingHistory) throws {
    let optimizer = stepper.optimizer
    var parameters: [(name: String, dataset: HDF5Dataset)] = []
    for (index, parameter) in optimizer.parameters.enumerated() where stepper.isSaved(parameter) {
      var held: [(String, Tensor)] = [("value", parameter.tensor)]
      if let moments = optimizer.moments[index] { held += [("first", moments.first), ("second", moments.second)] }
      for (kind, tensor) in held {
        parameters.append(
          (
            "\(index).\(kind)",
            HDF5Dataset(shape: [tensor.count], values: .float32(tensor.values), attributes: [("name", .string(parameter.name))])
          ))
      }
    }
    let state = stepper.method.state.enumerated().map { index, entry -> (name: String, dataset: HDF5Dataset) in
      let values: HDF5Dataset.Values =
        switch entry.values {
        case .numbers(let values): .float64(values)
        case .integers(let values): .int64(values)
        }
      return (
        "\(index)", HDF5Dataset(shape: [entry.values.count], values: values, attributes: [("name", .string(entry.path))])
      )
    }
    try HDF5File.write(
      HDF5Group(
        groups: [
          ("epochs", history.epochGroup), ("method", HDF5Group(datasets: state)), ("parameters", HDF5Group(datasets: parameters)),
          ("preliminary", history.preliminaryGroup), ("steps", history.stepGroup),
        ],
        attributes: [("identity", .string(identity)), ("updates", .integer(Int64(history.updates)))] + origin.attributes), to: url)
  }

  /// What was saved; `nil` when there is nothing.
  ///
  /// - Throws: `CheckpointError` when the file is damaged, of another run, or of another arithmetic.
  func read() throws -> SavedRun? {
    guard FileManager.default.fileExists(atPath: url.path) else { return nil }
    let root: HDF5Group
    do { root = try HDF5File.read(url) } catch { throw CheckpointError(file: url.path, reason: "\(error)") }
    guard root.attribute("identity") == .string(identity) else {
      throw CheckpointError(file: url.path, reason: "it belongs to another run")
    }
    guard CheckpointOrigin(root.attributes) == origin else {
      throw CheckpointError(file: url.path, reason: "it was computed with another arithmetic than core \(origin.core)")
    }
    guard let parameters = root.group("parameters"), let entries = root.group("method"), let steps = root.group("steps"),
      let epochs = root.group("epochs"), let preliminary = root.group("preliminary"),
      let history = TrainingHistory(preliminary: preliminary, steps: steps, epochs: epochs)
    else { throw SavedRun.missing("a group", in: url) }
    let state = try entries.datasets.map { entry in
      guard case .string(let path)? = entry.dataset.attributes.first(where: { $0.name == "name" })?.attribute else {
        throw SavedRun.missing("the name of a method's array", in: url)
      }
      switch entry.dataset.values {
      case .float64(let numbers):
        return Diagnostic(path, shape: [numbers.count], .numbers(numbers), dimensions: ["entry"])
      case .int64(let integers):
        return Diagnostic(path, shape: [integers.count], .integers(integers), dimensions: ["entry"])
      default: throw SavedRun.missing(path, in: url)
      }
    }
    return SavedRun(url: url, history: history, methodState: state, parameters: parameters)
  }

  /// Removes the file of a run that has ended.
  public func delete() { try? FileManager.default.removeItem(at: url) }
}

/// A checkpoint as read. The method takes up its state first, since that decides which parameters there are and what is frozen.
struct SavedRun {
  let url: URL
  let history: TrainingHistory
  let methodState: [Diagnostic]
  fileprivate let parameters: HDF5Group

  fileprivate init(url: URL, history: TrainingHistory, methodState: [Diagnostic], parameters: HDF5Group) {
    self.url = url
    self.history = history
    self.methodState = methodState
    self.parameters = parameters
  }

  static func missing(_ what: String, in url: URL) -> CheckpointError {
    CheckpointError(file: url.path, reason: "\(what) is missing or misshapen")
  }

  /// Puts parameters and moments back.
  ///
  /// - Throws: `CheckpointError` when one is missing.
  func restore(_ stepper: Stepper) throws {
    let optimizer = stepper.optimizer
    let values = { (name: String, count: Int) -> [Float]? in
      guard case .float32(let values)? = parameters.dataset(name)?.values, values.count == count else { return nil }
      return values
    }
    for (index, parameter) in optimizer.parameters.enumerated() where stepper.isSaved(parameter) {
      guard let value = values("\(index).value", parameter.count) else { throw Self.missing(parameter.name, in: url) }
      parameter.tensor.assign(value)
      guard let first = values("\(index).first", parameter.count), let second = values("\(index).second", parameter.count) else {
        continue
      }
      let backend = parameter.tensor.backend
      optimizer.restore(
        AdamW.Moments(
          first: Tensor(first, shape: parameter.shape, on: backend), second: Tensor(second, shape: parameter.shape, on: backend)),
        at: index)
    }
  }
}

/// A checkpoint that cannot be resumed from.
public struct CheckpointError: Error, CustomStringConvertible, Equatable {
  public let file: String
  public let reason: String

  public var description: String { "\(file): cannot go on from this checkpoint: \(reason). Delete it to start the run again" }
}

extension TrainingHistory {
  fileprivate var epochGroup: HDF5Group {
    HDF5Group(
      groups: epochs.enumerated().map { index, epoch in
        (
          "\(index)",
          HDF5Group(
            groups: epoch.evaluations.enumerated().map { set, evaluation in
              (
                "\(set)",
                HDF5Group(
                  datasets: [
                    ("predictions", evaluation.predictions.dataset),
                    ("scores", .numbers(evaluation.scores.entries.map { $0.value ?? .nan }, ["metric"])),
                  ],
                  attributes: [
                    ("metrics", .strings(evaluation.scores.entries.map(\.metric.rawValue))), ("name", .string(evaluation.name)),
                  ])
              )
            },
            attributes: [("mean_loss", .double(epoch.meanLoss)), ("updates", .integer(Int64(epoch.updates)))])
        )
      })
  }

  fileprivate init?(preliminary: HDF5Group, steps: HDF5Group, epochs: HDF5Group) {
    self.init()
    guard let updates = Self.steps(steps), let before = Self.steps(preliminary) else { return nil }
    (self.steps, self.preliminary) = (updates, before)
    if case .integer(let operations)? = preliminary.attribute("measurement_operations") {
      guard (0...1 << 53).contains(operations) else { return nil }
      measurementOperations = Int(operations)
    }
    for index in 0..<epochs.groups.count {
      guard let group = epochs.group("\(index)"), case .double(let meanLoss)? = group.attribute("mean_loss"),
        case .integer(let updates)? = group.attribute("updates")
      else { return nil }
      var evaluations: [Evaluation] = []
      for set in 0..<group.groups.count {
        guard let saved = group.group("\(set)"), case .string(let name)? = saved.attribute("name"),
          case .strings(let metrics)? = saved.attribute("metrics"), let scores = saved.dataset("scores")?.numbers,
          let predictions = Predictions(saved.dataset("predictions")), metrics.count == scores.count
        else { return nil }
        var entries: [Scores.Entry] = []
        for (name, value) in zip(metrics, scores) {
          guard let metric = Metric(rawValue: name) else { return nil }
          entries.append(Scores.Entry(metric: metric, value: value.isNaN ? nil : value))
        }
        evaluations.append(Evaluation(name: name, scores: Scores(entries: entries), predictions: predictions))
      }
      self.epochs.append(Epoch(updates: Int(updates), meanLoss: meanLoss, evaluations: evaluations))
    }
  }

  private static func steps(_ group: HDF5Group) -> [StepResult]? {
    let numbers = { (name: String) in group.dataset(name)?.numbers }
    let integers = { (name: String) in group.dataset(name)?.integers }
    guard let loss = numbers("loss"), let task = numbers("task_loss"), let rate = numbers("learning_rate"),
      let headRate = numbers("head_learning_rate"), let norm = numbers("gradient_norm"),
      let trainable = integers("trainable_parameters"), let withHead = integers("trainable_parameters_with_head"),
      let tokens = integers("tokens"), let operations = integers("floating_point_operations"),
      [task.count, rate.count, headRate.count, norm.count, trainable.count, withHead.count, tokens.count, operations.count]
        .allSatisfy({ $0 == loss.count }),
      // sums of them must not overflow
      (trainable + withHead + tokens + operations).allSatisfy((0...(1 << 53) / Int64(max(1, loss.count))).contains)
    else { return nil }
    return loss.indices.map {
      StepResult(
        taskLoss: Float(task[$0]), loss: Float(loss[$0]), learningRate: rate[$0], headLearningRate: headRate[$0],
        gradientNorm: norm[$0], trainable: Int(trainable[$0]), trainableWithHead: Int(withHead[$0]),
        tokens: Int(tokens[$0]), floatingPointOperations: Int(operations[$0]))
    }
  }
}
