// The table of differences below a table, and what a reader must know of it: the unit, the test and the least p.
import Metrics

extension DisplayTable {
  /// The rows' differences to the baseline, where there is a pair to compare. A column that no row has a value for is left out.
  /// - Parameter labels: the names of the rows, by id.
  init(_ differences: BaselineDifferences, rowHeader: String, labels: [String: String]) {
    let rows = differences.rows.filter { $0.pairs > 0 }
    func signed(_ value: Double?) -> String { value.map(NumberText.signedPercent) ?? "—" }
    typealias Row = BaselineDifferences.Row
    let columns: [(name: String, isShown: Bool, cell: (Row) -> DisplayCell)] = [
      (rowHeader, true, { DisplayCell(labels[$0.row] ?? $0.row) }),
      (
        "difference", true,
        { row in
          let isPart = row.tasks.count < differences.taskCount && row.difference != nil
          return DisplayCell(
            signed(row.difference), suffix: isPart ? " (\(row.tasks.count) of \(differences.taskCount) tasks)" : "")
        }
      ),
      (
        "95% interval", rows.contains { $0.estimate?.interval != nil },
        { DisplayCell($0.estimate?.interval.map(NumberText.interval) ?? "—") }
      ),
      ("p", differences.isTested, { DisplayCell($0.test.map { NumberText.probability($0.adjustedPValue) } ?? "—") }),
      (
        "detectable", rows.contains { $0.detectable != nil },
        { DisplayCell($0.detectable.map(NumberText.percent) ?? "—") }
      ),
      ("better / equal / worse", true, { DisplayCell("\($0.better) / \($0.equal) / \($0.worse)") }),
      (
        "without one task", differences.isTested,
        { row in
          let ends = [row.leastWithoutTask, row.greatestWithoutTask].compactMap { $0 }.map { signed($0.difference) }
          return DisplayCell(ends.isEmpty ? "—" : ends.joined(separator: " … "))
        }
      ),
      (
        "mean rank", differences.isTested && rows.contains { $0.meanRank != nil },
        { DisplayCell($0.meanRank.map(NumberText.twoDecimals) ?? "—") }
      ),
      (
        "level within ±\(differences.equivalence.map(NumberText.percent) ?? "")", rows.contains { $0.isLevel != nil },
        { DisplayCell($0.isLevel.map { $0 ? "yes" : "not shown" } ?? "—") }
      ),
    ]
    let shown = columns.filter(\.isShown)
    header = shown.map(\.name)
    self.rows = rows.map { row in shown.map { $0.cell(row) } }
  }
}

extension BaselineDifferences {
  /// Whether any row has a test over tasks.
  var isTested: Bool { rows.contains { $0.test != nil } }

  /// The heading of the table of differences.
  var title: String { "Difference to \(label)" }

  /// What the unit is, what the test is and the least p that it can give, and what the other columns are.
  /// - Parameter labels: the names of the rows, by id.
  func notes(labels: [String: String]) -> [String] {
    let seen = rows.filter { $0.pairs > 0 }
    guard seen.contains(where: { $0.estimate?.interval != nil }) else {
      return ["In points. One task and one seed of both rows: no interval, no test and no claim."]
    }
    return [isTested ? unitNote : seedNote] + [testNote, designNote(labels), levelNote].compactMap { $0 }
  }

  private var unitNote: String {
    "In points. Tasks are the unit: each counts once, by its mean over the seeds of both rows. 95% interval: hierarchical bootstrap over "
      + "tasks and seeds, as wide as Student's t over tasks."
  }

  private var seedNote: String {
    "In points, paired by seed. 95% interval: Student's t over the seeds. One task has no test: nothing is said of others."
  }

  private var testNote: String? {
    let tests = rows.compactMap(\.test)
    guard let least = tests.map(\.leastPValue).min() else { return nil }
    let tasks = rows.filter { $0.test != nil }.map(\.tasks.count).max() ?? 0
    let adjusted = tests.count > 1 ? ", adjusted for \(tests.count) rows (Westfall and Young)" : ""
    return "p: sign-flip test over tasks, two-sided\(adjusted). \(tasks) tasks allow no p below \(NumberText.probability(least))"
      + (least > Self.level ? ", so that nothing can be shown." : ".")
  }

  private func designNote(_ labels: [String: String]) -> String? {
    var sentences: [String] = []
    if rows.contains(where: { $0.detectable != nil }) {
      sentences.append("Detectable: the true difference that such an interval shows four times in five, at the spread seen.")
    }
    if isTested {
      let carried = rows.compactMap { row in row.carriers.map { "for \(labels[row.row] ?? row.row) \($0)" } }
      sentences.append(
        "Without one task: the least and the greatest difference when any one is left out"
          + (carried.isEmpty ? "." : "; the sign does not hold \(carried.joined(separator: ", "))."))
    }
    if let meanRank, isTested {
      let count = rows.count { $0.meanRank != nil } + 1
      sentences.append("Mean rank over tasks: 1 is the best of \(count) rows; \(label) has \(NumberText.twoDecimals(meanRank)).")
    }
    return sentences.isEmpty ? nil : sentences.joined(separator: " ")
  }

  private var levelNote: String? {
    guard let equivalence, rows.contains(where: { $0.isLevel != nil }) else { return nil }
    return
      "Level: the 90% interval lies within ±\(NumberText.percent(equivalence)), the bound that the manifest states (two one-sided "
      + "tests at 0.05)."
  }

  /// Where p is at most this, a difference is shown.
  static let level = 0.05
}

extension BaselineDifferences.Row {
  /// The most tasks that a sentence names one by one.
  private static let mostNames = 3

  /// `without sst2 or rte`: without which of the tasks the sign does not hold; nil where it holds without any.
  var carriers: String? {
    let tasks = carryingTasks
    guard let last = tasks.last else { return nil }
    if tasks.count > Self.mostNames { return "without any one of \(tasks.count) tasks" }
    return "without " + (tasks.count == 1 ? last : tasks.dropLast().joined(separator: ", ") + " or " + last)
  }
}

extension NumberText {
  /// The ends of an interval of shares, in points: `[−0.48, +4.48]`.
  static func interval(_ interval: MeanInterval) -> String {
    "[\(signedPercent(interval.low)), \(signedPercent(interval.high))]"
  }
}
