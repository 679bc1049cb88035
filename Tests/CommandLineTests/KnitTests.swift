// `lowrank knit`: the blocks of notebooks, made anew or only compared.
import Foundation
import TestSupport
import Testing

@Suite("lowrank knit")
struct KnitTests {
  private static let notebook = "before\n<!-- lowrank table tiny -->\nold\n<!-- /lowrank -->\nbehind\n"

  @Test("a block is what the results print, all around it stays; a check writes nothing")
  func whole() throws {
    let tiny = try TinyProgram.trained()
    try tiny.project.write(Self.notebook, to: "notebooks-md/tiny.md")
    let before = tiny.project.everything()
    let stale = try tiny.lowrank(["knit", "--check"], apart: true)
    #expect(stale.status == 1 && stale.errors.isEmpty && stale.output.contains("tiny.md:3:1: table tiny: "), "\(stale)")
    tiny.expectUnchanged(since: before)
    let knitted = try tiny.lowrank(["knit"], apart: true)
    #expect(knitted.status == 0 && knitted.output == "→ \(tiny.project.file("notebooks-md/tiny.md").path)\n", "\(knitted)")
    let text = try String(contentsOf: tiny.project.file("notebooks-md/tiny.md"), encoding: .utf8)
    #expect(text.hasPrefix("before\n<!-- lowrank table tiny -->\n") && text.hasSuffix("<!-- /lowrank -->\nbehind\n"))
    #expect(text.contains("| AFLoRA | ") && !text.contains("\nold\n"))
    #expect(try tiny.lowrank(["knit", "--check"]).status == 0)
  }

  @Test("of one experiment or size its blocks alone")
  func part() throws {
    let tiny = try TinyProgram.trained()
    try tiny.project.write(Self.notebook + "<!-- lowrank table nothing -->\n<!-- /lowrank -->\n", to: "notebooks-md/tiny.md")
    #expect(try tiny.lowrank(["knit"]).status == 1, "the other block is of no experiment")
    let check = try tiny.lowrank(["knit", "--check", "tiny", "--profile", "paper"], apart: true)
    #expect(check.status == 0 && check.output.hasPrefix("1 notebook, 0 blocks"), "\(check)")
    #expect(try tiny.lowrank(["knit", "tiny"]).status == 0)
    let text = try String(contentsOf: tiny.project.file("notebooks-md/tiny.md"), encoding: .utf8)
    #expect(text.contains("| AFLoRA | ") && text.hasSuffix("<!-- lowrank table nothing -->\n<!-- /lowrank -->\n"))
    try tiny.expectMistake(
      ["knit", "tinny"], "experiment 'tinny' is not known in HERE/experiments. Did you mean 'tiny'? (known: tiny)")
  }

  @Test("a claim is a sentence with its verdict")
  func claim() throws {
    let tiny = try TinyProgram.trained()
    try tiny.project.write("<!-- lowrank claim tiny aflora > lora average -->\n<!-- /lowrank -->\n", to: "notebooks-md/tiny.md")
    #expect(try tiny.lowrank(["knit"]).status == 0)
    let text = try String(contentsOf: tiny.project.file("notebooks-md/tiny.md"), encoding: .utf8)
    #expect(
      text.contains("\n\n**AFLoRA above LoRA, on average** (tiny, pocket profile): **not shown**. ")
        && text.contains(" points, one task and one seed: no interval and no test.\n\n<!-- /lowrank -->\n"), "\(text)")
    #expect(try tiny.lowrank(["knit", "--check"]).status == 0)
    try tiny.project.write(text.replacing("not shown", with: "holds"), to: "notebooks-md/tiny.md")
    let check = try tiny.lowrank(["knit", "--check"], apart: true)
    #expect(check.status == 1 && check.output.contains("tiny.md:3:1: claim tiny aflora > lora average: "), "\(check)")
  }

  @Test("a notebook that is not there, elsewhere, or has marks that are none", arguments: [[], ["--check"]])
  func mistakes(options: [String]) throws {
    let tiny = try TinyProgram.trained()
    try tiny.expectMistake(
      ["knit", tiny.project.file("nowhere.md").path] + options,
      "HERE/nowhere.md: cannot be opened: No such file or directory. Check the path and its permissions.")
    func refuse(_ name: String, _ text: String?, _ message: String) throws {
      if let text { try tiny.project.write(text, to: name) }
      let before = tiny.project.everything()
      let result = try tiny.lowrank(["knit", tiny.project.file(name).path] + options, apart: true)
      #expect(result.status == 1 && result.output.isEmpty && !result.wasKilled, "\(result)")
      #expect(result.errors.contains(message) && result.errors.hasSuffix("1 problem; nothing was written.\n"), "\(result.errors)")
      tiny.expectUnchanged(since: before)
    }
    try refuse("../lowrank-elsewhere.md", nil, "lies outside of the project's root")
    try refuse("a.md", "<!-- lowrank table tiny -->\nopen\n", "a.md:1:1: ")
    try refuse("b.md", "\n<!-- lowrank tabel tiny -->\n<!-- /lowrank -->\n", "b.md:2:")
    try refuse("c.md", "\n\n<!-- lowrank table tinny -->\n<!-- /lowrank -->\n", "c.md:3:")
  }
}
