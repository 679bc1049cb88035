// `lowrank rerun`: one run again, beside its record.
import Foundation
import TestSupport
import Testing

@Suite("lowrank rerun")
struct RerunTests {
  private func arguments(method: String = "lora", task: String = "warmth", seed: String = "0", experiment: String = "tiny")
    -> [String]
  {
    ["rerun", experiment, "--methods", method, "--tasks", task, "--seeds", seed]
  }

  @Test("that the bits are the record's, under each name of the options")
  func verdict() throws {
    let tiny = try TinyProgram.trained()
    for call in [arguments(), ["rerun", "--experiment", "tiny", "--method", "lora", "--task", "warmth", "--seed", "0"]] {
      let result = try tiny.lowrank(call, apart: true)
      #expect(result.status == 0 && result.output.wholeMatch(of: /digest [0-9a-f]{64}: equal to the record. Same bits.\n/) != nil)
      #expect(result.errors.split(separator: "\n").count { $0.contains("  epoch ") } == 2, "\(result)")
    }
  }

  @Test("every update and epoch is printed where that is asked for; the record stays")
  func same() throws {
    let tiny = try TinyProgram.trained()
    let before = tiny.project.files("results")
    let result = try tiny.lowrank(arguments() + ["--steps"], apart: true)
    #expect(result.status == 0 && result.errors.isEmpty, "\(result)")
    let lines = result.output.split(separator: "\n")
    #expect(lines.count { $0.hasPrefix("step ") } == 12 && lines.count { $0.hasPrefix("epoch ") } == 2)
    #expect(lines.first?.hasPrefix("step 1/12  loss ") ?? false)
    #expect(lines.last?.wholeMatch(of: /digest [0-9a-f]{64}: equal to the record. Same bits./) != nil, "\(result.output)")
    #expect(tiny.project.files("results") == before)
    #expect(try FileManager.default.contentsOfDirectory(atPath: tiny.project.file("results/reruns").path).isEmpty)
  }

  @Test("without a record it says that there is none")
  func unrecorded() throws {
    let tiny = try TinyProgram()
    let result = try tiny.lowrank(arguments(), apart: true)
    #expect(result.status == 0)
    #expect(result.output.hasSuffix(": there is no record of this run to compare with\n"), "\(result.output)")
    #expect(tiny.project.files("results").isEmpty)
  }

  @Test("names that are none")
  func unknown() throws {
    let tiny = try TinyProgram()
    try tiny.expectMistake(
      arguments(experiment: "tinny"), "experiment 'tinny' is not known in HERE/experiments. Did you mean 'tiny'? (known: tiny)")
    for (call, message) in [
      (arguments(method: "lor"), "method 'lor' is not in this manifest. Did you mean 'lora'? (known: lora, aflora)"),
      (arguments(task: "cold"), "task 'cold' is not in this manifest. (known: warmth)"),
    ] {
      try tiny.expectMistake(call, "tiny: \(message)\n1 problem; nothing was run.")
    }
    try tiny.expectMistake(
      arguments() + ["--model", "nowhere"],
      "model 'nowhere' is not here, there is no such folder: name a folder that holds its config.json, weights and tokenizer: MODEL=<folder>\n1 problem; nothing was run."
    )
  }

  @Test("a method of two rows")
  func rows() throws {
    let tiny = try TinyProgram(TinyProject.manifest.replacing("[lora,", with: "[lora, {lora: {rank: 2}},"))
    try tiny.expectMistake(arguments(), "one run of tiny is asked for, and 2 are meant: --methods leaves lora, lora-rank-2")
  }

  @Test("a damaged record is an error before anything is trained")
  func damaged() throws {
    let tiny = try TinyProgram.trained()
    try tiny.project.cut(tiny.file("record.json"))
    try tiny.expectMistake(
      arguments(),
      "HERE/results/runs/\(tiny.identity())/record.json: is not the JSON of a record of a run: it is cut short or damaged. "
        + "Move it away, and the run is made again.")
  }

  @Test("a record of other numbers: the first that differs is named, and the status says so")
  func different() throws {
    let tiny = try TinyProgram.trained()
    // the tensors and weights of another seed's run, under this one's name
    let other = try TinyProgram(TinyProject.manifest.replacing("seeds: [0]", with: "seeds: [1]"))
    #expect(try other.lowrank(["run", "tiny"]).status == 0)
    let foreign = other.project.file("results/tiny/pocket/lora/warmth/seed-1")
    let tensors = try Data(contentsOf: foreign.appending(path: "tensors.h5"))
    let digest = try Self.tensors(of: String(contentsOf: foreign.appending(path: "record.json"), encoding: .utf8))
    let name = tiny.file("record.json")
    let record = try String(contentsOf: tiny.project.file(name), encoding: .utf8)
    try tiny.project.write(unsealed(record).replacing(try Self.tensors(of: record), with: digest), to: name)
    try tensors.write(to: tiny.project.file(tiny.file("tensors.h5")))
    let result = try tiny.lowrank(arguments(), apart: true)
    #expect(result.status == 1)
    #expect(result.output.contains(", recorded \(digest)\nfirst difference: training/"), "\(result.output)")
  }

  /// The digest of the tensors that a record names.
  private static func tensors(of record: String) throws -> String {
    String(try #require(record.firstMatch(of: /"tensors" : "([0-9a-f]{64})"/)).1)
  }
}
