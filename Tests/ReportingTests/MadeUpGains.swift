// Rows that were never trained, by how far their scores are above 0.5 on each task and seed.
@testable import Reporting

/// Six tasks with two seeds each, but where a row says otherwise.
enum MadeUpGains {
  static let tasks = ["sst2", "mrpc", "qnli", "rte", "qqp", "cola"]

  static let none = [[Double?]](repeating: [0, 0], count: 6)
  /// 1 to 6 points, each seed half a point to either side.
  static let rising: [[Double?]] = [1.0, 2, 3, 4, 5, 6].map { [($0 - 0.5) / 100, ($0 + 0.5) / 100] }
  /// Better on two tasks, worse on three, equal on one.
  static let mixed: [[Double?]] = [[0.021, 0.021], [-0.01, -0.01], [0.03, 0.01], [-0.02, 0], [0, 0], [0.01, -0.03]]
  /// A tenth of a point to either side.
  static let small: [[Double?]] = [-1.0, 0, 1, -1, 0, 1].map { [$0 / 1000, $0 / 1000] }

  /// An experiment whose first row is LoRA.
  /// - Parameter gains: by row an entry for each task, and in it one for each seed; nil: no run.
  static func experiment(
    _ gains: KeyValuePairs<String, [[Double?]]>, report: String = "baseline: lora", tasks: [String] = tasks
  ) throws -> MadeUpExperiment {
    let seeds = gains.first?.value.first?.count ?? 0
    let made = try MadeUpExperiment(
      MadeUpExperiment.plain.replacing("methods: [lora, aflora]", with: "methods: [\(gains.map(\.key).joined(separator: ", "))]")
        .replacing("[rte, mrpc]", with: "[\(tasks.joined(separator: ", "))]")
        .replacing("seeds: [0, 1]", with: "seeds: \(Array(0..<seeds))")
        .replacing("profiles:", with: "report: {\(report)}\nprofiles:"))
    for (row, values) in gains {
      for (task, seeds) in zip(tasks, values) {
        for (seed, gain) in seeds.enumerated() { if let gain { try made.add(row, task, seed, [0.5 + gain]) } }
      }
    }
    return made
  }
}
