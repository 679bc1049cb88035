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
          let parts = row.difference == nil ? [] : row.parts(of: differences.taskCount)
          return DisplayCell(signed(row.difference), suffix: parts.isEmpty ? "" : " (\(parts.joined(separator: ", ")))")
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
    if estimates.isEmpty { return ["In points. —: the difference is too large for a number."] }
    if estimates.allSatisfy({ $0.lack == .single }) {
      return ["In points. One task and one seed of both rows: no interval, no test and no claim."] + [pairNote].compactMap(\.self)
    }
    let unitNotes = estimates.contains { $0.unit == .tasks } ? [taskNote] + singleTaskNotes : [seedNote]
    return unitNotes + lackNotes(labels) + [testNote, designNote(labels), levelNote, pairNote].compactMap(\.self)
  }

  private var estimates: [DifferenceEstimate] { rows.compactMap(\.estimate) }

  private var taskNote: String {
    "In points. Tasks are the unit: each counts once, by its mean over the seeds of both rows."
      + (estimates.contains { $0.unit == .tasks && $0.interval != nil }
        ? " 95% interval: hierarchical bootstrap over tasks and seeds, as wide as Student's t over tasks." : "")
  }

  /// How the seeds lie of which intervals over the one task of a row are.
  private var designs: [SeedDesign] { estimates.filter { $0.interval != nil }.compactMap(\.seedDesign) }

  private var seedNote: String {
    (["In points, paired by seed."] + (designs.isEmpty ? [] : ["95% interval: \(designs.intervalMethod)."]) + designs.limits
      + ["One task has no test: nothing is said of others."]).joined(separator: " ")
  }

  /// Of rows with one task in a table whose others have several.
  private var singleTaskNotes: [String] {
    guard estimates.contains(where: { $0.unit == .seeds }) else { return [] }
    let method = designs.isEmpty ? "" : " (\(designs.intervalMethod))"
    let said =
      "Rows with one task: interval\(method), detectable and better / equal / worse are over its seeds; nothing is said of other "
      + "tasks."
    return [([said] + designs.limits).joined(separator: " ")]
  }

  /// Which rows have no interval, and why.
  private func lackNotes(_ labels: [String: String]) -> [String] {
    [IntervalLack.single, .equal, .irregular].compactMap { lack in
      let names = rows.filter { $0.estimate?.lack == lack }.map { labels[$0.row] ?? $0.row }
      return names.isEmpty ? nil : "No interval, and no claim, of \(names.joined(separator: ", ")): \(lack.reason)."
    }
  }

  private var pairNote: String? {
    rows.contains { row in row.tasks.contains { $0.pairs < $0.planned } }
      ? "A pair is a seed of a task that counts in both rows: one that diverged or is missing in either is in no difference." : nil
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
    let ranked = rows.count { $0.meanRank != nil }
    if isTested, ranked > 0 {
      let own = meanRank.map(NumberText.twoDecimals) ?? "none, for it lacks runs that others have"
      sentences.append("Mean rank over tasks: 1 is the best of \(ranked + (meanRank == nil ? 0 : 1)) rows; \(label) has \(own).")
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
