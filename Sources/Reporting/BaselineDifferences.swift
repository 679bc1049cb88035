// What each row gains or loses against the table's baseline. Tasks are the unit: each counts once, in its first metric and by the mean of
// its validation sets, as the mean over the seeds that both rows have.
import Metrics

/// The differences of a table's rows to one of them, with intervals, tests and what they rest on.
package struct BaselineDifferences: Sendable, Equatable, Encodable {
  /// The difference on one task.
  package struct TaskDifference: Sendable, Equatable, Encodable {
    /// The task's id.
    package let task: String
    /// The mean of row less baseline over the seeds that count in both, as a share (0.01 is one point).
    package let difference: Double
    /// How many seeds these are.
    package let pairs: Int
    /// How many seeds are planned in both.
    package let planned: Int
  }

  /// The difference without one of the tasks.
  package struct WithoutTask: Sendable, Equatable, Encodable {
    /// The task that is left out.
    package let task: String
    /// The mean over the others, as a share.
    package let difference: Double
  }

  /// The sign-flip test over a row's tasks, two-sided.
  package struct Test: Sendable, Equatable, Encodable {
    /// p of this row alone.
    package let pValue: Double
    /// p adjusted for all rows by the step-down of Westfall and Young.
    package let adjustedPValue: Double
    /// p adjusted for all rows by Holm, which is at least the number of rows times the least p.
    package let holmPValue: Double
    /// The least p, adjusted or not, that so many tasks allow.
    package let leastPValue: Double
  }

  /// One row against the baseline.
  package struct Row: Sendable, Equatable, Encodable {
    /// The row's id.
    package let row: String
    /// The mean over tasks of row less baseline with its intervals, as shares; nil without pairs.
    package let estimate: DifferenceEstimate?
    /// The true difference that the 95 % interval would show with probability 0.8, at the spread observed; as a share. Nil without an
    /// interval.
    package let detectable: Double?
    /// The tasks that have a pair, in the table's order.
    package let tasks: [TaskDifference]
    /// Pairs of one task and one seed that count in both rows.
    package let pairs: Int
    /// Pairs of one task and one seed that are planned in both rows.
    package let plannedPairs: Int
    /// Tasks on which the row is better; seeds where there is one task.
    package let better: Int
    /// Tasks, or seeds, on which both are equal.
    package let equal: Int
    /// Tasks, or seeds, on which the row is worse.
    package let worse: Int
    /// The test over tasks; nil for fewer than two of them.
    package internal(set) var test: Test?
    /// The difference without each of the tasks; empty for fewer than two of them.
    package let withoutTask: [WithoutTask]
    /// Whether the row is level with the baseline within the bound that the manifest states; nil without bound or interval.
    package let isLevel: Bool?
    /// The mean over tasks of the row's rank among the table's rows, as `TableRow` has it.
    package let meanRank: Double?

    /// The mean over tasks of row less baseline, as a share; nil without pairs.
    package var difference: Double? { estimate?.mean }
  }

  /// The id of the row that the others are compared with.
  package let baseline: String
  /// Its name for people.
  package let label: String
  /// Its own mean rank.
  package let meanRank: Double?
  /// How many tasks the table has.
  package let taskCount: Int
  /// The bound within which rows are level, as a share; nil where the manifest states none.
  package let equivalence: Double?
  /// The other rows, in the table's order.
  package let rows: [Row]

  /// Compares rows on tasks; nil where the baseline is none of them or stands alone.
  /// - Parameters:
  ///   - columns: the columns that the rows' cells are of; of a task its first one counts.
  ///   - equivalence: the bound within which rows are level, as a share.
  init?(rows: [TableRow], columns: [TaskColumn], baseline: String, equivalence: Double? = nil) {
    let rows = rows.map { row in
      var first = row
      first.cells = zip(columns, row.cells).filter(\.0.isFirst).map(\.1)
      return first
    }
    guard let reference = rows.first(where: { $0.id == baseline }), rows.count > 1 else { return nil }
    self.init(
      rows.filter { $0.id != baseline }.map { ($0, reference) }, tasks: columns.filter(\.isFirst).map(\.task), baseline: baseline,
      label: reference.label, meanRank: reference.meanRank, equivalence: equivalence)
  }

  /// Compares each row with one of its own.
  /// - Parameters:
  ///   - pairs: rows with what they are compared with, a cell of both for each task.
  ///   - tasks: the tasks' ids.
  ///   - baseline: what the rows are compared with, by its id.
  ///   - label: its name for people.
  ///   - meanRank: its mean rank, where all are compared with one row of their table.
  init(
    _ pairs: [(row: TableRow, reference: TableRow)], tasks: [String], baseline: String, label: String, meanRank: Double? = nil,
    equivalence: Double? = nil
  ) {
    (self.baseline, self.label, self.meanRank, self.equivalence) = (baseline, label, meanRank, equivalence)
    taskCount = tasks.count
    var detectable: [Int: Double] = [:]
    var compared = pairs.map { pair in
      Self.compare(pair.row, with: pair.reference, tasks: tasks, equivalence: equivalence) { degrees in
        if let known = detectable[degrees] { return known }
        let found = minimalDetectableDifference(degreesOfFreedom: degrees)
        detectable[degrees] = found
        return found
      }
    }
    let tests = Self.tests(compared, tasks: tasks)
    for index in compared.indices { compared[index].test = tests[index] }
    rows = compared
  }

  /// - Parameter standardErrors: how many standard errors a design of so many degrees of freedom finds.
  private static func compare(
    _ row: TableRow, with reference: TableRow, tasks: [String], equivalence: Double?, standardErrors: (Int) -> Double
  ) -> Row {
    let planned = zip(row.cells, reference.cells).map { cell, other in
      cell.runs.compactMap { run in other.runs.first { $0.seed == run.seed }.map { (run, $0) } }
    }
    let differences = planned.map { pairs in
      pairs.compactMap { run, other in
        run.score.flatMap { score in other.score.map { SeededValue(run.seed, difference(score, $0)) } }
      }
    }
    let estimate = DifferenceEstimate(differences)
    let byTask = zip(tasks, zip(differences, planned)).compactMap { task, found in
      // where a sum is no number there is no estimate of any task
      estimate == nil
        ? nil
        : mean(found.0.map(\.value)).map {
          TaskDifference(task: task, difference: rounded($0), pairs: found.0.count, planned: found.1.count)
        }
    }
    let counted = byTask.count == 1 ? differences.flatMap { $0 }.map(\.value) : byTask.map(\.difference)
    return Row(
      row: row.id, estimate: estimate,
      detectable: estimate.flatMap { found in
        found.standardError.flatMap { error in found.degreesOfFreedom.map { error * standardErrors($0) } }
      },
      tasks: byTask, pairs: differences.reduce(0) { $0 + $1.count }, plannedPairs: planned.reduce(0) { $0 + $1.count },
      better: counted.count { $0 > 0 },
      equal: counted.count { $0 == 0 }, worse: counted.count { $0 < 0 },
      withoutTask: zip(byTask, meansWithoutOne(byTask.map(\.difference))).map { left, others in
        WithoutTask(task: left.task, difference: rounded(others))
      },
      isLevel: equivalence.flatMap { estimate?.isLevel(within: $0) }, meanRank: row.meanRank)
  }

  /// The tests of all rows that have two tasks or more, adjusted for each other.
  private static func tests(_ rows: [Row], tasks: [String]) -> [Test?] {
    let results = signFlipTests(
      rows.map { row in tasks.map { task in row.tasks.first { $0.task == task }?.difference } })
    var holm = holmAdjusted(results.compactMap { $0?.pValue })[...]
    return results.map { result in
      result.map {
        Test(
          pValue: $0.pValue, adjustedPValue: $0.adjustedPValue, holmPValue: holm.removeFirst(), leastPValue: $0.leastPValue)
      }
    }
  }

  /// A score less another. Scores are fractions of whole numbers: differences that are equal must not be told apart by their
  /// rounding.
  static func difference(_ score: Double, _ other: Double) -> Double { rounded(score - other) }

  private static func rounded(_ value: Double) -> Double { (value * 1e12).rounded() / 1e12 }
}

extension BaselineDifferences.Row {
  /// The least difference without one task, and that task; nil for fewer than two.
  var leastWithoutTask: BaselineDifferences.WithoutTask? { withoutTask.min { $0.difference < $1.difference } }
  /// The greatest.
  var greatestWithoutTask: BaselineDifferences.WithoutTask? { withoutTask.max { $0.difference < $1.difference } }

  /// `5 of 6 tasks` and `9 of their 10 pairs`: what there is of the plan, where that is less.
  /// - Parameter taskCount: how many tasks there are to be.
  func parts(of taskCount: Int) -> [String] {
    let planned = tasks.reduce(0) { $0 + $1.planned }, isPart = tasks.count < taskCount
    return [
      isPart ? "\(tasks.count) of \(taskCount) tasks" : nil,
      pairs < planned ? "\(pairs) of \(isPart ? "their " : "")\(planned) pairs" : nil,
    ].compactMap(\.self)
  }

  /// The tasks without which the difference has another sign, or none.
  var carryingTasks: [String] {
    guard let difference, difference != 0 else { return [] }
    return withoutTask.filter { difference > 0 ? $0.difference <= 0 : $0.difference >= 0 }.map(\.task)
  }
}
