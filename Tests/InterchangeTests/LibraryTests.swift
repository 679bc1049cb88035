// The real peft library on what is written here, and this program on what the library saves.
import CPUBackend
import Foundation
import Generation
import Models
import Tensors
import TestSupport
import Testing

@testable import Interchange

@Suite("The peft library")
struct LibraryTests {
  /// For each folder: the adapted and the merged model's logits on the rows, and the adapter saved again by the library.
  private static let script = """
    import json, os, sys, warnings
    import torch
    from peft import PeftModel
    from transformers import AutoModelForCausalLM, AutoModelForSequenceClassification
    root, rows = sys.argv[1], json.loads(sys.argv[2])
    def logits(model):
        model.eval()
        with torch.no_grad():
            # virtual tokens have logits too, where there is one row for each token
            found = [model(input_ids=torch.tensor([row])).logits[0] for row in rows]
            return torch.cat([(f if f.dim() == 1 else f[-len(row):]).flatten() for f, row in zip(found, rows)]).tolist()
    def load(folder, **options):
        if json.load(open(os.path.join(folder, "config.json")))["architectures"][0].endswith("ForCausalLM"):
            return AutoModelForCausalLM.from_pretrained(folder, **{k: v for k, v in options.items() if k == "output_loading_info"})
        return AutoModelForSequenceClassification.from_pretrained(folder, **options)
    results = {}
    for name in sorted(os.listdir(root)):
        here = os.path.join(root, name)
        base = load(os.path.join(here, "base"), num_labels=3, ignore_mismatched_sizes=True)
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always")
            model = PeftModel.from_pretrained(base, os.path.join(here, "adapter"))
        missing = [str(w.message) for w in caught if "missing" in str(w.message)]
        adapted = logits(model)
        model.save_pretrained(os.path.join(here, "saved"))
        results[name] = {"adapted": adapted, "problems": missing}
        if os.path.exists(os.path.join(here, "merged")):
            merged, info = load(os.path.join(here, "merged"), output_loading_info=True)
            results[name]["merged"] = logits(merged)
            results[name]["problems"] += info["missing_keys"] + info["unexpected_keys"]
    json.dump(results, open(os.path.join(root, "results.json"), "w"))
    """

  private struct Result: Decodable {
    var adapted: [Float]
    /// None of what no weight takes.
    var merged: [Float]?
    var problems: [String]
  }

  @Test(
    "it loads what is exported and merged, and what it saves is read, with the same logits",
    .requires(.python("peft, torch, transformers")))
  func library() throws {
    try withTemporaryFolder { folder in
      var expected: [String: [Float]] = [:]
      for row in ExportCase.all {
        let name = row.name, here = folder.appending(path: name)
        let adapted = try row.adapted(in: here)
        expected[name] = adapted.logits
        try PEFTAdapter(adapted.method, on: adapted.model, baseModel: adapted.base.path).write(to: here.appending(path: "adapter"))
        guard !row.kind.isOfPrompts else { continue }
        try MergedModel.fold(adapted.model, method: row.id)
        try MergedModel.write(adapted.model, tokenizerFrom: adapted.base, to: here.appending(path: "merged"))
      }
      let rows = String(decoding: try JSONEncoder().encode(AdaptedModel.rows), as: UTF8.self)
      try PythonPeer.run(Self.script, folder.path, rows)
      let results = try JSONDecoder().decode([String: Result].self, from: Data(contentsOf: folder.appending(path: "results.json")))
      for row in ExportCase.all {
        let name = row.name, here = folder.appending(path: name)
        let (result, expected) = (try #require(results[name]), try #require(expected[name]))
        #expect(result.problems.isEmpty, "\(name): \(result.problems)")
        #expect(distance(expected, result.adapted) < 1e-5, "\(name) exported")
        if let merged = result.merged { #expect(distance(expected, merged) < 1e-5, "\(name) merged") }
        #expect((result.merged == nil) == row.kind.isOfPrompts)
        let adapter = try PEFTAdapter(folder: here.appending(path: "saved"))
        let backend = try CPUBackend(threads: 1)
        let model = try adapter.load(onto: here.appending(path: "base"), on: backend)
        #expect(distance(expected, AdaptedModel.logits(model, on: backend)) < 1e-5, "\(name) saved by the library")
      }
    }
  }

  /// For each search: the new tokens of each prompt's best text, written by the base model with the adapter on it.
  private static let generation = """
    import json, sys
    import torch
    from peft import PeftModel
    from transformers import AutoModelForCausalLM
    base, adapter, prompts, searches = sys.argv[1], sys.argv[2], json.loads(sys.argv[3]), json.loads(sys.argv[4])
    model = PeftModel.from_pretrained(AutoModelForCausalLM.from_pretrained(base), adapter)
    def text(prompt, search):
        tokens = model.generate(input_ids=torch.tensor([prompt]), do_sample=False, pad_token_id=0, **search)
        return tokens[0, len(prompt):].tolist()
    print(json.dumps([[text(prompt, search) for prompt in prompts] for search in searches]))
    """

  @Test(
    "the exported adapter writes the same texts there, greedily and with beams", .requires(.python("peft, torch, transformers")))
  func texts() throws {
    let searches = [
      SearchSettings(maximumTokens: 11, endTokens: [2, 9]),
      SearchSettings(beams: 3, maximumTokens: 11, minimumTokens: 2, lengthPenalty: 0.7, endTokens: [2, 9]),
      SearchSettings(beams: 4, maximumTokens: 9, stopsEarly: true, noRepeatLength: 2, endTokens: [2, 9, 20]),
    ]
    let options = searches.map { search -> [String: Any] in
      [
        "num_beams": search.beams, "max_new_tokens": search.maximumTokens, "min_new_tokens": search.minimumTokens,
        "length_penalty": search.lengthPenalty, "early_stopping": search.stopsEarly, "no_repeat_ngram_size": search.noRepeatLength,
        "eos_token_id": search.endTokens.map { Int($0) },
      ]
    }
    try withTemporaryFolder { folder in
      let adapted = try AdaptedModel(
        "lora", ["rank": .integer(3), "targets": .texts(["all-linear"])], .llama, kind: .words, in: folder)
      let adapter = folder.appending(path: "adapter")
      try PEFTAdapter(adapted.method, on: adapted.model, baseModel: adapted.base.path).write(to: adapter)
      let prompts = AdaptedModel.rows
      func written(by model: Model) throws -> [[[Int32]]] {
        let generator = try Generator(model)
        return try searches.map { try generator.generate(prompts, $0).map { $0[0].tokens } }
      }
      let expected = try written(by: adapted.model)
      let arguments = try [prompts, options].map {
        String(decoding: try JSONSerialization.data(withJSONObject: $0), as: UTF8.self)
      }
      let found = try PythonPeer.run(Self.generation, adapted.base.path, adapter.path, arguments[0], arguments[1])
      #expect(try JSONDecoder().decode([[[Int32]]].self, from: Data(found.utf8)) == expected)
      // the base model writes something else: the adapter matters
      let base = try written(by: ModelLoader.load(folder: adapted.base, seed: 0, on: adapted.backend).model)
      #expect(zip(base, expected).allSatisfy { $0 != $1 })
    }
  }
}
