// `lowrank pretrain`: a model from its manifest, and what is no manifest of one.
import Foundation
import TestSupport
import Testing

@Suite("lowrank pretrain")
struct PretrainTests {
  private func manifest(_ tiny: TinyProgram) throws -> String {
    let text = try String(contentsOf: Repository.fixtures.appending(path: "bits/short-pretraining.yaml"), encoding: .utf8)
    try tiny.project.write(
      text.replacing("steps: 12", with: "steps: 3").replacing("batch: 96", with: "batch: 8"), to: "short-pretraining.yaml")
    return tiny.project.file("short-pretraining.yaml").path
  }

  @Test("the model lies beside its manifest, or where it is asked for; one that is made is not made again")
  func whole() throws {
    let tiny = try TinyProgram()
    let manifest = try manifest(tiny)
    let first = try tiny.lowrank(["pretrain", manifest, "--threads", "1"], apart: true)
    #expect(first.status == 0 && first.errors.isEmpty, "\(first)")
    let folder = tiny.project.file("short-pretraining").path
    #expect(first.output.split(separator: "\n").last?.hasPrefix("\(folder): ") ?? false, "\(first.output)")
    let names = try Set(FileManager.default.contentsOfDirectory(atPath: folder))
    #expect(names.isSuperset(of: ["config.json", "model.safetensors", "record.json", "spm.model"]), "\(names)")
    let before = tiny.project.everything()
    let again = try tiny.lowrank(["pretrain", manifest], apart: true)
    #expect(again.status == 0 && again.output.hasPrefix("\(folder) is made from this manifest already ("), "\(again)")
    tiny.expectUnchanged(since: before)
  }

  @Test("what is no manifest of a pre-training")
  func mistakes() throws {
    let tiny = try TinyProgram()
    let nowhere = tiny.project.file("nowhere.yaml").path
    try tiny.expectMistake(
      ["pretrain", nowhere], "HERE/nowhere.yaml: cannot be read: there is no such file, or it may not be read.")
    try tiny.expectMistake(["pretrain", tiny.project.file("model").path], "HERE/model: cannot be read: Is a directory.")
    try tiny.expectMistake(
      ["pretrain", tiny.project.file("model/vocab.txt").path],
      "HERE/model/vocab.txt:2:1: is not YAML here: did not find expected <document start>.\n1 problem; nothing was run.")
    let before = tiny.project.everything()
    let other = try tiny.lowrank(["pretrain", tiny.project.file("experiments/tiny.yaml").path], apart: true)
    #expect(other.status == 1 && other.output.isEmpty)
    #expect(other.errors.contains("tiny.yaml:5:1: 'recipe' is not a key of a pre-training manifest. "), "\(other.errors)")
    #expect(other.errors.hasSuffix("nothing was run.\n"))
    tiny.expectUnchanged(since: before)
  }

  @Test("a place that something else has")
  func output() throws {
    let tiny = try TinyProgram()
    let manifest = try manifest(tiny)
    let vocabulary = try Data(contentsOf: tiny.project.file("model/vocab.txt"))
    let result = try tiny.lowrank(["pretrain", manifest, "--output", tiny.project.file("model/vocab.txt").path], apart: true)
    #expect(result.status == 1 && !result.wasKilled)
    #expect(result.errors.contains("/model/vocab.txt"), "\(result.errors)")
    #expect(try Data(contentsOf: tiny.project.file("model/vocab.txt")) == vocabulary)
  }
}
