import ArgumentParser
import Experiments
import Foundation

/// `lowrank gc --delete`
struct GarbageCollect: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "gc", abstract: "List what no manifest and no link refers to in the folder of results, with its size and why.",
    discussion: """
      Runs without a link that no manifest names, checkpoints that were set aside, what killed calls have left, links to runs \
      that are gone. Whatever a link below the results names, or a manifest under any profile, or is worked with or a few \
      minutes old stays, and so do tables, figures and generated data. Nothing is removed without --delete. Where a manifest \
      cannot be read, or the folder of runs is a link or cannot be read, no run is removed, and the exit status is 1.

      Runs of former settings are among what is listed: 'lowrank compare ID@COMMIT' reads their records, and cannot once they \
      are removed. An unfinished run whose settings no manifest has stays, and is told of: a call with --set may go on with it.
      """)

  @Flag(help: "Remove what is listed.")
  var delete = false

  @OptionGroup var project: ProjectOptions

  func run() throws {
    let workspace = try project.workspace()
    let survey = LeftoverSurvey(workspace, inputs: RunInputs(workspace: workspace, data: nil))
    let isJudged = survey.problems.isEmpty && survey.unseen == nil
    var failures: [String] = []
    if delete {
      var removal = LeftoverRemoval(survey)
      removal.removeAll()
      say(Leftover.table(removal.removed, in: survey.layout), terminator: "")
      for line in removal.kept { tell("kept: \(line)") }
      for note in survey.notes { tell("note: \(note)") }
      tell(removal.summary)
      failures = removal.failures
    } else {
      say(Leftover.table(survey.leftovers, in: survey.layout), terminator: "")
      for note in survey.notes { tell("note: \(note)") }
      let nothing = isJudged ? "nothing is left over" : "nothing is left over of what was judged"
      tell(survey.summary.map { "\($0); nothing was removed, --delete removes them" } ?? nothing)
    }
    for problem in survey.problems { complain("no run was judged, since what names runs is not known: \(problem)") }
    if let unseen = survey.unseen { complain("no run was judged: \(unseen)") }
    for failure in failures { complain(failure) }
    if !isJudged || !failures.isEmpty { throw ExitCode.failure }
  }
}
