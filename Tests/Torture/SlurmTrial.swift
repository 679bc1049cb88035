// What is tried on a cluster, each on a project of its own whose runs are known bit for bit.
import Foundation
import Records
import Reporting
import TestSupport

/// The trials of `torture slurm`.
struct SlurmTrial {
  /// Runs that take about a second each, so that something can happen to them.
  private static let slow = [
    "{lora: {epochs: 60}}", "{aflora: {epochs: 60, initial_epochs: 5, final_fraction: 0.3}}", "{dora: {epochs: 60}}",
  ]

  private let program: URL
  private let account: Account
  private let seed: UInt64

  init(_ program: URL, _ account: Account, seed: UInt64) { (self.program, self.account, self.seed) = (program, account, seed) }

  // MARK: Trials

  /// A grid as an array is the local one, bit for bit; a second submission has nothing to do.
  func equals() throws {
    let known = try KnownProject(methods: Self.slow + ["{prilora: {rank_first: 2, rank_last: 4}}"], program)
    try submit(known, "array", ["--runs-per-task", "2", "--jobs", "2"])
    try wait(for: known, "array")
    expect(known, "array")
    let table = known.project.file("array/tiny.md")
    if !FileManager.default.fileExists(atPath: table.path) { account.fail("the report has left no table") }
    let again = try submit(known, "array")
    if !again.contains("nothing to submit") { account.fail("a second submission of what is done: \(again)") }
    let join = try execute(
      program,
      [
        "join", known.project.file("array").path, "--root", known.project.root.path, "--results",
        known.project.file("results").path,
      ])
    if join.status != 0 || !join.output.contains("were here and are the same") { account.fail("join: \(join.output)") }
  }

  /// Two who submit at the same time do nothing twice.
  func submitsOnce() throws {
    let known = try KnownProject(methods: Self.slow, program)
    let calls = try (0..<2).map { _ in try known.call(["run", "tiny", "--launcher", "slurm"], results: "twice") }
    for call in calls where call.end() != .exited(0) { account.fail("submission: \(call.output)") }
    let submitted = calls.map(\.output).filter { $0.contains("3 runs submitted") }.count
    if submitted != 1 { account.fail("of two submissions \(submitted) submitted the runs: \(calls.map(\.output))") }
    try wait(for: known, "twice")
    expect(known, "twice")
    expectOneEnd(known, "twice")
  }

  /// Workers that are killed without a warning.
  func survivesKills(_ count: Int) throws {
    var chance = Chance(seed: seed, name: "slurm kills", index: 0), done = 0, round = 0
    while done < count, round < count {
      let known = try KnownProject(methods: Self.slow, program), results = "killed-\(round)"
      round += 1
      try submit(known, results, ["--checkpoint-seconds", "0"])
      while done < count, try !isIdle() {
        usleep(UInt32(200_000 + chance.below(800_000)))
        guard let worker = try workers(of: known).randomElement(by: &chance) else { continue }
        // with a number of strikes on one run it would be given up, which is another trial
        if kill(worker, SIGKILL) == 0 {
          done += 1
          account.count("workers killed by SIGKILL")
        }
      }
      try wait(for: known, results)
      try finish(known, results)
      expect(known, results)
    }
    if done < count { account.fail("only \(done) of \(count) workers were killed") }
  }

  /// Tasks of a low partition that a high one takes the node from.
  func survivesPreemption(_ count: Int) throws {
    var before = account.count(of: "tasks preempted"), round = 0
    let end = before + count
    while before < end, round < count {
      let known = try KnownProject(methods: Self.slow, program), results = "preempted-\(round)"
      round += 1
      try submit(known, results)
      while try workers(of: known).isEmpty, try !isIdle() { usleep(50_000) }
      usleep(300_000)
      _ = try command("sbatch", ["--partition=high", "--exclusive", "--time=1", "--output=/dev/null", "--wrap=sleep 1"])
      try wait(for: known, results)
      for log in logs(of: known, results) {
        let times = log.components(separatedBy: "stopping after this step").count - 1
        for _ in 0..<times { account.count("tasks preempted") }
      }
      before = account.count(of: "tasks preempted")
      expect(known, results)
    }
    if before < end { account.fail("only \(before) tasks were preempted") }
  }

