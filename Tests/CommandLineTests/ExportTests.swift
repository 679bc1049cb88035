// `lowrank export`: a run's adapter as a folder of the peft library, whole or not at all.
import Foundation
import TestSupport
import Testing

@Suite("lowrank export")
struct ExportTests {
  private func names(_ tiny: TinyProgram, _ folder: String) throws -> [String] {
    try FileManager.default.contentsOfDirectory(atPath: tiny.project.file(folder).path).sorted()
  }

  @Test("the adapter of the best epoch or the last, nothing else is written", arguments: ["lora", "aflora"])
  func whole(row: String) throws {
    let tiny = try TinyProgram.trained()
    let before = tiny.project.everything()
    for epoch in ["best", "last"] {
      let folder = tiny.project.file("adapters/\(epoch)").path
      let result = try tiny.lowrank(["export", tiny.link(row), "--to", folder, "--epoch", epoch], apart: true)
      #expect(result.status == 0 && result.errors.isEmpty, "\(result)")
      #expect(result.output == "→ \(folder)  (LORA, 2 labels)\n")
      #expect(
        try names(tiny, "adapters/\(epoch)") == [
          "README.md", "adapter_config.json", "adapter_model.safetensors", "config.json", "lowrank.json",
        ])
      let read = try JSONSerialization.jsonObject(
        with: Data(contentsOf: tiny.project.file("adapters/\(epoch)/adapter_config.json")))
      #expect((read as? [String: Any])?["peft_type"] as? String == "LORA")
    }
    let again = try tiny.lowrank(["export", tiny.link(row), "--to", tiny.project.file("adapters/again").path])
    #expect(again.status == 0)
    let weights = try ["best", "again", "last"].map {
      try Data(contentsOf: tiny.project.file("adapters/\($0)/adapter_model.safetensors"))
    }
    #expect(weights[0] == weights[1], "the best epoch's by default, equal bytes each time")
    for name in try names(tiny, "adapters/best") {
      #expect(tiny.project.files("adapters/best")[name] == tiny.project.files("adapters/again")[name], "\(name)")
    }
    #expect(try names(tiny, "adapters") == ["again", "best", "last"])
    try FileManager.default.removeItem(at: tiny.project.file("adapters"))
    tiny.expectUnchanged(since: before)
  }

  private func json(_ tiny: TinyProgram, _ file: String) throws -> [String: Any] {
    try #require(try JSONSerialization.jsonObject(with: Data(contentsOf: tiny.project.file(file))) as? [String: Any])
  }

  @Test("the card tells of the run; a portable name of the base model stands in place of its path")
  func card() throws {
    let tiny = try TinyProgram.trained()
    let path = tiny.project.file("model").path
    for (name, arguments) in [("here", []), ("there", ["--base-name", "some-one/tiny-bert"])] {
      let result = try tiny.lowrank(["export", tiny.link(), "--to", tiny.project.file(name).path] + arguments)
      try #require(result.status == 0, "\(result)")
    }
    func text(_ name: String) throws -> String { try String(contentsOf: tiny.project.file("\(name)/README.md"), encoding: .utf8) }
    let (here, there) = (try text("here"), try text("there"))
    #expect(here.contains("That is a path of the machine that wrote this") && !here.contains("base_model:"))
    #expect(there.hasPrefix("---\nlibrary_name: \"peft\"\nbase_model: \"some-one/tiny-bert\"\n"))
    #expect(there.contains("Labels, in the order of the outputs: cold, warm.\n"))
    #expect(there.contains("**The weights are those of the best epoch** ("))
    #expect(try there.contains("| run | \(tiny.identity()) |\n"))
    #expect(try json(tiny, "here/adapter_config.json")["base_model_name_or_path"] as? String == path)
    #expect(try json(tiny, "there/adapter_config.json")["base_model_name_or_path"] as? String == "some-one/tiny-bert")
    #expect(try json(tiny, "there/lowrank.json")["run"] as? String == tiny.identity())
    for (name, data) in tiny.project.files("there") where name != "adapter_model.safetensors" {
      #expect(!String(decoding: data, as: UTF8.self).contains(tiny.project.root.path), "\(name)")
    }
  }

  @Test(
    "the real library loads the folder, and the hub's own reads the card",
    .requires(.python("huggingface_hub, peft, torch, transformers")))
  func library() throws {
    let tiny = try TinyProgram.trained()
    let adapter = tiny.project.file("adapter").path
    let result = try tiny.lowrank(["export", tiny.link(), "--to", adapter, "--base-name", "some-one/tiny-bert"])
    try #require(result.status == 0, "\(result)")
    let found = try PythonPeer.run(
      """
      import sys
      import torch
      from huggingface_hub import ModelCard
      from peft import PeftModel
      from transformers import AutoModelForSequenceClassification
      base, adapter = sys.argv[1:3]
      model = PeftModel.from_pretrained(AutoModelForSequenceClassification.from_pretrained(base, num_labels=2), adapter).eval()
      logits = model(input_ids=torch.tensor([[2, 5, 7, 3]])).logits
      card = ModelCard.load(adapter + "/README.md").data.to_dict()
      print(list(logits.shape), bool(torch.isfinite(logits).all()), model.peft_config["default"].base_model_name_or_path)
      print(card["library_name"], card["base_model"], card["tags"], card["metrics"], card["labels"])
      """, tiny.project.file("model").path, adapter)
    #expect(
      found == """
        [1, 2] True some-one/tiny-bert
        peft some-one/tiny-bert ['lowrank', 'lora'] ['accuracy', 'f1'] ['cold', 'warm']

        """)
  }

  @Test("what is no run with weights")
  func source() throws {
    let tiny = try TinyProgram.trained()
    let to = ["--to", tiny.project.file("adapter").path]
    try tiny.expectMistake(
      ["export", "nowhere"] + to,
      "no run is meant by 'nowhere'. Name a run's folder, a link as in HERE/results/table1/pocket/lora/rte/seed-0, or the first digits "
        + "(4 or more) of a folder in HERE/results/runs.")
    try tiny.expectMistake(
      ["export", tiny.project.file("model").path] + to,
      "HERE/model: there is no record of a finished run. Run it to its end first")
    try FileManager.default.removeItem(at: tiny.project.file(tiny.file("best.safetensors")))
    let results = "HERE/results/\(tiny.link())"
    try tiny.expectMistake(
      ["export", tiny.link()] + to,
      "\(results)/best.safetensors: is missing, although the run left it. Move the run's folder away, and the run is made again.")
    try tiny.project.write("no tensors at all", to: tiny.file("last.safetensors"))
    let damaged = try tiny.lowrank(["export", tiny.link(), "--epoch", "last"] + to, apart: true)
    #expect(damaged.status == 1 && damaged.output.isEmpty && !damaged.wasKilled)
    #expect(
      damaged.errors.hasPrefix(
        "Error: \(tiny.project.root.path)/results/\(tiny.link())/last.safetensors: is not the file that the run wrote: "))
    try tiny.project.cut(tiny.file("record.json"))
    try tiny.expectMistake(
      ["export", tiny.link()] + to,
      "\(results)/record.json: is not the JSON of a record of a run: it is cut short or damaged. Move it away, and the run is made again."
    )
  }

  @Test("weights that are another run's")
  func foreign() throws {
    let tiny = try TinyProgram.trained()
    try Data(contentsOf: tiny.project.file(tiny.file("best.safetensors", of: "aflora")))
      .write(to: tiny.project.file(tiny.file("best.safetensors")))
    let before = tiny.project.everything()
    let result = try tiny.lowrank(["export", tiny.link(), "--to", tiny.project.file("adapter").path], apart: true)
    #expect(result.status == 1 && result.output.isEmpty)
    #expect(result.errors.contains("/best.safetensors: is not the file that the run wrote: "), "\(result.errors)")
    #expect(result.errors.split(separator: "\n").count == 1)
    tiny.expectUnchanged(since: before)
  }

  @Test("a base model that is gone, changed, or another")
  func base() throws {
    let tiny = try TinyProgram.trained()
    let arguments = ["export", tiny.link(), "--to", tiny.project.file("adapter").path]
    try tiny.expectMistake(
      arguments + ["--model", tiny.project.file("experiments").path],
      "model 'HERE/experiments' has no config.json: name a folder that holds its config.json, weights and tokenizer: MODEL=<folder>"
    )
    let other = Repository.fixtures.appending(path: "models/roberta").path
    try tiny.expectMistake(
      arguments + ["--model", other],
      "\(other): is not the model that the run was trained on, by the digest of its files. Name that model's folder with --model")
    try FileManager.default.moveItem(at: tiny.project.file("model"), to: tiny.project.file("moved"))
    try tiny.expectMistake(
      arguments,
      "model 'model' is not here, there is no such folder: name a folder that holds its config.json, weights and tokenizer: MODEL=<folder>"
    )
    #expect(try tiny.lowrank(arguments + ["--model", tiny.project.file("moved").path]).status == 0)
  }

  @Test("a target that is there stays as it is")
  func target() throws {
    let tiny = try TinyProgram.trained()
    func refuse(_ name: String, _ message: String) throws {
      try tiny.expectMistake(["export", tiny.link(), "--to", tiny.project.file(name).path], message)
    }
    let advice = "What stood there before is unchanged. Name a folder that is not there yet."
    try refuse("model", "HERE/model: cannot be written: the folder is there and not empty. \(advice)")
    try refuse("experiments/tiny.yaml", "HERE/experiments/tiny.yaml: cannot be written: something else has this name. \(advice)")
    try refuse(
      "experiments/tiny.yaml/adapter",
      "HERE/experiments/tiny.yaml: cannot be written: the folder cannot be made. What stood there before is unchanged. "
        + "Check the path, its permissions and the free space.")
  }

  @Test("a method that the library has no form for")
  func method() throws {
    let tiny = try TinyProgram.trained("[houlsby, fft]")
    let to = ["--to", tiny.project.file("adapter").path]
    for (row, words) in [
      ("houlsby", "It cannot be merged either; the run keeps its weights"), ("fft", "'lowrank merge' writes it"),
    ] {
      let before = tiny.project.everything()
      let result = try tiny.lowrank(["export", tiny.link(row)] + to, apart: true)
      #expect(result.status == 1 && result.output.isEmpty)
      #expect(result.errors.hasPrefix("Error: \(row) cannot be exported: ") && result.errors.contains(words), "\(result.errors)")
      tiny.expectUnchanged(since: before)
    }
  }
}
