import ArgumentParser
import Foundation

/// The program: one verb a file, no logic of its own.
struct Lowrank: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "lowrank", abstract: "Reproducible experiments in parameter-efficient fine-tuning.",
    subcommands: [
      Run.self,
      All.self,
      List.self,
      Check.self,
      Rerun.self,
      ReportCommand.self,
      Knit.self,
      FigureCommand.self,
      Show.self,
      Export.self,
      Merge.self,
      Parity.self,
      Bench.self,
      Pretrain.self,
      CheckPocket.self,
      Doctor.self,
    ])
}

/// Ends the program with status 1 and one message, as every error that a user can mend does.
struct Failure: Error, CustomStringConvertible {
  let description: String
}

/// Says on stderr what a person should know beside the results.
func warn(_ text: String) {
  FileHandle.standardError.write(Data((text + "\n").utf8))
}

/// Prints a line at once, so that it keeps its place among the lines of progress, into a pipe too.
func say(_ text: String) {
  FileHandle.standardOutput.write(Data((text + "\n").utf8))
}
