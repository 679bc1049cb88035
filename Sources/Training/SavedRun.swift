// What fine-tuning keeps in its checkpoint: parameters, moments, the method's state and the history.
import Adapters
import Metrics
import Objectives
import Storage

/// A checkpoint of a fine-tuning as read. The method takes up its state first, since that decides which parameters there are and what
/// is frozen.
struct SavedRun {
  let history: TrainingHistory
  let methodState: [Diagnostic]
  private let contents: CheckpointContents

  /// What was saved; `nil` when there is nothing.
  ///
  /// - Throws: `CheckpointError` when the file is damaged, of another run, or of another version of the arithmetic.
  init?(_ checkpoint: Checkpoint) throws {
    guard let contents = try checkpoint.contents() else { return nil }
    history = try TrainingHistory(contents)
    methodState = try contents.names(under: "method/").map { path in
      switch try contents.values("method/" + path) {
      case .float64(let numbers)?: Diagnostic(path, shape: [numbers.count], .numbers(numbers), dimensions: ["entry"])
      case .int64(let integers)?: Diagnostic(path, shape: [integers.count], .integers(integers), dimensions: ["entry"])
      default: throw contents.missing(path)
      }
    }
    self.contents = contents
  }

  /// Puts parameters and moments back.
  ///
  /// - Throws: `CheckpointError` when one is missing.
  func restore(_ stepper: Stepper) throws {
    try stepper.optimizer.restore(contents, stepper.isSaved)
  }
}

extension Checkpoint {
  func save(_ stepper: Stepper, _ history: TrainingHistory) throws {
    let state = stepper.method.state.map { entry in
      switch entry.values {
      case .numbers(let values): SealedEntry("method/\(entry.path)", .float64(values))
      case .integers(let values): SealedEntry("method/\(entry.path)", .int64(values))
      }
    }
    try write(stepper.optimizer.saved(stepper.isSaved) + state + history.entries, texts: history.texts)
  }
}

extension TrainingHistory {
  /// Its numbers.
  fileprivate var entries: [SealedEntry] {
    let evaluations = epochs.enumerated().flatMap { index, epoch in
      epoch.evaluations.enumerated().flatMap { set, evaluation in
        evaluation.predictions.entries("epochs/\(index)/\(set)/predictions") + [
          SealedEntry("epochs/\(index)/\(set)/scores", .float64(evaluation.scores.entries.map { $0.value ?? .nan }))
        ]
      }
    }
    return Self.entries(steps, under: "steps/") + Self.entries(preliminary, under: "preliminary/") + evaluations + [
      SealedEntry("epochs/mean_loss", .float64(epochs.map(\.meanLoss))),
      SealedEntry("epochs/updates", .int64(epochs.map { Int64($0.updates) })),
    ]
  }

  /// What else there is to say, in words.
  fileprivate var texts: [String: String] {
    var texts = ["updates": "\(updates)"]
    texts["measurement_operations"] = measurementOperations.map { "\($0)" }
    for (name, digest) in weights { texts["weights/\(name)"] = digest }
    for (index, epoch) in epochs.enumerated() {
      for (set, evaluation) in epoch.evaluations.enumerated() {
        texts["epochs/\(index)/\(set)/name"] = evaluation.name
        if evaluation.isHeldOut { texts["epochs/\(index)/\(set)/held_out"] = "true" }
        texts["epochs/\(index)/\(set)/metrics"] = evaluation.scores.entries.map(\.metric.rawValue).joined(separator: " ")
      }
    }
    return texts
  }

  fileprivate init(_ contents: CheckpointContents) throws {
    self.init()
    steps = try Self.steps(contents, under: "steps/")
    preliminary = try Self.steps(contents, under: "preliminary/")
    if let text = contents.text("measurement_operations") {
      guard let operations = Int(text), (0...1 << 53).contains(operations) else {
        throw contents.missing("the count of operations")
      }
      measurementOperations = operations
    }
    for name in ["best", "last"] { weights[name] = contents.text("weights/\(name)") }
    let updates = try contents.integers("epochs/updates")
    for (index, meanLoss) in try contents.numbers("epochs/mean_loss", count: updates.count).enumerated() {
      var evaluations: [Evaluation] = []
      while let name = contents.text("epochs/\(index)/\(evaluations.count)/name") {
        evaluations.append(try Self.evaluation(contents, name, at: "epochs/\(index)/\(evaluations.count)/"))
      }
      epochs.append(Epoch(updates: Int(updates[index]), meanLoss: meanLoss, evaluations: evaluations))
    }
  }

