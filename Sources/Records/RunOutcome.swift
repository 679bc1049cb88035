// How a run ended. A diverged run is a result as well: it is shown in its table's cell and never averaged.

/// How a run ended.
package enum RunOutcome: Sendable, Equatable {
  /// All steps were done.
  case completed
  /// The loss became infinite or not a number at this step, counted from 1; nothing was trained after it.
  case diverged(step: Int)
  /// The run could not go on.
  case failed(message: String)

  /// Whether the run could not go on: then it left a reason and nothing else.
  package var isFailure: Bool { if case .failed = self { true } else { false } }
}

extension RunOutcome: Codable {
  private enum CodingKeys: String, CodingKey { case status, step, message }
  private enum Status: String, Codable { case completed, diverged, failed }

  package init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: CodingKeys.self)
    switch try container.decode(Status.self, forKey: .status) {
    case .completed: self = .completed
    case .diverged: self = .diverged(step: try container.decode(Int.self, forKey: .step))
    case .failed: self = .failed(message: try container.decode(String.self, forKey: .message))
    }
  }

  package func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: CodingKeys.self)
    switch self {
    case .completed:
      try container.encode(Status.completed, forKey: .status)
    case .diverged(let step):
      try container.encode(Status.diverged, forKey: .status)
      try container.encode(step, forKey: .step)
    case .failed(let message):
      try container.encode(Status.failed, forKey: .status)
      try container.encode(message, forKey: .message)
    }
  }
}

/// Something a reader of the table must know about a run that ended well.
package enum RunFlag: String, Sendable, Codable, CaseIterable {
  /// The model of the best or of the last epoch predicts one and the same value for every example of a validation set whose gold
  /// values differ.
  case collapsed
}
