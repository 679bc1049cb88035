// `lowrank report`: a table from the records that are there, in every form; it writes nothing.
import Foundation
import TestSupport
import Testing

@Suite("lowrank report")
struct ReportTests {
  @Test("every form, under any protocol", arguments: ["markdown", "csv", "json", "latex"])
  func whole(format: String) throws {
    let tiny = try TinyProgram.trained()
    let before = tiny.project.everything()
    let beginning = ["markdown": "# tiny: tiny runs\n", "csv": "row,label,", "json": "{\n", "latex": "%"]
    for options in [[], ["--select", "last"], ["--aggregate", "median"], ["--metric", "f1"]] {
      let result = try tiny.lowrank(["report", "tiny", "--format", format] + options, apart: true)
      #expect(result.status == 0 && result.errors.isEmpty, "\(result)")
      #expect(result.output.hasPrefix(beginning[format] ?? "-") && result.output.hasSuffix("\n"), "\(result.output)")
      #expect(result.output.contains("LoRA"))
    }
    tiny.expectUnchanged(since: before)
  }

  @Test("runs that are missing or cannot be used are named, and the status is 1")
  func incomplete() throws {
    let tiny = try TinyProgram()
    let none = try tiny.lowrank(["report", "tiny"], apart: true)
    #expect(
      none.status == 3 && none.errors == "incomplete: 2 of 2 runs missing\n"
        && none.output.contains("- lora, warmth: seed 0 missing\n"), "\(none.output)")
    #expect(tiny.project.files("results").isEmpty)
    #expect(try tiny.lowrank(["run", "tiny"]).status == 0)
    try tiny.project.cut(tiny.file("record.json"))
    let damaged = try tiny.lowrank(["report", "tiny"], apart: true)
    #expect(damaged.status == 3)
    #expect(
      damaged.output.contains(
        "- lora, warmth: seed 0 cannot be used – tiny/pocket/lora/warmth/seed-0/record.json: is not the JSON of a record of a run"),
      "\(damaged.output)")
    #expect(damaged.output.contains("| AFLoRA | "), "the other row is there")
  }

  @Test(
    "runs whose model, tokenizer or data have changed since are no done runs",
    arguments: [
      ("model/config.json", "model files changed"), ("model/vocab.txt", "tokenizer files changed"),
      ("experiments/tasks/dev.tsv", "data files changed"),
    ])
  func changed(file: String, change: String) throws {
    let tiny = try TinyProgram.trained()
    #expect(try tiny.lowrank(["list"]).output.contains("pocket 2 of 2 done"))
    let text = try String(contentsOf: tiny.project.file(file), encoding: .utf8)
    let more = file.hasSuffix(".tsv") ? "the sky is blue\twarm\n" : "\n"
    try tiny.project.write(text + more, to: file)
    let report = try tiny.lowrank(["report", "tiny"])
    #expect(report.status == 3 && report.output.contains("- lora, warmth: seed 0 is outdated – \(change)\n"), "\(report.output)")
    #expect(try tiny.lowrank(["list"]).output.contains("pocket 2 ·"))
    try tiny.project.write(text, to: file)
    #expect(try tiny.lowrank(["report", "tiny"]).status == 0)
  }

  @Test("runs whose model can no longer be opened are no done runs", arguments: ["config.json", "model.safetensors"])
  func damagedModel(file: String) throws {
    let tiny = try TinyProgram.trained()
    try tiny.project.cut("model/\(file)")
    let report = try tiny.lowrank(["report", "tiny"])
    #expect(
      report.status == 3 && report.output.contains("- lora, warmth: seed 0 is outdated – model files changed\n"), "\(report.output)"
    )
    #expect(try tiny.lowrank(["list"]).output.contains("pocket 2 ·"))
    // weights that are not here say nothing
    try FileManager.default.removeItem(at: tiny.project.file("model/model.safetensors"))
    if file != "config.json" { #expect(try tiny.lowrank(["report", "tiny"]).status == 0) }
  }

  @Test("runs on a model of the user's own are done, and stay so without its name")
  func ownModel() throws {
    let tiny = try TinyProgram()
    try FileManager.default.copyItem(at: tiny.project.file("model"), to: tiny.project.file("mine"))
    let file = try String(contentsOf: tiny.project.file("mine/config.json"), encoding: .utf8)
    try tiny.project.write(file + "\n", to: "mine/config.json")
    #expect(try tiny.lowrank(["run", "tiny", "--model", "mine"]).status == 0)
    #expect(try tiny.lowrank(["report", "tiny"]).status == 0)
    #expect(try tiny.lowrank(["list"]).output.contains("pocket 2 of 2 done"))
    try tiny.project.write(file, to: "mine/config.json")
    #expect(try tiny.lowrank(["report", "tiny"]).output.contains("seed 0 is outdated – model files changed"))
  }

  @Test("names that are none")
  func unknown() throws {
    let tiny = try TinyProgram.trained()
    try tiny.expectMistake(
      ["report", "tinny"], "experiment 'tinny' is not known in HERE/experiments. Did you mean 'tiny'? (known: tiny)")
    try tiny.expectMistake(["report", "tiny", "--profile", "small"], "tiny has no profile 'small'. (profiles: pocket, paper)")
    try tiny.expectMistake(
      ["report", "tiny", "--metric", "matthews"], "no run of tiny recorded the metric 'matthews' (recorded: accuracy, f1).")
    try tiny.expectMistake(
      ["report", "tiny", "--experiments", tiny.project.file("model").path], "experiment 'tiny' is not known in HERE/model.")
  }
}
