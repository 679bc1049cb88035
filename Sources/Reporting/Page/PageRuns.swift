// What runs left as the report page shows it when a cell is opened, as far as their records tell. The runs of several cells share a
// file, and what many of them have in common stands there once.
import Foundation
import Manifests
import Metrics
import Records
import Settings

/// The runs of some cells of one table.
struct PageRuns: Encodable, Sendable {
  /// A name and what stands behind it.
  typealias Line = [String]

  /// The runs of one row on one task, in the order of their seeds.
  struct Cell: Encodable, Sendable {
    let row: String
    let task: String
    let runs: [Run]
  }

  /// One run.
  struct Run: Encodable, Sendable {
    /// As it is named: `3`, or `0x1`.
    let seed: String
    /// What trains it again and compares it with its record, or trains it where it has none.
    let command: String
    /// What its record says; nil where there is none that can be used.
    let record: Record?
  }

  /// What a record says.
  struct Record: Encodable, Sendable {
    let identity: String
    let outcome: String
    let bestEpoch: Int?
    let lastEpoch: Int?
    /// The updates done at the end of each epoch.
    let updates: PageNumbers
    /// Every metric on every validation set, by epoch.
    let scores: [Scores]
    /// How much was trained, and what it took: names with their values.
    let counts: [Line]
    /// The places in the file's `settings`, `programs` and `digests`.
    let settings: Int
    let program: Int
    let digests: Int
    /// The digests of what the run left, with its seal.
    let left: [Line]
    let timing: [Line]
    /// The files in its folder.
    let files: [String]
    /// The file of its curves, predictions, decisions and log; nil where that has not been made.
    let details: String?
    /// Why it could not be made.
    let problem: String?
  }

  /// What became of a run's curves, predictions, decisions and log.
  enum Details: Sendable, Equatable {
    /// They are in this file.
    case file(String)
    /// They could not be read, for this reason.
    case problem(String)
  }

  /// A metric's values.
  struct Scores: Encodable, Sendable {
    let split: String
    /// Its name for people.
    let metric: String
    /// Whether the best epoch was chosen by this metric.
    let isPrimary: Bool
    /// Whether the set took part in that choice; one that did not is only reported.
    let chooses: Bool
    /// Whether a table shows it in percent.
    let isShare: Bool
    /// By epoch; none where it is undefined.
    let values: PageNumbers
  }

  let format = PageScript.format
  private(set) var cells: [Cell] = []
  /// What runs were told, by name.
  private(set) var settings: [[Line]] = []
  /// Programs and machines.
  private(set) var programs: [[Line]] = []
  /// The digests of what was read.
  private(set) var digests: [[Line]] = []
  /// The files of what the tasks' examples say, by task.
  private(set) var examples: [String: String] = [:]

  /// How many runs it has.
  var count: Int { cells.reduce(0) { $0 + $1.runs.count } }

  /// Adds the runs of a cell.
  /// - Parameters:
  ///   - details: what became of runs' details, by identity; those that have not been read have none.
  ///   - examples: the file of what the task's examples say.
  mutating func add(
    _ runs: [RunSpecification], row: String, task: String, of experiment: Experiment, _ findings: RunFindings,
    details: [String: Details], examples: String?
  ) {
    let made = runs.map { run in
      let record = findings.records[RunKey(run)]
      let isFailed = record?.outcome.isFailure ?? true
      return Run(
        seed: run.seed.description,
        command: isFailed ? PageCommand.run(run, of: experiment) : PageCommand.rerun(run, of: experiment),
        record: record.map { self.record($0, timing: findings.timings[RunKey(run)], details: details[$0.identity]) })
    }
    cells.append(Cell(row: row, task: task, runs: made))
    if let examples { self.examples[task] = examples }
  }

  private mutating func record(_ record: RunRecord, timing: TimingRecord?, details: Details?) -> Record {
    let file = if case .file(let name)? = details { name } else { String?.none }
    let problem = if case .problem(let text)? = details { text } else { String?.none }
    return Record(
      identity: record.identity, outcome: ([record.outcome.text] + record.flags.map(\.text)).joined(separator: ", "),
      bestEpoch: record.bestEpoch, lastEpoch: record.lastEpoch,
      updates: PageNumbers(exactly: record.epochs.map { Double($0.step) }), scores: Self.scores(record),
      counts: Self.counts(record),
      settings: Self.place(of: Self.settings(record), in: &settings),
      program: Self.place(of: Self.program(record), in: &programs), digests: Self.place(of: Self.read(record), in: &digests),
      left: record.files.map { [$0.file.rawValue, $0.digest] } + (record.seal.map { [["seal", $0]] } ?? []),
      timing: timing.map(Self.timing) ?? [],
      files: [RunFile.record.rawValue] + record.files.map(\.file.rawValue) + (timing == nil ? [] : [RunFile.timing.rawValue]),
      details: file, problem: problem)
  }

  /// The place of a list among others; it is added where it is not there.
  private static func place(of lines: [Line], in lists: inout [[Line]]) -> Int {
    if let place = lists.lastIndex(of: lines) { return place }
    lists.append(lines)
    return lists.count - 1
  }

  private static func scores(_ record: RunRecord) -> [Scores] {
    (record.epochs.first?.scores ?? []).map { kind in
      let values = record.epochs.map { $0.value(split: kind.split, metric: kind.metric) }
      return Scores(
        split: kind.split, metric: MetricText.short(kind.metric), isPrimary: kind.metric == record.primary.metric,
        chooses: record.chooses(by: kind.split),
        isShare: Metric(rawValue: kind.metric).map { Metric.scoring.contains($0) } ?? true, values: PageNumbers(exactly: values))
    }
  }

  private static func counts(_ record: RunRecord) -> [Line] {
    [
      ["updates", "\(record.steps)"], ["trainable parameters", record.trainableParameters.text],
      ["with the head", record.trainableParametersWithHead.text],
      ["operations", "\(record.flops)"],
    ]
      + (record.measures ?? [:]).sorted { $0.key < $1.key }.map {
        [MetricText.measure($0.key), MetricText.value($0.value, of: $0.key)]
      }
  }

  /// What decided the run's numbers, but for its place in a table.
  private static func settings(_ record: RunRecord) -> [Line] {
    let places = ["experiment", "label", "profile", "row", "seed", "task"]
    guard case .object(let members) = record.specification else { return [] }
    return members.keys.sorted().filter { !places.contains($0) }.flatMap { name in
      RunDescription.leaves(members[name] ?? .null, name: name).map { [$0.name, $0.text] }
    }
  }

  private static func program(_ record: RunRecord) -> [Line] {
    let program = record.program, machine = record.environment
    return [
      ["program", "lowrank \(program.version)" + (program.isModified ? ", modified" : "")],
      ["commit", program.commit ?? "unknown"], ["numerics", "version \(record.numericsVersion)"],
      ["threads", "\(machine.threads)"], ["processor", machine.processor], ["system", machine.operatingSystem],
    ]
  }

  private static func read(_ record: RunRecord) -> [Line] {
    let digests = record.digests
    return [["manifest", digests.manifest], ["model", digests.model], ["tokenizer", digests.tokenizer], ["data", digests.data]]
  }

  private static func timing(_ timing: TimingRecord) -> [Line] {
    [["time", NumberText.seconds(timing.totalSeconds)]]
      + (timing.secondsPerStep.map { [["time of a step", NumberText.seconds($0)]] } ?? [])
      + [["peak memory", NumberText.bytes(timing.peakMemoryBytes)]]
      + (timing.resumedCount > 0 ? [["resumed", "\(timing.resumedCount) times"]] : [])
  }
}