  private static func evaluation(_ contents: CheckpointContents, _ name: String, at place: String) throws -> Evaluation {
    let metrics = (contents.text(place + "metrics") ?? "").split(separator: " ").compactMap { Metric(rawValue: String($0)) }
    let scores = try contents.numbers(place + "scores", count: metrics.count)
    let predictions = try Answers(contents, at: place + "predictions")
    let entries = zip(metrics, scores).map { Scores.Entry(metric: $0, value: $1.isNaN ? nil : $1) }
    return Evaluation(
      name: name, scores: Scores(entries: entries), predictions: predictions, isHeldOut: contents.text(place + "held_out") != nil)
  }

  private static func entries(_ steps: [StepResult], under place: String) -> [SealedEntry] {
    let numbers: [(String, (StepResult) -> Double)] = [
      ("gradient_norm", \.gradientNorm), ("head_learning_rate", \.headLearningRate), ("learning_rate", \.learningRate),
      ("loss", { Double($0.loss) }), ("task_loss", { Double($0.taskLoss) }),
    ]
    let integers: [(String, (StepResult) -> Int)] = [
      ("floating_point_operations", \.floatingPointOperations), ("tokens", \.tokens), ("trainable_parameters", \.trainable),
      ("trainable_parameters_with_head", \.trainableWithHead),
    ]
    return numbers.map { SealedEntry(place + $0, .float64(steps.map($1))) }
      + integers.map { name, value in SealedEntry(place + name, .int64(steps.map { Int64(value($0)) })) }
  }

  private static func steps(_ contents: CheckpointContents, under place: String) throws -> [StepResult] {
    let loss = try contents.numbers(place + "loss")
    func numbers(_ name: String) throws -> [Double] { try contents.numbers(place + name, count: loss.count) }
    func counts(_ name: String) throws -> [Int] {
      let values = try contents.integers(place + name, count: loss.count)
      // sums of them must not overflow
      guard values.allSatisfy((0...(1 << 53) / Int64(max(1, loss.count))).contains) else { throw contents.missing(place + name) }
      return values.map { Int($0) }
    }
    let task = try numbers("task_loss"), rate = try numbers("learning_rate"), headRate = try numbers("head_learning_rate"),
      norm = try numbers("gradient_norm"), trainable = try counts("trainable_parameters"),
      withHead = try counts("trainable_parameters_with_head"), tokens = try counts("tokens"),
      operations = try counts("floating_point_operations")
    return loss.indices.map {
      StepResult(
        taskLoss: Float(task[$0]), loss: Float(loss[$0]), learningRate: rate[$0], headLearningRate: headRate[$0],
        gradientNorm: norm[$0], trainable: trainable[$0], trainableWithHead: withHead[$0], tokens: tokens[$0],
        floatingPointOperations: operations[$0])
    }
  }
}

extension Answers {
  /// The arrays as they are kept: the entries under `name`, the others under their own names behind that.
  fileprivate func entries(_ name: String) -> [SealedEntry] {
    [SealedEntry(name, SealedEntry.Values(values))] + parts.map { SealedEntry("\(name).\($0.name)", SealedEntry.Values($0.values)) }
  }

  fileprivate init(_ contents: CheckpointContents, at name: String) throws {
    func values(_ name: String) throws -> Values {
      switch try contents.values(name) {
      case .int64(let values)?: .integers(values)
      case .float64(let values)?: .numbers(values)
      default: throw contents.missing("the predictions of an epoch")
      }
    }
    self.init(
      try values(name),
      parts: try contents.names(under: "\(name).").map { Part(name: $0, values: try values("\(name).\($0)")) })
    guard areWhole else { throw contents.missing("the predictions of an epoch") }
  }
}

extension SealedEntry.Values {
  fileprivate init(_ values: Answers.Values) {
    switch values {
    case .integers(let values): self = .int64(values)
    case .numbers(let values): self = .float64(values)
    }
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
