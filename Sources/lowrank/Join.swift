import ArgumentParser
import Experiments
import Foundation

/// `lowrank join ../other/results`
struct Join: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Take the finished runs of another folder of results, and compare those that both have.",
    discussion: """
      A run is taken with all that it left, once its files are what its record says, and is then as if it had been made here: \
      'lowrank report' and 'lowrank page' count it. The other folder is only read. Runs that both have are compared by the digests of \
      their files and by their scores; none is replaced. Exits with 1 where one differs or could not be taken.
      """)

  @Argument(help: ArgumentHelp("The other folder of results, or its project's.", valueName: "folder"))
  var other: String

  @OptionGroup var project: ProjectOptions

  func validate() throws {
    if other.isEmpty { throw ValidationError("the folder to join is empty, expected the name of one") }
  }

  func run() throws {
    let stop = StopSignal(), workspace = try project.workspace()
    let join = try ResultsJoin(URL(filePath: (other as NSString).expandingTildeInPath), into: workspace) { stop.received != 0 }
    for line in join.differences + join.problems { say(line) }
    say(join.text)
    if stop.received != 0 { throw ExitCode(128 + stop.received) }
    if !join.isWhole { throw ExitCode.failure }
  }
}
