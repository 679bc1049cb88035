// Children that read inputs, looked at from outside.
import Foundation

/// Runs children side by side until the rounds are over.
struct FuzzWatch {
  /// A child at work.
  private struct Child {
    let process: Process
    let folder: URL
    let tally: Tally
    var part: FuzzRounds.Part
    var lastIndex = -1
    var lastChange = ContinuousClock.now
  }

  /// A format with more failures than this is left: it has been seen that it fails.
  private static let enough = 30
  /// How long a child may take to make its examples.
  private static let patienceForExamples = 300.0

  private var rounds: FuzzRounds
  private let seed: UInt64
  private let jobs: Int
  private let scratch: URL
  private let keep: URL
  private let patience: Double
  private var children: [Child] = []
  private var started = 0
  private(set) var report: FuzzReport

  init(rounds: FuzzRounds, report: FuzzReport, seed: UInt64, jobs: Int, scratch: URL, keep: URL, patience: Double) {
    self.report = report
    (self.rounds, self.seed, self.jobs, self.scratch, self.keep, self.patience) = (rounds, seed, jobs, scratch, keep, patience)
  }

  mutating func run() throws {
    var isOver = false
    while true {
      while !isOver, children.count < jobs {
        guard let part = rounds.next() else {
          isOver = true
          break
        }
        if report.failures(of: part.format.name) < Self.enough { try start(part) }
      }
      if children.isEmpty { return }
      usleep(5000)
      try look()
    }
  }

  private mutating func start(_ part: FuzzRounds.Part) throws {
    started += 1
    let folder = scratch.appending(path: "child-\(started)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    let tally = try Tally(folder.appending(path: "tally"), isNew: true)
    let process = Process()
    process.executableURL = Bundle.main.executableURL ?? URL(filePath: CommandLine.arguments[0])
    process.arguments = [
      "work", part.format.name, folder.path, "--seed", "\(seed)", "--from", "\(part.indices.lowerBound)", "--to",
      "\(part.indices.upperBound)", "--keep", keep.path,
    ]
    var environment = ProcessInfo.processInfo.environment
    environment["SWIFT_BACKTRACE"] = "enable=no"
    environment["TMPDIR"] = folder.path
    process.environment = environment
    let log = folder.appending(path: "log")
    try Data().write(to: log)
    process.standardError = try FileHandle(forWritingTo: log)
    process.standardInput = FileHandle.nullDevice
    try process.run()
    children.append(Child(process: process, folder: folder, tally: tally, part: part))
  }

  /// Ends what hangs, and takes up what has ended.
  private mutating func look() throws {
    for place in children.indices.reversed() {
      let now = ContinuousClock.now, isReady = children[place].tally[.isReady] == 1
      let index = children[place].tally[.index]
      if isReady, index != children[place].lastIndex {
        children[place].lastIndex = index
        children[place].lastChange = now
      }
      let child = children[place]
      let isLate = now - child.lastChange > .seconds(isReady ? patience : Self.patienceForExamples)
      guard isLate || !child.process.isRunning else { continue }
      if isLate { kill(child.process.processIdentifier, SIGKILL) }
      child.process.waitUntilExit()
      children.remove(at: place)
      try takeUp(child, hung: isLate)
      try? FileManager.default.removeItem(at: child.folder)
    }
  }

  /// Counts what a child did; where it did not come to its end, another goes on behind the input that ended it.
  private mutating func takeUp(_ child: Child, hung: Bool) throws {
    let tally = child.tally, name = child.part.format.name
    var row = FuzzReport.Row(
      inputs: tally[.inputs], taken: tally[.taken], refused: tally[.refused], wrong: tally[.wrong])
    let hasEnded = child.process.terminationReason == .exit && child.process.terminationStatus == 0
    if hasEnded && !hung { return report.add(row, of: name) }
    let log = (try? String(contentsOf: child.folder.appending(path: "log"), encoding: .utf8)) ?? ""
    guard tally[.isReady] == 1 else { throw Failure(description: "\(name): the examples were not made: \(log)") }
    if hung { row.hung = 1 } else { row.crashed = 1 }
    report.add(row, of: name)
    let index = tally[.index]
    let how = hung ? "hung" : "crashed (\(child.process.terminationStatus))"
    let reason = log.split(separator: "\n").first { $0.contains("atal error") } ?? log.split(separator: "\n").last ?? ""
    say("\(name) \(index) \(how): \(reason.prefix(300))")
    try keepInput(of: child, index)
    guard index + 1 < child.part.indices.upperBound, report.failures(of: name) < Self.enough else { return }
    try start(FuzzRounds.Part(format: child.part.format, indices: index + 1..<child.part.indices.upperBound))
  }

  private func keepInput(of child: Child, _ index: Int) throws {
    let names = try String(contentsOf: child.folder.appending(path: "targets"), encoding: .utf8).split(separator: "\n")
    let file = URL(filePath: String(names[child.tally[.target]]))
    try Kept.input(file, of: child.part.format.name, seed: seed, index, in: keep)
  }
}

/// The inputs that failed.
enum Kept {
  /// Copies the file that an input was written to.
  static func input(_ file: URL, of format: String, seed: UInt64, _ index: Int, in folder: URL) throws {
    let home = folder.appending(path: format)
    try FileManager.default.createDirectory(at: home, withIntermediateDirectories: true)
    let copy = home.appending(path: "\(seed)-\(index)-\(file.lastPathComponent)")
    try? FileManager.default.removeItem(at: copy)
    try FileManager.default.copyItem(at: file, to: copy)
    say("  kept as \(copy.relativePath); again with: torture fuzz --format \(format) --seed \(seed) --only \(index)")
  }
}
