// `lowrank compare`: two experiments, or one at two commits, in every form; it writes nothing.
import Foundation
import TestSupport
import Testing

@Suite("lowrank compare")
struct CompareTests {
  private static let old = String(repeating: "a", count: 40)
  private static let new = String(repeating: "b", count: 40)

  /// A project whose runs were trained by one commit for two epochs, and by another for three.
  private static func trained() throws -> TinyProgram {
    let tiny = try TinyProgram.trained()
    try mark(tiny, old)
    try tiny.project.write(TinyProject.recipe.replacing("epochs: 2", with: "epochs: 3"), to: "experiments/recipes/tiny.yaml")
    try #require(try tiny.lowrank(["run", "tiny"]).status == 0)
    try mark(tiny, new)
    return tiny
  }

  /// Writes into the records that the table links to that they are of a commit.
  private static func mark(_ tiny: TinyProgram, _ commit: String) throws {
    for row in ["lora", "aflora"] {
      let file = tiny.file("record.json", of: row)
      let record = try String(contentsOf: tiny.project.file(file), encoding: .utf8)
      let program = #""program" : {"commit" : "\#(commit)", "is_modified" : false, "version" : "0.1.0"}"#
      let marked = unsealed(record).replacing(/"program" : \{[^}]*\}/, with: program)
      #expect(marked.contains(commit))
      try tiny.project.write(marked, to: file)
    }
  }

  @Test("a commit beside what there is now, in every form", arguments: ["text", "markdown", "csv", "json", "latex"])
  func forms(format: String) throws {
    let tiny = try Self.trained(), before = tiny.project.everything()
    let result = try tiny.lowrank(["compare", "tiny@aaaa", "tiny", "--format", format], apart: true)
    #expect(result.status == 0 && result.errors.isEmpty, "\(result)")
    let beginning = [
      "text": "tiny@aaaa and tiny (pocket profile)\n", "markdown": "# tiny@aaaa and tiny (pocket profile)\n",
      "csv": "row,label,task,",
      "json": "{\n", "latex": "% needs",
    ]
    #expect(result.output.hasPrefix(beginning[format] ?? "-") && result.output.hasSuffix("\n"), "\(result.output)")
    #expect(result.output.contains("LoRA") && result.output.contains("AFLoRA"))
    switch format {
    case "text": #expect(result.output.contains("\ntraining.epochs: 2 → 3 (all rows)\n"), "\(result.output)")
    case "csv":
      let lines = result.output.split(separator: "\n")
      #expect(lines.count == 3 && lines.dropFirst().allSatisfy { $0.hasSuffix(",1,0") }, "\(lines)")
    default: break
    }
    tiny.expectUnchanged(since: before)
  }

  @Test("the same runs are told, also where two commits have one record")
  func same() throws {
    let tiny = try Self.trained()
    let twice = try tiny.lowrank(["compare", "tiny", "tiny@bbbb", "--methods", "lora", "--format", "markdown"], apart: true)
    #expect(twice.status == 0 && twice.output.contains(" | 1 of 1 |\n") && !twice.output.contains("AFLoRA"), "\(twice)")
    #expect(twice.output.contains("No setting differs between the rows that both have.\n"))
    #expect(
      twice.output.contains("commit aaaaaaaaaaaa (2 runs), commit bbbbbbbbbbbb (2 runs). A run lives once: "), "\(twice.output)")
  }

  @Test("a side that lacks runs is named, and the status is 3")
  func incomplete() throws {
    let tiny = try TinyProgram()
    let none = try tiny.lowrank(["compare", "tiny", "tiny"], apart: true)
    #expect(none.status == 3 && none.errors == "incomplete: 2 of 2 cells lack a side\n", "\(none)")
    #expect(none.output.contains("- lora, warmth: tiny has no run that counts\n"), "\(none.output)")
  }

  @Test("names that are none")
  func mistakes() throws {
    let tiny = try Self.trained()
    try tiny.expectMistake(
      ["compare", "tinny", "tiny"], "experiment 'tinny' is not known in HERE/experiments. Did you mean 'tiny'? (known: tiny)")
    try tiny.expectMistake(
      ["compare", "tiny@main", "tiny"],
      "'main' in 'tiny@main' is no commit: expected 4 to 40 hexadecimal digits, as in table1@4f2c1ab.")
    try tiny.expectMistake(
      ["compare", "tiny", "tiny@cccc"],
      "no record of tiny (pocket) is of commit cccc. There are: commit aaaaaaaaaaaa (2 runs), commit bbbbbbbbbbbb (2 runs). A run "
        + "lives once: one that a commit changed nothing of keeps the record of the commit that trained it first.")
    try tiny.expectMistake(
      ["compare", "tiny", "tiny", "--methods", "lor"],
      "tiny: method 'lor' is not in this manifest. Did you mean 'lora'? (known: lora, aflora)\n1 problem; nothing was run.")
  }
}
