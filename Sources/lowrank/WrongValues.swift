// All wrong values of a command line at once: the parser stops at the first.
import ArgumentParser

/// Several values that options do not take.
enum WrongValues {
  /// Parses a command line. Where a value is wrong, its option is left out and the rest is parsed again, so that other wrong values are
  /// found too.
  ///
  /// - Throws: the parser's error; one with the first lines of all of them, and the usage of the verb, where there are several.
  static func collected(_ parse: ([String]) throws -> any ParsableCommand) throws -> any ParsableCommand {
    var arguments = Array(CommandLine.arguments.dropFirst())
    var first: (any Error)?
    var messages: [String] = []
    while true {
      do {
        let command = try parse(arguments)
        guard let first else { return command }
        throw messages.count == 1 ? first : Several(messages: messages, usage: usage(of: first))
      } catch let several as Several {
        throw several
      } catch {
        let text = Lowrank.fullMessage(for: error)
        guard let option = text.prefix(while: { $0 != "\n" }).firstMatch(of: /is invalid for '(--[a-z-]+)/)?.1,
          let place = arguments.firstIndex(where: { $0 == option || $0.hasPrefix(option + "=") })
        else {
          guard let first else { throw error }
          throw messages.count == 1 ? first : Several(messages: messages, usage: usage(of: first))
        }
        first = first ?? error
        messages.append(String(text.prefix { $0 != "\n" }.trimmingPrefix("Error: ")))
        arguments.removeSubrange(place..<min(arguments.count, place + (arguments[place] == option ? 2 : 1)))
      }
    }
  }

  private static func usage(of error: any Error) -> String {
    let text = Lowrank.fullMessage(for: error)
    return text.range(of: "\nUsage: ").map { String(text[$0.lowerBound...]) } ?? ""
  }

  /// Several messages of the parser as one error of a command line that cannot be understood.
  struct Several: Error, CustomStringConvertible {
    let messages: [String]
    let usage: String
    var description: String { messages.joined(separator: "\n") + usage }
  }
}