  /// A task whose time is over saves what it has, waits again, and goes on.
  func survivesItsTimeLimit() throws {
    let known = try KnownProject(methods: ["{lora: {epochs: 6000}}"], program)
    let settings = known.project.file("slurm.yaml")
    // of its three minutes two are warning: it is told after one
    try Data("most_minutes: 3\nleast_minutes: 3\n".utf8).write(to: settings)
    try submit(known, "late", ["--cluster", settings.path])
    try wait(for: known, "late", minutes: 15)
    expect(known, "late")
    let warned = logs(of: known, "late").filter { $0.contains("waits again") }.count
    if known.duration > 70, warned == 0 { account.fail("no task was told of its end") }
    for _ in 0..<warned { account.count("tasks told of the end of their time") }
  }

  /// A run that is ended three times before it gains a step is failed, and the table says why.
  func givesUp() throws {
    let known = try KnownProject(methods: ["{lora: {epochs: 600}}"], program)
    try submit(known, "hopeless", ["--checkpoint-seconds", "1000000"])
    let start = ContinuousClock.now
    while try !isIdle(), ContinuousClock.now - start < .seconds(180) {
      for worker in try workers(of: known) { kill(worker, SIGKILL) }
      usleep(50_000)
    }
    let status = try execute(
      program, ["status", "tiny", "--root", known.project.root.path, "--results", known.project.file("hopeless").path]
    ).output
    if !status.contains("3 tasks in a row were ended before they gained a step") { account.fail("not given up: \(status)") }
  }

  /// What is cancelled goes, and another submission goes on from there.
  func cancels() throws {
    let known = try KnownProject(methods: Self.slow, program)
    try submit(known, "cancelled", ["--at-once", "1"])
    while try workers(of: known).isEmpty { usleep(50_000) }
    usleep(300_000)
    let place = ["--root", known.project.root.path, "--results", known.project.file("cancelled").path]
    let said = try execute(program, ["cancel", "tiny"] + place)
    if said.status != 0 || !said.output.contains("cancelled: 1 running") { account.fail("cancel: \(said.output)") }
    try wait(for: known, "cancelled")
    try submit(known, "cancelled")
    try wait(for: known, "cancelled")
    expect(known, "cancelled")
  }

  /// A disk that is full is told, and nothing is taken for a result.
  func tellsOfAFullDisk() throws {
    let known = try KnownProject(methods: Self.slow, program), results = known.project.file("full")
    try FileManager.default.createDirectory(at: results, withIntermediateDirectories: true)
    _ = try command("mount", ["-t", "tmpfs", "-o", "size=256k", "tmpfs", results.path])
    defer { _ = try? command("umount", [results.path]) }
    try submit(known, "full")
    try Data(count: 256 << 10).write(to: results.appending(path: "ballast"), options: [])
    try wait(for: known, "full")
    let status = try execute(program, ["status", "tiny", "--root", known.project.root.path, "--results", results.path]).output
    let said = logs(of: known, "full").joined() + status
    if !said.contains("cannot be written") && !said.contains("No space left") { account.fail("a full disk is not told: \(said)") }
    try FileManager.default.removeItem(at: results.appending(path: "ballast"))
    _ = try command("mount", ["-o", "remount,size=64m", results.path])
    try submit(known, "full")
    try wait(for: known, "full")
    expect(known, "full")
  }

  /// Results that go away while they are written are told; once they are back a submission goes on.
  func tellsOfResultsThatGoAway() throws {
    let known = try KnownProject(methods: Self.slow, program), results = known.project.file("away"),
      aside = known.project.file("aside")
    try submit(known, "away", ["--checkpoint-seconds", "0"])
    while try workers(of: known).isEmpty { usleep(50_000) }
    usleep(300_000)
    guard rename(results.path, aside.path) == 0 else { throw Failure(description: "\(results.path) cannot be moved") }
    let start = ContinuousClock.now
    while try !isIdle(), ContinuousClock.now - start < .seconds(120) { usleep(100_000) }
    try? FileManager.default.removeItem(at: results)
    guard rename(aside.path, results.path) == 0 else { throw Failure(description: "\(aside.path) cannot be moved") }
    try submit(known, "away")
    try wait(for: known, "away")
    expect(known, "away")
  }

