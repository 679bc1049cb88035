// The parent: hands out inputs to children, and sees which of them end one.
import ArgumentParser
import Foundation

/// `torture fuzz --minutes 5`
struct FuzzCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "fuzz", abstract: "Damages inputs of every format and reads them.",
    discussion: """
      Input I of a format is a function of the seed, the format and I alone. Exits with 1 where a reader crashed, hung, or took what is \
      wrong; the inputs are kept.
      """)

  @Option(help: "How long.") var minutes: Double?
  @Option(help: "How many inputs, in place of minutes.") var inputs: Int?
  @Option(help: "Another seed, other inputs.") var seed: UInt64 = 1
  @Option(help: "One format alone.") var format: String?
  @Option(help: "One input alone, read in this process: for a debugger.") var only: Int?
  @Option(help: "Children at once.") var jobs = max(1, min(ProcessInfo.processInfo.activeProcessorCount, 8))
  @Option(help: "Where inputs that failed are kept.") var keep = "results/fuzz"
  @Option(help: "Seconds after which an input hangs.") var patience = 10.0

  func run() throws {
    let formats = try format.map { [try Format.named($0)] } ?? Format.all
    let scratch = try Scratch()
    if let only {
      guard formats.count == 1 else { throw Failure(description: "--only needs --format") }
      let worker = try Worker(formats[0], seed: seed, folder: scratch.url)
      return say("\(formats[0].name) \(only): \(try worker.tell(only))")
    }
    let start = ContinuousClock.now
    let budget: FuzzRounds.Budget =
      if let inputs { .inputs(inputs) } else { .until(start + .milliseconds(Int((minutes ?? 2) * 60_000))) }
    var watch = FuzzWatch(
      rounds: FuzzRounds(formats, budget), report: FuzzReport(formats), seed: seed, jobs: max(1, jobs), scratch: scratch.url,
      keep: URL(filePath: keep),
      patience: patience)
    try watch.run()
    for line in watch.report.lines { say(line) }
    sayMinutes(since: start, "fuzz, \(watch.report.total.inputs) inputs of \(formats.count) formats, seed \(seed)")
    if watch.report.hasFailure { throw ExitCode.failure }
  }
}

/// Which inputs come next: rounds, in each of which every format has its share.
struct FuzzRounds {
  enum Budget {
    case inputs(Int)
    case until(ContinuousClock.Instant)
  }

  /// Inputs that one child reads.
  struct Part {
    let format: Format
    var indices: Range<Int>
  }

  private let formats: [Format]
  /// How many inputs of each format a round has.
  private let counts: [Int]
  private let rounds: Int
  private let end: ContinuousClock.Instant?
  private var round = 0
  private var place = 0

  /// Inputs are spread over the formats by their shares, at least as many as asked for.
  init(_ formats: [Format], _ budget: Budget) {
    self.formats = formats
    let whole = formats.map(\.share).reduce(0, +)
    switch budget {
    case .inputs(let most):
      let rounds = max(1, (most + whole - 1) / whole)
      counts = formats.map { ($0.share * most + rounds * whole - 1) / (rounds * whole) }
      (self.rounds, end) = (rounds, nil)
    case .until(let end):
      counts = formats.map(\.share)
      (rounds, self.end) = (.max, end)
    }
  }

  /// The next part; nil where there is none, or no time.
  mutating func next() -> Part? {
    if let end, ContinuousClock.now >= end { return nil }
    guard round < rounds else { return nil }
    let start = round * counts[place]
    defer {
      place += 1
      if place == formats.count { (place, round) = (0, round + 1) }
    }
    return Part(format: formats[place], indices: start..<start + counts[place])
  }
}

/// Counts by format.
struct FuzzReport {
  struct Row {
    var inputs = 0, taken = 0, refused = 0, wrong = 0, crashed = 0, hung = 0

    fileprivate static let titles = ["inputs", "taken", "refused", "wrong", "crashed", "hung"]
    fileprivate var cells: [String] { [inputs, taken, refused, wrong, crashed, hung].map(String.init) }
    var failures: Int { wrong + crashed + hung }

    mutating func add(_ other: Row) {
      inputs += other.inputs
      taken += other.taken
      refused += other.refused
      wrong += other.wrong
      crashed += other.crashed
      hung += other.hung
    }
  }

  private(set) var rows: [(format: String, row: Row)]

  /// No counts yet of these formats.
  init(_ formats: [Format]) { rows = formats.map { ($0.name, Row()) } }

  var total: Row {
    var total = Row()
    for (_, row) in rows { total.add(row) }
    return total
  }

  var hasFailure: Bool { total.failures > 0 }

  mutating func add(_ row: Row, of format: String) {
    if let index = rows.firstIndex(where: { $0.format == format }) { rows[index].row.add(row) }
  }

  func failures(of format: String) -> Int { rows.first { $0.format == format }?.row.failures ?? 0 }

  var lines: [String] {
    let body = rows.map { [$0.format] + $0.row.cells }
    return aligned([["format"] + Row.titles] + body + [["all"] + total.cells])
  }
}
