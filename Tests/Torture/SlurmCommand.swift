// A real Slurm cluster of this machine alone, and what may happen on one: two who submit at once, workers that are killed, preemption, time
// that is over, a disk that is full, results that go away, and a thousand runs.
import ArgumentParser
import Foundation
import Records
import TestSupport

/// `torture slurm --runs 1000`
struct SlurmCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "slurm", abstract: "Trains on a Slurm cluster that is started for it, and does to it what may happen.",
    discussion:
      "It needs root, and installs Debian's slurm-wlm and munge where they are missing. What is left in the end must be the bytes of "
      + "runs on this machine. Exits with 1 where it is not.")

  @Option(help: "Runs of the great array.") var runs = 1000
  @Option(help: "Workers that are killed without a warning.") var kills = 20
  @Option(help: "Tasks that are preempted.") var preemptions = 10
  @Option(help: "Another seed, other moments.") var seed: UInt64 = 1
  @OptionGroup var place: PlaceOptions

  func run() throws {
    let start = ContinuousClock.now, account = Account(), scratch = try Scratch(), program = try place.lowrank
    let cluster = try PlayedCluster(in: scratch.url.appending(path: "cluster"))
    defer { cluster.stop() }
    let trial = SlurmTrial(program, account, seed: seed)
    for (name, body) in [
      ("as on this machine", trial.equals), ("two submissions at once", trial.submitsOnce),
      ("killed \(kills) times", { try trial.survivesKills(kills) }),
      ("preempted \(preemptions) times", { try trial.survivesPreemption(preemptions) }),
      ("out of time", trial.survivesItsTimeLimit),
      ("given up", trial.givesUp), ("cancelled", trial.cancels), ("a full disk", trial.tellsOfAFullDisk),
      ("results that go away", trial.tellsOfResultsThatGoAway), ("\(runs) runs", { try trial.losesNone(of: runs) }),
    ] as [(String, () throws -> Void)] {
      let began = ContinuousClock.now
      do { try body() } catch { account.fail("\(name): \(error)") }
      sayMinutes(since: began, name)
    }
    for line in account.lines { say(line) }
    sayMinutes(since: start, "on a Slurm cluster, seed \(seed)")
    if account.hasFailure { throw ExitCode.failure }
  }
}

/// The cluster of `Tests/Slurm/cluster.sh`.
private final class PlayedCluster {
  private static let script = Repository.root.appending(path: "Tests/Slurm/cluster.sh")
  private let folder: URL

  /// Starts it, and names it to all commands of this process and its children.
  init(in folder: URL) throws {
    self.folder = folder
    let result = try execute(Self.script, ["start", folder.path], apart: true)
    guard result.status == 0, let place = result.output.split(separator: "\n").last else {
      throw Failure(description: "no cluster:\n\(result.errors)\(result.output)")
    }
    setenv("SLURM_CONF", String(place), 1)
  }

  func stop() { _ = try? execute(Self.script, ["stop", folder.path]) }
}
