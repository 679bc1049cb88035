// Runs killed at random moments, and processes that want the same runs at once.
import ArgumentParser
import Foundation
import TestSupport

/// `torture kills --count 50`
struct KillsCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "kills", abstract: "Kills the program at random moments until its runs are done, and lets several race for them.",
    discussion: "What is left in the end must be the bytes of a straight run. Exits with 1 where it is not.")

  @Option(help: "How many kills.") var count = 1000
  @Option(help: "Another seed, other moments.") var seed: UInt64 = 1
  @OptionGroup var place: PlaceOptions

  /// Kills before another project's turn.
  private static let perProject = 25

  func run() throws {
    let scratch = try Scratch()
    let start = ContinuousClock.now, account = Account(), seed = seed, program = try place.lowrank
    let projects = (count + Self.perProject - 1) / Self.perProject
    let next = NextNumber(below: projects)
    let last = count - (projects - 1) * Self.perProject
    try sideBySide(min(place.jobs, projects)) {
      while let number = next.take() {
        var killing = try Killing(number, program, seed: seed, account)
        try killing.run(number == projects - 1 ? last : Self.perProject)
      }
    }
    for line in account.lines { say(line) }
    let kills = account.count(of: "kills"), contests = account.count(of: "contests")
    sayMinutes(since: start, "kills, \(kills) of them and \(contests) contests, seed \(seed)")
    _ = scratch.url
    if account.hasFailure { throw ExitCode.failure }
  }
}

/// One project under fire.
private struct Killing {
  private static let methods = [
    "{aflora: {epochs: 18, initial_epochs: 1.5, final_fraction: 0.3}}",
    "{loradrop: {sample_ratio: 0.5, epochs: 12, sample_epochs: 4, keep: 1}}",
    "{prilora: {epochs: 12, rank_first: 2, rank_last: 4, interval: 5}}",
    "{adalora: {epochs: 12, initial_rank: 3, target_rank: 1, interval: 3}}", "{sora: {epochs: 12, xi: 0.05, eta: 0.1}}",
    "{sparseadapter: {epochs: 12}}", "{dora: {epochs: 12, dropout: 0.1}}", "{fft: {epochs: 12}}", "{lora: {epochs: 12}}",
    "{vera: {epochs: 12}}",
  ]

  private let account: Account
  private let known: KnownProject
  private var chance: Chance
  private let name: String

  init(_ number: Int, _ program: URL, seed: UInt64, _ account: Account) throws {
    self.account = account
    chance = Chance(seed: seed, name: "kills", index: number)
    let methods = [Self.methods[number % Self.methods.count], Self.methods[(number * 3 + 1) % Self.methods.count]]
    let chosen = methods[0] == methods[1] ? [methods[0]] : methods
    name = chosen.joined(separator: ", ")
    known = try KnownProject(methods: chosen, program)
  }

  mutating func run(_ kills: Int) throws {
    var done = 0, folder = 0, launches = 0
    while done < kills, launches < 6 * kills {
      launches += 1
      if try strike("killed-\(folder)") {
        done += 1
      } else {
        check("killed-\(folder)", "killed")
        folder += 1
      }
    }
    if done < kills { account.fail("\(name): only \(done) of \(kills) signals came before the end") }
    let last = try known.call(["run", "tiny", "--jobs", "1"], results: "killed-\(folder)")
    if last.end() != .exited(0) { account.fail("\(name): the last run did not end well:\n\(last.output)") }
    check("killed-\(folder)", "killed")
    for contest in 0..<2 { try self.contest("contest-\(contest)") }
  }

  /// One launch and one signal; whether it came before the end.
  private mutating func strike(_ results: String) throws -> Bool {
    let call = try known.call(
      ["run", "tiny", "--jobs", chance.oneIn(2) ? "1" : "2", "--checkpoint-seconds", "0"], results: results)
    usleep(UInt32(moment() * 1e6))
    let signal = chance.pick([SIGKILL, SIGKILL, SIGKILL, SIGTERM, SIGINT])
    call.send(signal)
    switch call.end() {
    case .exited(0): return false
    case .killed(signal), .exited(128 + signal):
      account.count("kills")
      account.count("kills by \(signal == SIGKILL ? "SIGKILL" : signal == SIGTERM ? "SIGTERM" : "SIGINT")")
      return true
    case let other:
      account.fail("\(name): \(other) after signal \(signal):\n\(call.output)")
      return true
    }
  }

  /// Seconds, up to the length of a straight run.
  private mutating func moment() -> Double { min(known.duration, 3) * Double(chance.below(1 << 20)) / Double(1 << 20) }

  private func check(_ results: String, _ what: String) {
    account.count("results \(what), compared with the straight run's")
    let found = known.differences(in: known.project.file(results))
    if !found.isEmpty { account.fail("\(name), \(results): \(found.joined(separator: "; "))") }
  }

  /// Several processes at once, some of them killed; the last of them is not.
  private mutating func contest(_ results: String) throws {
    account.count("contests")
    let count = 2 + chance.below(3)
    let calls = try (0..<count).map { _ in
      try known.call(
        ["run", "tiny", "--jobs", chance.oneIn(2) ? "1" : "2", "--checkpoint-seconds", "0"], results: results)
    }
    if chance.oneIn(2) {
      usleep(UInt32(moment() * 1e6))
      calls[0].send(SIGKILL)
    }
    for (number, call) in calls.enumerated() {
      let end = call.end(within: 120)
      if end != .exited(0), !(number == 0 && end == .killed(SIGKILL)) {
        account.fail("\(name), \(results): process \(number) of \(count): \(end):\n\(call.output)")
      }
    }
    let last = try known.call(["run", "tiny", "--jobs", "2"], results: results)
    if last.end() != .exited(0) { account.fail("\(name), \(results): \(last.output)") }
    check(results, "of contests")
  }
}
