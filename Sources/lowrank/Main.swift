import ArgumentParser
import Experiments
import Foundation

/// Starts the program: status 0 when all went well, 2 for a command line that cannot be understood, 1 for everything else that a user
/// can mend, 128 and the signal's number after Ctrl-C.
@main
enum Main {
  static func main() {
    occupyStreams()
    ProcessLimits.requireMemory()
    do {
      try ProcessLimits.prepare()
      CoreOptions.takeFastest()
      try Lowrank.validateVerb(CommandLine.arguments.dropFirst())
      var command = try Lowrank.parseAsRoot()
      try command.run()
    } catch {
      let status = Lowrank.exitCode(for: error).rawValue
      let message = Lowrank.fullMessage(for: error)
      if !message.isEmpty { if status == 0 { say(message) } else { warn(message) } }
      exit(status == ExitCode.validationFailure.rawValue ? 2 : status)
    }
  }
}
