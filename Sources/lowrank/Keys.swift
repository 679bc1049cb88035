import ArgumentParser
import Manifests
import Settings

/// `lowrank keys training`
struct Keys: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "List every key that a manifest, a recipe, a task or a figure may have, with what it says.")

  @Argument(help: "Only one part: \(KeyReference.all.map(\.part).joined(separator: ", ")).")
  var part: String?

  func validate() throws {
    let parts = KeyReference.all.map(\.part)
    guard let part, !parts.contains(part) else { return }
    throw ValidationError(
      "'\(part)' is not a part." + Suggestion.sentence(for: part, among: parts) + Suggestion.list("parts", parts))
  }

  func run() throws {
    let parts = KeyReference.all
    if let found = parts.first(where: { $0.part == part }) { return say(found.text, terminator: "") }
    say("# Keys of manifests, recipes, tasks and figures\n\nWhat `lowrank keys` prints.\n")
    say(parts.map(\.text).joined(separator: "\n"), terminator: "")
  }
}
