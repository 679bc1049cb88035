// What fine-tuning keeps in its checkpoint: parameters, moments, the method's state and the history.
import Adapters
import Metrics
import Storage

/// A checkpoint of a fine-tuning as read. The method takes up its state first, since that decides which parameters there are and what
/// is frozen.
struct SavedRun {
  let history: TrainingHistory
  let methodState: [Diagnostic]
  private let checkpoint: Checkpoint
  private let parameters: HDF5Group

  /// What was saved; `nil` when there is nothing.
  ///
  /// - Throws: `CheckpointError` when the file is damaged, of another run, or of another arithmetic.
  init?(_ checkpoint: Checkpoint) throws {
    guard let root = try checkpoint.contents() else { return nil }
    guard let parameters = root.group("parameters"), let entries = root.group("method"), let steps = root.group("steps"),
      let epochs = root.group("epochs"), let preliminary = root.group("preliminary"),
      let history = TrainingHistory(preliminary: preliminary, steps: steps, epochs: epochs)
    else { throw checkpoint.missing("a group") }
    methodState = try entries.datasets.map { entry in
      guard case .string(let path)? = entry.dataset.attributes.first(where: { $0.name == "name" })?.attribute else {
        throw checkpoint.missing("the name of a method's array")
      }
      switch entry.dataset.values {
      case .float64(let numbers):
        return Diagnostic(path, shape: [numbers.count], .numbers(numbers), dimensions: ["entry"])
      case .int64(let integers):
        return Diagnostic(path, shape: [integers.count], .integers(integers), dimensions: ["entry"])
      default: throw checkpoint.missing(path)
      }
    }
    self.history = history
    self.checkpoint = checkpoint
    self.parameters = parameters
  }

  /// Puts parameters and moments back.
  ///
  /// - Throws: `CheckpointError` when one is missing.
  func restore(_ stepper: Stepper) throws {
    try stepper.optimizer.restore(parameters, from: checkpoint, stepper.isSaved)
  }
}

extension Checkpoint {
  func save(_ stepper: Stepper, _ history: TrainingHistory) throws {
    let state = stepper.method.state.enumerated().map { index, entry -> (name: String, dataset: HDF5Dataset) in
      let values = HDF5Dataset.Values(entry.values)
      return (
        "\(index)", HDF5Dataset(shape: [entry.values.count], values: values, attributes: [("name", .string(entry.path))])
      )
    }
    try write(
      [
        ("epochs", history.epochGroup), ("method", HDF5Group(datasets: state)),
        ("parameters", stepper.optimizer.saved(stepper.isSaved)),
        ("preliminary", history.preliminaryGroup), ("steps", history.stepGroup),
      ], attributes: [("updates", .integer(Int64(history.updates)))])
  }
}

extension HDF5Dataset.Values {
  /// As an array of a method is kept.
  package init(_ values: Diagnostic.Values) {
    switch values {
    case .numbers(let values): self = .float64(values)
    case .integers(let values): self = .int64(values)
    }
  }
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
                    ("scores", .numbers(evaluation.scores.entries.map { $0.value ?? .nan }, "metric")),
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
