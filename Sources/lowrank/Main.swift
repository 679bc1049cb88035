import ArgumentParser
import Experiments
import Foundation

/// Starts the program. Its exit status: 0 when all that was asked for is there, 1 for bad input and whatever else a user can mend, 2 for a
/// command line that cannot be understood, 3 where runs are missing, diverged or failed, 128 and the signal's number after Ctrl-C.
@main
enum Main {
  static func main() {
    occupyStreams()
    ProcessLimits.requireMemory()
    do {
      try ProcessLimits.prepare()
      try Lowrank.validateVerb(CommandLine.arguments.dropFirst())
      var command = try WrongValues.collected { try Lowrank.parseAsRoot($0) }
      try command.run()
    } catch {
      let status = error is WrongValues.Several ? ExitCode.validationFailure.rawValue : Lowrank.exitCode(for: error).rawValue
      let message = Self.message(Lowrank.fullMessage(for: error))
      if !message.isEmpty { if status == 0 { say(message) } else { complain(message) } }
      exit(status == ExitCode.validationFailure.rawValue ? 2 : status)
    }
  }

  /// A list of problems stands line by line as `file:line:column: …`, where editors find it, and the word *Error* before their count.
  private static func message(_ text: String) -> String {
    let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
    guard lines.count > 1, let last = lines.last, last.hasSuffix("; nothing was run."), lines[0].hasPrefix("Error: ") else {
      return text
    }
    return ([lines[0].dropFirst("Error: ".count)] + lines[1..<(lines.count - 1)] + ["Error: " + last]).joined(separator: "\n")
  }
}
