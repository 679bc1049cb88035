// `lowrank merge`: an adapter folded into its model's weights, as a plain folder of the hub's layout.
import Foundation
import TestSupport
import Testing

@Suite("lowrank merge")
struct MergeTests {
  @Test("a run's model, and the same from its exported adapter; other runs can start from it")
  func whole() throws {
    let tiny = try TinyProgram.trained()
    let (adapter, one, two) = (tiny.project.file("adapter").path, tiny.project.file("one").path, tiny.project.file("two").path)
    #expect(try tiny.lowrank(["export", tiny.link(), "--to", adapter]).status == 0)
    let merged = try tiny.lowrank(["merge", tiny.link(), "--to", one], apart: true)
    #expect(merged.status == 0 && merged.errors.isEmpty && merged.output == "→ \(one)\n", "\(merged)")
    let names = try FileManager.default.contentsOfDirectory(atPath: one).sorted()
    #expect(names == ["README.md", "config.json", "lowrank.json", "model.safetensors", "vocab.txt"])
    let card = try String(contentsOf: tiny.project.file("one/README.md"), encoding: .utf8)
    #expect(card.hasPrefix("---\nlibrary_name: \"transformers\"\n") && card.contains("folded into its weights"))
    let again = try tiny.lowrank(["merge", adapter, "--model", tiny.project.file("model").path, "--to", two], apart: true)
    #expect(again.status == 0 && again.output == "→ \(two)\n", "\(again)")
    // of an adapter from elsewhere nothing is known that a card could tell
    let plain = ["config.json", "model.safetensors", "vocab.txt"]
    #expect(Set(tiny.project.files("two").keys) == Set(plain))
    for name in plain { #expect(tiny.project.files("one")[name] == tiny.project.files("two")[name], "\(name)") }
    let run = try tiny.lowrank(["run", "tiny", "--model", one, "--methods", "lora"], results: "others")
    #expect(run.output.contains("1/1  lora warmth seed 0  accuracy "), "\(run.output)")
  }

  @Test("a merged model knows the task's labels, and is as good for the same task with its labels in another order")
  func labels() throws {
    let tiny = try TinyProgram.trained("[fft]")
    #expect(try tiny.lowrank(["merge", tiny.link("fft"), "--to", tiny.project.file("one").path]).status == 0)
    let config = try String(contentsOf: tiny.project.file("one/config.json"), encoding: .utf8)
    let isNamed = config.contains("\"0\" : \"cold\"") && config.contains("\"warm\" : 1")
    #expect(isNamed && !config.contains("LABEL_"), "\(config)")
    // so slow that the numbers are those of the start
    try tiny.project.write(TinyProject.recipe.replacing("1e-2", with: "1e-9"), to: "experiments/recipes/tiny.yaml")
    let before = try tiny.lowrank(["run", "tiny", "--model", tiny.project.file("one").path], results: "before")
    let task = try String(contentsOf: tiny.project.file("experiments/tasks/warmth.yaml"), encoding: .utf8)
    try tiny.project.write(task.replacing("[cold, warm]", with: "[warm, cold]"), to: "experiments/tasks/warmth.yaml")
    let after = try tiny.lowrank(["run", "tiny", "--model", tiny.project.file("one").path], results: "after")
    let accuracies = [before, after].map { result in
      result.output.firstMatch(of: /fft warmth seed 0  accuracy ([\d.]+)/).flatMap { Double($0.1) }
    }
    let first = try #require(accuracies[0], "\(before)")
    #expect(first > 60 && accuracies[1] == first, "\(before.output)\(after.output)")
    #expect(before.output.contains("warmth: starts from the head of ") && before.output.contains("are the task's.\n"))
    #expect(
      after.output.contains("its outputs put in the task's order: 'warm', 'cold', from 'cold', 'warm' in "), "\(after.output)")
  }

