// A model's answers to one validation set as the report page shows them: all of them counted, the first ones one by one.
import Foundation
import Storage

/// The answers of the best and of the last epoch, beside the right ones.
struct PageAnswers: Encodable, Sendable {
  /// Examples that are shown one by one.
  static let mostExamples = 400
  /// The most numbers of logits, and the most classes whose answers are counted.
  private static let mostLogits = 2400, mostClasses = 12

  let set: String
  /// All examples.
  let count: Int
  /// The names of the classes; empty where answers are numbers.
  let labels: [String]
  /// The right answers to the first examples: places of classes, or numbers.
  let gold: PageNumbers
  /// The model's answers to them.
  let best: PageNumbers?
  let last: PageNumbers?
  /// What the best epoch's model puts out for them, one after the other, as many for each as there are classes; nil where there is too
  /// much of it.
  let logits: PageNumbers?
  /// How often each class (the outer list) was answered by each (the inner one), over all examples.
  let bestCounts: [[Int]]?
  let lastCounts: [[Int]]?

  /// Reads a set's group; nil where its answers are texts, which have files of their own.
  init?(_ group: HDF5Group, set: String) {
    guard let gold = group.dataset("gold")?.values.doubles, group.dataset("gold_offsets") == nil, !gold.isEmpty,
      gold.allSatisfy(\.isFinite)
    else { return nil }
    func answers(_ name: String) -> [Double]? {
      let found = group.dataset(name)?.values.doubles
      return found.flatMap { $0.count == gold.count ? $0 : nil }
    }
    func shown(_ values: [Double]) -> PageNumbers { PageNumbers(exactly: Array(values.prefix(Self.mostExamples))) }
    let best = answers("best"), last = answers("last")
    self.set = set
    count = gold.count
    let names = if case .strings(let names)? = group.dataset("labels")?.values { names } else { [String]() }
    labels = names
    self.gold = shown(gold)
    self.best = best.map(shown)
    self.last = last.map(shown)
    logits = Self.logits(group.dataset("best_logits"), examples: min(gold.count, Self.mostExamples))
    bestCounts = best.flatMap { Self.counts(gold, $0, classes: names.count) }
    lastCounts = last.flatMap { Self.counts(gold, $0, classes: names.count) }
  }

  private static func logits(_ dataset: HDF5Dataset?, examples: Int) -> PageNumbers? {
    guard let dataset, let numbers = dataset.values.doubles, dataset.shape.count == 2, dataset.shape[0] >= examples,
      examples * dataset.shape[1] <= mostLogits, numbers.allSatisfy(\.isFinite)
    else { return nil }
    return PageNumbers(exactly: numbers.prefix(examples * dataset.shape[1]).map { ($0 * 1000).rounded() / 1000 })
  }

  private static func counts(_ gold: [Double], _ answers: [Double], classes: Int) -> [[Int]]? {
    guard (1...mostClasses).contains(classes) else { return nil }
    var counts = [[Int]](repeating: [Int](repeating: 0, count: classes), count: classes)
    for (right, answer) in zip(gold, answers) {
      guard let row = Int(exactly: right), let column = Int(exactly: answer), counts.indices.contains(row),
        counts.indices.contains(column)
      else { return nil }
      counts[row][column] += 1
    }
    return counts
  }
}