  /// A thousand tiny runs: none is lost, none is done twice.
  func losesNone(of count: Int) throws {
    let project = try TinyProject(
      TinyProject.manifest.replacing(
        "seeds: [0]", with: "seeds: [\((0..<(count + 1) / 2).map(String.init).joined(separator: ", "))]"))
    let known = try KnownProject(project, program, expects: (count + 1) / 2 * 2)
    try submit(known, "many", ["--runs-per-task", "8", "--jobs", "2"])
    try wait(for: known, "many", minutes: 60)
    expect(known, "many")
    expectOneEnd(known, "many")
    for _ in 0..<count { account.count("runs of the great array") }
  }

  // MARK: Means

  @discardableResult
  private func submit(_ known: KnownProject, _ results: String, _ options: [String] = []) throws -> String {
    let call = try known.call(["run", "tiny", "--launcher", "slurm"] + options, results: results)
    guard call.end(within: 300) == .exited(0) else { throw Failure(description: "submission: \(call.output)") }
    account.count("submissions")
    return call.output
  }

  private func command(_ name: String, _ arguments: [String]) throws -> String {
    let result = try execute(URL(filePath: "/usr/bin/env"), [name] + arguments, apart: true)
    guard result.status == 0 else { throw Failure(description: "\(name): \(result.errors)\(result.output)") }
    return result.output
  }

  /// Whether nothing waits or goes on.
  private func isIdle() throws -> Bool {
    try command("squeue", ["--me", "--noheader", "--format=%T"]).split(separator: "\n").allSatisfy { $0 == "COMPLETED" }
  }

  private func wait(for known: KnownProject, _ results: String, minutes: Double = 10) throws {
    let start = ContinuousClock.now
    while try !isIdle() {
      usleep(200_000)
      if ContinuousClock.now - start > .seconds(minutes * 60) {
        let queue = try command("squeue", ["--me", "--format=%i %j %T %r"])
        _ = try command("scancel", ["--me", "--full"])
        throw Failure(
          description: "\(results): after \(minutes) minutes there is still\n\(queue)\(logs(of: known, results).suffix(3))")
      }
    }
  }

  /// Submits what was given up, until nothing is left.
  private func finish(_ known: KnownProject, _ results: String) throws {
    for _ in 0..<10 {
      if try submit(known, results).contains("nothing to submit") { return }
      try wait(for: known, results)
    }
  }

  /// The processes of workers on a project.
  private func workers(of known: KnownProject) throws -> [pid_t] {
    let names = try FileManager.default.contentsOfDirectory(atPath: "/proc").compactMap { pid_t($0) }
    return names.filter { process in
      guard let data = FileManager.default.contents(atPath: "/proc/\(process)/cmdline") else { return false }
      let words = data.split(separator: 0).map { String(decoding: $0, as: UTF8.self) }
      return words.first == program.path && words.dropFirst().first == "work"
        && words.contains { $0.hasPrefix(known.project.root.path) }
        && !words.contains("--report")
    }.sorted()
  }

  /// What tasks printed.
  private func logs(of known: KnownProject, _ results: String) -> [String] {
    let launches = ResultsLayout(known.project.file(results)).launches
    let names = FileManager.default.enumerator(atPath: launches.path)?.allObjects.compactMap { $0 as? String } ?? []
    return names.filter { $0.hasSuffix(".log") }.sorted().compactMap { name in
      try? String(contentsOf: launches.appending(path: name), encoding: .utf8)
    }
  }

  private func expect(_ known: KnownProject, _ results: String) {
    account.count("results of a cluster, compared with those of this machine")
    let found = known.differences(in: known.project.file(results))
    if !found.isEmpty {
      account.fail("\(results): \(found.prefix(5).joined(separator: "; ")); \(logs(of: known, results).suffix(2))")
    }
  }

  /// Each run's log tells of one end.
  private func expectOneEnd(_ known: KnownProject, _ results: String) {
    for folder in ResultsFolder(known.project.file(results)).runFolders {
      let log = (try? String(contentsOf: RunFile.log.url(in: folder), encoding: .utf8)) ?? ""
      let ends = log.components(separatedBy: "finished: ").count - 1
      if ends != 1 { account.fail("\(folder.lastPathComponent.prefix(8)): ended \(ends) times") }
    }
  }
}

extension Array {
  /// One of the elements; nil where there are none.
  fileprivate func randomElement(by chance: inout Chance) -> Element? { isEmpty ? nil : chance.pick(self) }
}