  @Test("full fine-tuning and BitFit are merged too", arguments: ["fft", "bitfit"])
  func plain(row: String) throws {
    let tiny = try TinyProgram.trained("[\(row)]")
    #expect(try tiny.lowrank(["merge", tiny.link(row), "--to", tiny.project.file("one").path]).status == 0)
  }

  @Test("what is neither a run nor an adapter, or lacks its model")
  func source() throws {
    let tiny = try TinyProgram.trained()
    let to = ["--to", tiny.project.file("merged").path], adapter = tiny.project.file("adapter").path
    #expect(try tiny.lowrank(["export", tiny.link(), "--to", adapter]).status == 0)
    try tiny.expectMistake(
      ["merge", "nowhere"] + to,
      "no run is meant by 'nowhere'. Name a run's folder, a link as in HERE/results/table1/pocket/lora/rte/seed-0, or the first digits "
        + "(4 or more) of a folder in HERE/results/runs.")
    try tiny.expectMistake(
      ["merge", tiny.project.file("experiments").path] + to,
      "HERE/experiments: there is no record of a finished run. Run it to its end first")
    try tiny.expectMistake(
      ["merge", adapter] + to, "HERE/adapter: an adapter does not hold its base model: name it with --model <folder>")
    try tiny.expectMistake(
      ["merge", adapter, "--model", tiny.project.file("model").path, "--base-name", "some/name"] + to,
      "HERE/adapter: --base-name goes into the card of a run's model, and an adapter from elsewhere has none")
    try tiny.expectMistake(
      ["merge", adapter, "--model", tiny.project.file("experiments").path] + to,
      "model 'HERE/experiments' has no config.json: name a folder that holds its config.json, weights and tokenizer: MODEL=<folder>"
    )
    try tiny.expectMistake(
      ["merge", adapter, "--model", tiny.project.file("model").path, "--to", tiny.project.file("model").path],
      "HERE/model: cannot be written: the folder is there and not empty. What stood there before is unchanged. "
        + "Name a folder that is not there yet.")
  }

  @Test("a base model whose tokenizer is no longer the run's is not copied")
  func otherTokenizer() throws {
    let tiny = try TinyProgram.trained()
    let vocabulary = try String(contentsOf: tiny.project.file("model/vocab.txt"), encoding: .utf8)
    try tiny.project.write(vocabulary + "more\n", to: "model/vocab.txt")
    try tiny.expectMistake(
      ["merge", tiny.link(), "--to", tiny.project.file("merged").path],
      "HERE/model: its tokenizer is not the one that the run was trained with, by the digest of its files. Put the run's own files "
        + "back, or name their folder with --model")
    let export = try tiny.lowrank(["export", tiny.link(), "--to", tiny.project.file("adapter").path])
    #expect(export.status == 0, "it holds no tokenizer")
  }

  @Test("a damaged adapter")
  func damaged() throws {
    let tiny = try TinyProgram.trained()
    let adapter = tiny.project.file("adapter").path
    #expect(try tiny.lowrank(["export", tiny.link(), "--to", adapter]).status == 0)
    for name in ["adapter_model.safetensors", "adapter_config.json"] {
      try tiny.project.cut("adapter/\(name)")
      let before = tiny.project.everything()
      let result = try tiny.lowrank(
        ["merge", adapter, "--model", tiny.project.file("model").path, "--to", tiny.project.file("merged").path], apart: true)
      #expect(result.status == 1 && !result.wasKilled && result.output.isEmpty)
      #expect(result.errors.hasPrefix("Error: \(adapter)/\(name): "), "\(result.errors)")
      #expect(result.errors.split(separator: "\n").count == 1, "\(result.errors)")
      tiny.expectUnchanged(since: before)
    }
  }

  @Test("layers of their own have no place in a plain model")
  func method() throws {
    let tiny = try TinyProgram.trained("[pfeiffer]")
    try tiny.expectMistake(
      ["merge", tiny.link("pfeiffer"), "--to", tiny.project.file("merged").path],
      "pfeiffer cannot be merged: it puts layers of its own between those of the model, which no plain model has. "
        + "The run keeps its weights")
  }
}
