import Adapters
import ArgumentParser
import Settings

/// `lowrank methods aflora`
struct Methods: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "List the methods; or one method's options with their types, limits and defaults.")

  @Argument(help: "The method's id or alias; by default all are listed.")
  var method: String?

  @Flag(help: "Every method with its options, as a page in Markdown.")
  var all = false

  func validate() throws {
    if all, method != nil { throw ValidationError("give a method or --all, one of them") }
  }

  func run() throws {
    if let method { return say(try MethodRegistry.method(method).description.reference, terminator: "") }
    let methods = MethodRegistry.descriptions
    say(all ? Self.page : MethodSchema.list(methods), terminator: "")
  }

  /// The page of all methods.
  static var page: String {
    "# Methods and their options\n\n"
      + "What `lowrank methods --all` prints. A manifest's row is a method, and its options if they are to differ from the recipe's and "
      + "from these defaults:\n\n```yaml\nmethods:\n  - lora\n  - lora: {rank: [1, 2, 4], targets: [query, value]}    # a row for each rank\n```\n\n"
      + MethodRegistry.descriptions.map(\.reference).joined(separator: "\n")
  }
}
