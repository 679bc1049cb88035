// `lowrank figure`: an experiment's figures, or one run's curves.
import Foundation
import TestSupport
import Testing

@Suite("lowrank figure", .requires(.gnuplot))
struct FigureTests {
  @Test("the curves of one run: a picture in two forms, and their values")
  func run() throws {
    let tiny = try TinyProgram.trained()
    let folder = tiny.project.file("figures").path
    let result = try tiny.lowrank(["figure", "--run", tiny.link(), "--to", folder], apart: true)
    #expect(
      result.status == 0 && result.errors.isEmpty && result.output == "→ \(folder)/learning-curves.svg, .png, .csv\n", "\(result)")
    #expect(
      try FileManager.default.contentsOfDirectory(atPath: folder).sorted() == [
        "learning-curves.csv", "learning-curves.png", "learning-curves.svg",
      ])
  }

  @Test("of a part of an experiment, where it is told to")
  func part() throws {
    let figures = TinyProject.manifest.replacing("profiles:", with: "figures: [{learning-curves: {task: warmth}}]\nprofiles:")
    let tiny = try TinyProgram(figures)
    #expect(try tiny.lowrank(["run", "tiny"]).status == 0)
    let whole = try String(contentsOf: tiny.project.file("results/figures/tiny/learning-curves.csv"), encoding: .utf8)
    #expect(whole.contains("AFLoRA") && whole.contains("LoRA,"))
    let part = try tiny.lowrank(["figure", "tiny", "--methods", "lora", "--to", tiny.project.file("part").path], apart: true)
    #expect(part.status == 0, "\(part)")
    let own = try String(contentsOf: tiny.project.file("part/learning-curves.csv"), encoding: .utf8)
    #expect(!own.contains("AFLoRA") && own.count < whole.count)
    let without = try tiny.lowrank(["figure", "tiny", "--methods", "lora"], apart: true)
    #expect(without.status == 1 && without.errors.contains("want --to"), "\(without)")
  }

  @Test("no run, a damaged one, a target that is a file, an experiment without figures")
  func mistakes() throws {
    let tiny = try TinyProgram.trained()
    let to = ["--to", tiny.project.file("figures").path]
    try tiny.expectMistake(["figure", "tiny"], "tiny has no figures: its manifest names none.")
    try tiny.expectMistake(
      ["figure", "tinny"], "experiment 'tinny' is not known in HERE/experiments. Did you mean 'tiny'? (known: tiny)")
    try tiny.expectMistake(
      ["figure", "--run", tiny.project.file("model").path] + to,
      "HERE/model: has no record.json: the run is not finished. The command that started it goes on with it.")
    try tiny.expectMistake(
      ["figure", "--run", tiny.link(), "--to", tiny.project.file("model/vocab.txt").path],
      "HERE/model/vocab.txt: cannot be written: the folder cannot be made. What stood there before is unchanged. "
        + "Check the path, its permissions and the free space.")
    try tiny.project.cut(tiny.file("tensors.h5"))
    let before = tiny.project.everything()
    let damaged = try tiny.lowrank(["figure", "--run", tiny.link()] + to, apart: true)
    #expect(damaged.status == 1 && damaged.output.isEmpty)
    #expect(damaged.errors.contains("/tensors.h5: is not the file that the run wrote: "), "\(damaged.errors)")
    tiny.expectUnchanged(since: before)
  }
}
