// How far right answers come on labels of which some are wrong on purpose.
import Metrics
import Settings

extension PocketTasks {
  /// The score of the right answers on the rows that are reported, in percent of the task's primary metric, averaged over its sets; nil for
  /// a task that is none of these.
  func ceiling(of definition: TaskDefinition) -> Double? {
    guard let task = Task.allCases.first(where: { $0.rawValue == definition.title }), let metric = definition.metrics.first else {
      return nil
    }
    let sets = (task == .mnli ? [.test, .testMismatched] : [PocketSplit.test]).map { examples(task, $0) }
    let scores = sets.map { rows -> Double? in
      switch definition.target {
      case .classes(let names):
        func classes(_ label: (PocketExample) -> String) -> [Int] { rows.map { names.firstIndex(of: label($0)) ?? 0 } }
        return metric.value(gold: classes(\.label), predicted: classes(\.truth))
      case .regression:
        func numbers(_ label: (PocketExample) -> String) -> [Double] { rows.map { Double(label($0)) ?? 0 } }
        return metric.value(gold: numbers(\.label), predicted: numbers(\.truth))
      case .text: return nil
      }
    }
    return mean(scores.compactMap { $0 }).map { 100 * $0 }
  }
}
