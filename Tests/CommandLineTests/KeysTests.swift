// `lowrank keys`: every key of the files that a user writes, on the terminal and as a page.
import Foundation
import TestSupport
import Testing

@Suite("lowrank keys")
struct KeysTests {
  private func keys(_ arguments: String...) throws -> ProgramResult {
    try execute(Program.url, ["keys"] + arguments, environment: Program.environment(), apart: true)
  }

  @Test(
    "every part has its keys",
    arguments: [
      ("manifest", "- `tasks` (required): "), ("training", "- `epochs`: a whole number from 1 to 10000; required. "),
      ("report", "- `baseline`: "), ("figures", "- `rank-sweep`: Scores by option. Takes `id`, `title`, `row`, "),
      ("recipe", "- `include`: "), ("task", "- `ignored_labels`: "),
    ])
  func part(_ name: String, _ line: String) throws {
    let result = try keys(name)
    #expect(result.status == 0 && result.output.hasPrefix("## \(name)\n\n") && result.output.contains("\n" + line), "\(result)")
  }

  @Test("the page in notebooks-md/guide is what the program prints")
  func page() throws {
    let file = Repository.root.appending(path: "notebooks-md/guide/keys.md")
    #expect(try keys().output == String(contentsOf: file, encoding: .utf8), "write it with: lowrank keys")
    let unknown = try keys("tranning")
    #expect(unknown.status == 2 && unknown.errors.contains("Did you mean 'training'?"), "\(unknown)")
  }
}
