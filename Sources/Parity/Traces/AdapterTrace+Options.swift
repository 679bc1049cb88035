// The options of a trace's method, by the trace's own names.
import Foundation
import Layers
import Settings

extension AdapterTrace {
  func number(_ name: String) throws -> Double {
    guard let value = meta.options[name]?.number else {
      throw ParityError.reference(path: folder.path, problem: "meta.json has no number for the option '\(name)'")
    }
    return value
  }

  func integer(_ name: String) throws -> OptionValue { .integer(Int(exactly: try number(name)) ?? -1) }

  /// A number of updates.
  func steps(_ name: String) throws -> Int {
    guard let steps = Int(exactly: try number(name)), (0...1_000_000_000).contains(steps) else {
      throw ParityError.reference(path: folder.path, problem: "meta.json has no number of steps for the option '\(name)'")
    }
    return steps
  }

  func flag(_ name: String) throws -> Bool {
    guard case .flag(let value)? = meta.options[name] else {
      throw ParityError.reference(path: folder.path, problem: "meta.json does not say whether the option '\(name)' holds")
    }
    return value
  }

  /// Layers by their roles.
  func roles(_ name: String) throws -> OptionValue {
    guard case .texts(let roles)? = meta.options[name] else {
      throw ParityError.reference(path: folder.path, problem: "meta.json has no roles for the option '\(name)'")
    }
    return .texts(roles)
  }

  func targets() throws -> OptionValue {
    if case .texts? = meta.options["targets"] { return try roles("targets") }
    return switch meta.options["targets"]?.text {
    case "query-value": .texts(["query", "value"])
    case "all-linear": .texts(["all-linear"])
    case "all-but-gate": .texts(ProjectionRole.allCases.filter { $0 != .gate }.map(\.rawValue))
    default:
      throw ParityError.reference(
        path: folder.path, problem: "its targets are not query-value, all-linear, all-but-gate or a list of roles")
    }
  }

  /// The options of LoRA's kin.
  func pair(_ more: [String: OptionValue] = [:]) throws -> [String: OptionValue] {
    try ["rank": integer("r"), "alpha": .number(number("alpha")), "targets": targets()].merging(more) { $1 }
  }

  /// How many of the trace's batches a preliminary measures on.
  func preliminaryBatches() throws -> Int { max(1, try steps("score_batches")) }

  /// The head's own learning rate, where the trace has one.
  var headLearningRate: Double? { meta.options["head_lr"]?.number }
}
