// Single bits of files that a run reads or leaves: each is named or mended, and no run ends with other numbers under the same identity.
import ArgumentParser
import Foundation
import TestSupport

/// `torture flips --count 500`
struct FlipsCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "flips", abstract: "Flips bits of files that runs read or leave, and calls the program on them.",
    discussion: """
      A flipped file is named, or set aside and made again with the right bits; a flipped input is another run. Exits with 1 where \
      something else came of it.
      """)

  @Option(help: "How many flips.") var count = 5000
  @Option(help: "Another seed, other bits.") var seed: UInt64 = 1
  @OptionGroup var place: PlaceOptions

  func run() throws {
    let scratch = try Scratch()
    let start = ContinuousClock.now, account = Account(), seed = seed, program = try place.lowrank
    let rounds = NextNumber(below: (count + FlipRounds.flips - 1) / FlipRounds.flips)
    try sideBySide(min(place.jobs, max(1, count / FlipRounds.flips))) {
      let known = try FlipRounds(program, account)
      while let number = rounds.take() { try known.run(number, seed: seed) }
    }
    for line in account.lines { say(line) }
    let flips = FlipRounds.kinds.map { account.count(of: "flips of \($0)") }.reduce(0, +)
    sayMinutes(since: start, "flips, \(flips) bits, seed \(seed)")
    _ = scratch.url
    if account.hasFailure { throw ExitCode.failure }
  }
}
