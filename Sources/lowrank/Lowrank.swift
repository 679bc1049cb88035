import ArgumentParser
import Records
import Settings
import Training

/// The program: one verb a file, no logic of its own.
struct Lowrank: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "lowrank", abstract: "Reproducible experiments in parameter-efficient fine-tuning.",
    version: "lowrank \(ProgramVersion.number), numerics \(Numerics.version)",
    subcommands: [
      Run.self,
      All.self,
      Tune.self,
      List.self,
      Status.self,
      Cancel.self,
      Work.self,
      Methods.self,
      Keys.self,
      Check.self,
      Rerun.self,
      ReportCommand.self,
      Page.self,
      Compare.self,
      Published.self,
      Knit.self,
      FigureCommand.self,
      Show.self,
      Verify.self,
      Join.self,
      GarbageCollect.self,
      Export.self,
      Merge.self,
      Generate.self,
      Predict.self,
      Parity.self,
      Bench.self,
      Pretrain.self,
      CheckPocket.self,
      Doctor.self,
    ])

  /// Refuses a first word that is no verb, for which the parser has no message of its own.
  static func validateVerb(_ arguments: ArraySlice<String>) throws {
    let verbs = configuration.subcommands.map { $0._commandName }
    let words = arguments.first == "help" ? arguments.dropFirst() : arguments
    guard let word = words.first, !word.hasPrefix("-"), !verbs.contains(word) else { return }
    throw ValidationError(
      "'\(word)' is not a verb." + Suggestion.sentence(for: word, among: verbs) + Suggestion.list("verbs", verbs))
  }
}

extension ExitCode {
  /// What was asked for is not all there: a run is missing, diverged or failed.
  static let incomplete = ExitCode(3)
}

/// Ends the program with status 1 and one message, as every error that a user can mend does.
struct Failure: Error, CustomStringConvertible {
  let description: String
}
