// `lowrank show`: a run by its link, its folder or its first digits, and what is none.
import Foundation
import TestSupport
import Testing

@Suite("lowrank show")
struct ShowTests {
  @Test("all that a run recorded, however it is named, and nothing is written")
  func named() throws {
    let tiny = try TinyProgram.trained()
    let before = tiny.project.everything(), identity = try tiny.identity()
    let names = [tiny.link(), tiny.project.file("results/\(tiny.link())").path, "runs/\(identity)", String(identity.prefix(8))]
    let shown = try names.map { try tiny.lowrank(["show", $0], apart: true) }
    for result in shown {
      #expect(result.status == 0 && result.errors.isEmpty, "\(result)")
      #expect(result.output == shown[0].output)
    }
    let text = shown[0].output
    for line in [
      "run", "  identity     \(identity)", "  outcome      completed", "  steps        12", "  method  lora",
      "  training.learning_rate  0.01", "  task_definition.labels  [cold, warm]", "  training/loss  float64 [step 12]",
      "  record.json",
    ] {
      #expect(text.contains(line + "\n"), "\(line)")
    }
    tiny.expectUnchanged(since: before)
  }

  @Test("what is no run")
  func none() throws {
    let tiny = try TinyProgram.trained()
    func nothing(_ name: String) -> String {
      "no run is meant by '\(name)'. Name a run's folder, a link as in HERE/results/table1/pocket/lora/rte/seed-0, or the first digits "
        + "(4 or more) of a folder in HERE/results/runs."
    }
    for name in ["nowhere", "abc", "abcdef", "", "results/runs/\(String(repeating: "0", count: 64))"] {
      try tiny.expectMistake(["show", name], nothing(name))
    }
    let file = tiny.project.file("experiments/tiny.yaml").path
    try tiny.expectMistake(["show", file], nothing("HERE/experiments/tiny.yaml"))
    try tiny.expectMistake(
      ["show", tiny.project.file("model").path],
      "HERE/model: has no record.json: the run is not finished. The command that started it goes on with it.")
  }

  @Test("a damaged record, and one of another run")
  func record() throws {
    let tiny = try TinyProgram.trained()
    let name = tiny.file("record.json")
    let other = try Data(contentsOf: tiny.project.file(tiny.file("record.json", of: "aflora")))
    try other.write(to: tiny.project.file(name))
    try tiny.expectMistake(
      ["show", tiny.link()],
      "HERE/\(name): is the record of run \(tiny.identity("aflora").prefix(12)), but its folder is that of run "
        + "\(tiny.identity().prefix(12)). Move it away, and the run is made again.")
    try tiny.project.cut(name)
    try tiny.expectMistake(
      ["show", tiny.link()],
      "HERE/\(name): is not the JSON of a record of a run: it is cut short or damaged. Move it away, and the run is made again.")
    try tiny.project.write("{}", to: name)
    try tiny.expectMistake(
      ["show", tiny.link()],
      "HERE/\(name): is not a record of a run: 'schema_version' is missing. Move it away, and the run is made again.")
  }

  @Test("tensors that are damaged, and a timing, are said to be; the rest is shown")
  func damaged() throws {
    let tiny = try TinyProgram.trained()
    try tiny.project.cut(tiny.file("tensors.h5"))
    try tiny.project.write("no JSON", to: tiny.file("timing.json"))
    let show = try tiny.lowrank(["show", tiny.link()], apart: true)
    #expect(show.status == 1 && show.errors.isEmpty)
    #expect(show.output.contains("  outcome      completed\n"))
    #expect(show.output.contains("/tensors.h5: is not the file that the run wrote: its SHA-256 begins with "), "\(show.output)")
    #expect(show.output.contains("/timing.json: is not the JSON of a "), "\(show.output)")
  }
}
