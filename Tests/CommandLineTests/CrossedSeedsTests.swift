// A manifest whose seeds are crossed, from outside: its runs, their names, its report, and what is no combination.
import Foundation
import TestSupport
import Testing

@Suite("Crossed seeds on the command line")
struct CrossedSeedsTests {
  private static func tiny() throws -> TinyProgram {
    try TinyProgram(TinyProject.manifest.replacing("seeds: [0]", with: "seeds: {init: [0, 1], order: [0, 1]}"))
  }

  @Test("run, report, show, rerun, export and compare take a combination by its two numbers")
  func verbs() throws {
    let tiny = try Self.tiny()
    let run = try tiny.lowrank(["run", "tiny", "--jobs", "2"], apart: true)
    #expect(run.status == 0, "\(run)")
    #expect(
      run.errors.hasPrefix("tiny · pocket · 2 methods × 1 task × 2 initialisations × 2 orders = 8 runs, 0 done before, 8 to go\n"),
      "\(run.errors)")
    #expect(run.errors.contains("  lora warmth init 0 order 1  accuracy "))
    #expect(run.output.contains("over 4 combinations of seeds (init 0, 1 × order 0, 1)"), "\(run.output)")
    let part = try tiny.lowrank(["report", "tiny", "--methods", "lora", "--seeds", "0x1,1"], apart: true)
    #expect(
      part.status == 0 && part.output.contains("over 2 seeds (0x1, 1)") && part.output.contains("- runs: 2 of 2\n"), "\(part)")
    #expect(!part.output.contains("Where the variance"))
    let link = "tiny/pocket/lora/warmth/init-0-order-1"
    let shown = try tiny.lowrank(["show", link], apart: true)
    #expect(shown.status == 0 && shown.output.contains("\n  seed.init  0\n  seed.order  1\n"), "\(shown)")
    let one = ["--methods", "lora", "--tasks", "warmth", "--seed", "0x1"]
    let rerun = try tiny.lowrank(["rerun", "tiny"] + one, apart: true)
    #expect(rerun.status == 0 && rerun.output.hasSuffix(": equal to the record. Same bits.\n"), "\(rerun)")
    let folder = tiny.project.file("adapter")
    let export = try tiny.lowrank(["export", "tiny", "--to", folder.path] + one, apart: true)
    #expect(export.status == 0, "\(export)")
    let card = try String(contentsOf: folder.appending(path: "README.md"), encoding: .utf8)
    #expect(card.contains(", init 0 order 1."), "\(card)")
    let compared = try tiny.lowrank(["compare", "tiny", "tiny", "--seeds", "0x1,1x0", "--format", "text"], apart: true)
    #expect(compared.status == 0 && compared.output.contains("2 of 2"), "\(compared)")
  }

  @Test("combinations beyond the manifest's make a table of their own")
  func beyond() throws {
    let tiny = try TinyProgram()
    let call = ["run", "tiny", "--methods", "lora", "--seeds", "0x7"]
    let run = try tiny.lowrank(call, apart: true)
    #expect(run.status == 0 && run.errors.contains("tiny+seeds=0x7 · pocket · 1 method × 1 task × 1 seed = 1 run"), "\(run)")
    let link = tiny.project.file("results/tiny+seeds=0x7/pocket/lora/warmth/init-0-order-7")
    #expect(FileManager.default.fileExists(atPath: link.appending(path: "record.json").path))
    let report = try tiny.lowrank(["report", "tiny+seeds=0x7", "--methods", "lora"], apart: true)
    #expect(report.status == 0 && report.output == run.output, "\(report)")
    let survey = try tiny.lowrank(["gc"], apart: true)
    #expect(survey.status == 0 && !survey.output.contains("0x7"), "its link names it: \(survey)")
  }

  @Test("mistakes")
  func mistakes() throws {
    let tiny = try Self.tiny()
    try tiny.expectMistake(
      ["rerun", "tiny", "--methods", "lora", "--tasks", "warmth"],
      "one run of tiny is asked for, and 4 are meant: --seeds leaves 0, 0x1, 1x0, 1")
    for text in ["0x", "x1", "0x1x2", "a", "-1", "0/1"] {
      let result = try tiny.lowrank(["run", "tiny", "--seeds=\(text)"], apart: true)
      #expect(
        result.status == 2
          && result.errors.contains(
            "'\(text)' is not a seed: seeds are whole numbers of at least 0, or two with an x between as in 0x1, initialisation 0 with order 1"
          ), "\(result)")
    }
    let twice = try tiny.lowrank(["run", "tiny", "--seeds", "1,1x1"], apart: true)
    #expect(twice.status == 2 && twice.errors.contains("seed 1 is given twice"), "\(twice)")
  }
}
