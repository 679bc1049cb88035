// Folders as the peft library writes them, and what is wrong with others.
import Adapters
import CPUBackend
import Foundation
import Layers
import Models
import Settings
import Storage
import Tensors
import TestSupport
import Testing

@testable import Interchange

/// The repository's root, from this file's place in it.
private let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()

@Suite("Adapter folders")
struct AdapterFolderTests {
  @Test("the library's own folders give its logits", arguments: ["deberta", "roberta"])
  func references(_ base: String) throws {
    let fixtures = root.appending(path: "Tests/Fixtures/peft/\(base)")
    let backend = try CPUBackend(threads: 1)
    var compared = 0
    for method in try FileManager.default.contentsOfDirectory(atPath: fixtures.path).sorted() {
      let folder = fixtures.appending(path: method)
      for (part, name) in [("adapter_trained", "final_logits"), ("adapter_init", "logits")] {
        guard PEFTAdapterFolder.isOne(folder.appending(path: part)) else { continue }
        let adapter = try PEFTAdapter(folder: folder.appending(path: part))
        let expected = try SafetensorsFile(url: folder.appending(path: "expected.safetensors")).floats(name)
        let batches = try SafetensorsFile(url: fixtures.appending(path: "batches.safetensors"))
        let model = try adapter.load(onto: root.appending(path: "Tests/Fixtures/models/\(base)"), on: backend)
        let batch = try firstBatch(batches)
        let logits = backend.withoutGradients { model.logits(batch, pass: .evaluation).values }
        #expect(distance(expected, logits) < 2e-5, "\(base)/\(method)/\(part)")
        compared += 1
      }
    }
    #expect(compared > 0)
  }

  /// The first batch's real tokens.
  private func firstBatch(_ archive: SafetensorsFile) throws -> TokenBatch {
    let width = try #require(archive.description(of: "0.input_ids")?.shape[1])
    let ids = try archive.integers("0.input_ids"), mask = try archive.integers("0.attention_mask")
    return TokenBatch(
      sequences: stride(from: 0, to: ids.count, by: width).map { start in
        (start..<start + width).filter { mask[$0] != 0 }.map { Int32(ids[$0]) }
      })
  }

  static let configuration = """
    {"peft_type": "LORA", "r": 2, "lora_alpha": 4, "bias": "none", "target_modules": ["attention.self.query"], "future": {}}
    """

  @Test(
    "configurations that are refused",
    arguments: [
      ("[]", "it is no JSON object"),
      ("{\"r\": 2}", "it has no peft_type"),
      ("{\"peft_type\": \"LORA\"}", "r is missing"),
      ("{\"peft_type\": \"LORA\", \"r\": \"two\"}", "r has the wrong type"),
      ("{\"peft_type\": \"LORA\", \"r\": 0}", "r is 0, expected 1 to 65536"),
      ("{\"peft_type\": \"VERA\", \"r\": 1000000000000}", "r is 1000000000000, expected 1 to 65536"),
      ("{\"peft_type\": \"ADALORA\", \"r\": 8}", "init_r is missing"),
      (
        "{\"peft_type\": \"LORA\", \"r\": 2, \"rank_pattern\": {\"a.b\": -1}}", "rank_pattern of 'a.b' is -1, expected 1 to 65536"
      ),
      (
        "{\"peft_type\": \"ADALORA\", \"init_r\": 2, \"rank_pattern\": {\"a.lora_E\": [true]}}",
        "rank_pattern of 'a.lora_E' has 1 entries, expected 2"
      ),
      ("{\"peft_type\": \"ADALORA\", \"init_r\": 2, \"lora_alpha\": 0}", "lora_alpha is 0.0, expected a number above 0"),
      ("{\"peft_type\": \"LORA\", \"r\": 2, \"bias\": \"some\"}", "bias is 'some', expected none, all or lora_only"),
      ("{\"peft_type\": \"VERA\", \"r\": 2, \"bias\": \"lora_only\"}", "bias is 'lora_only', expected none, all or vera_only"),
      ("{\"peft_type\": \"LORA\", \"r\": 2, \"r\": 4}", "it has 'r' twice"),
      (
        "{\"peft_type\": \"LORA\", \"r\": 2, \"alpha_pattern\": {\"key\": 1, \"k\\u0065y\": 2}}",
        "alpha_pattern has 'key' twice"
      ),
      ("{\"peft_type\": \"LORA\", \"r\": 2, \"lora_bias\": true, \"use_dora\": true}", "lora_bias and use_dora exclude each other"),
      ("{\"peft_type\": \"ADALORA\", \"init_r\": 2, \"use_dora\": true}", "use_dora is none of ADALORA's"),
      (
        "{\"peft_type\": \"LORA\", \"r\": 2, \"layers_pattern\": \"layer\"}",
        "layers_pattern is set, and layers_to_transform is not"
      ),
      (
        "{\"peft_type\": \"LORA\", \"r\": 2, \"layers_to_transform\": 1, \"target_modules\": \"all-linear\"}",
        "layers_to_transform stands beside a target_modules that is no list"
      ),
      ("{\"peft_type\": \"LORA\", \"r\": 2, \"layers_to_transform\": true}", "layers_to_transform has the wrong type"),
      ("{\"peft_type\": \"LORA\", \"r\": 2, \"init_lora_weights\": 3}", "init_lora_weights is 3"),
    ])
  func configurations(_ json: String, _ problem: String) {
    #expect(throws: InterchangeError.configuration(path: "a.json", problem: problem)) {
      try PEFTConfiguration(json: Data(json.utf8), path: "a.json")
    }
  }

  @Test(
    "what is not computed is refused by name, with what to do",
    arguments: [
      (
        "\"peft_type\": \"LOHA\"",
        "peft_type is 'LOHA'; known are LORA, ADALORA, VERA, IA3, LN_TUNING, PROMPT_TUNING, PREFIX_TUNING"
      ),
      (
        "\"task_type\": \"QUESTION_ANS\"",
        "task_type is 'QUESTION_ANS', of which this program has no models; known are null, CAUSAL_LM, FEATURE_EXTRACTION, SEQ_CLS"
      ),
      ("\"layer_replication\": [[0, 2]]", "layer_replication is [[0,2]], which this program does not compute"),
      ("\"trainable_token_indices\": [3]", "trainable_token_indices is [3], which this program does not compute"),
      ("\"future\": {\"x\": 1}", "future is {\"x\":1}, a setting that this program does not know"),
      ("\"future\": 0.5", "future is 0.5, a setting that this program does not know"),
      ("\"init_lora_weights\": \"pissa_niter_4\"", "init_lora_weights is 'pissa_niter_4', which changes the base model's weights"),
      ("\"init_lora_weights\": \"new\"", "init_lora_weights is 'new'; known are true, false, eva, gaussian, mica, orthogonal"),
      (
        "\"peft_type\": \"VERA\", \"save_projection\": false",
        "save_projection is false, so that the shared matrices are not in the file"
      ),
      (
        "\"peft_type\": \"VERA\", \"exclude_modules\": [\"a\"]",
        "exclude_modules is [\"a\"], a setting that this program does not know"
      ),
      ("\"alpha_pattern\": {\"(a\": 1}", "alpha_pattern has the pattern '(a': a '(' is not closed"),
      (
        "\"rank_pattern\": {\"a\": 1, \"(.)\\\\1\": 1}",
        "rank_pattern has the pattern '(.)\\1': '\\1' is not taken; known are \\d \\D \\w \\W \\s \\S \\A \\Z and signs"
      ),
      (
        "\"target_modules\": \"(?i).*\"",
        "target_modules has the pattern '(?i).*': a group '(?i' is not taken; known are (…), (?:…), (?P<name>…), (?=…), (?!…)"
      ),
      ("\"exclude_modules\": \"a**\"", "exclude_modules has the pattern 'a**': '*' follows a repetition, which is not taken"),
      ("\"modules_to_save\": [\"a[\"]", "modules_to_save has the pattern 'a[': a '[' is not closed"),
      (
        "\"layers_to_transform\": 0, \"layers_pattern\": \"l.*\"",
        "layers_pattern is 'l.*', of which only letters, digits and _ are taken"
      ),
      (
        "\"layers_to_transform\": 0, \"target_modules\": \((0..<21).map { "a\($0)" })",
        "layers_to_transform stands beside 21 target_modules, of which the library makes fewer in its own way"
      ),
    ])
  func notComputed(_ settings: String, _ problem: String) throws {
    let kind = settings.contains("peft_type") ? "" : "\"peft_type\": \"LORA\", "
    let json = "{\(kind)\(settings), \"r\": 2}"
    do {
      _ = try PEFTConfiguration(json: Data(json.utf8), path: "a.json")
      Issue.record("\(json) is taken")
    } catch InterchangeError.notComputed("a.json", let found, let advice) {
      #expect(found == problem)
      #expect(!advice.isEmpty && !advice.contains("again with save_pretrained"))
    }
  }

  @Test("targets are a list or an expression") func targets() throws {
    let list = try PEFTConfiguration(json: Data(Self.configuration.utf8), path: "a.json")
    #expect(list.targets == .paths(["attention.self.query"]) && list.selection.adapts("x.attention.self.query"))
    #expect(!list.selection.adapts("x.my_attention.self.query"))
    let text = "{\"peft_type\": \"LORA\", \"r\": 2, \"target_modules\": \".*query\"}"
    let expression = try PEFTConfiguration(json: Data(text.utf8), path: "a.json")
    #expect(expression.targets == .expression(".*query") && expression.selection.adapts("x.query"))
    #expect(!expression.selection.adapts("x.query.y"))
  }

  /// A folder with the configuration above for a model of two layers' hidden size 16, some of its tensors changed.
  private func read(
    _ json: String, on folder: URL, _ change: (inout [String: SafetensorsEntry]) -> Void
  ) throws {
    let adapted = try AdaptedModel("lora", ["rank": .integer(2), "targets": .texts(["query"])], in: folder)
    var tensors: [String: SafetensorsEntry] = [:]
    let adapter = try PEFTAdapter(adapted.method, on: adapted.model, baseModel: "base")
    for entry in adapter.tensors.values {
      let name = PEFTAdapterFolder.libraryName(entry.name)
      tensors[name] = SafetensorsEntry(name: name, shape: entry.shape, values: entry.values)
    }
    change(&tensors)
    try Data(json.utf8).write(to: folder.appending(path: "adapter_config.json"))
    try SafetensorsWriter.write(Array(tensors.values), to: folder.appending(path: "adapter_model.safetensors"))
    let before = adapted.logits
    do {
      try PEFTAdapter(folder: folder).attach(to: adapted.model)
    } catch {
      #expect(adapted.logits == before, "an adapter that does not fit leaves the model as it was")
      throw error
    }
  }

  private func expect(
    _ problems: [String], json: String = configuration, _ change: (inout [String: SafetensorsEntry]) -> Void
  ) throws {
    try withTemporaryFolder { folder in
      let path = folder.appending(path: "adapter_model.safetensors").path
      #expect(throws: InterchangeError.tensors(path: path, problems: problems)) { try read(json, on: folder, change) }
    }
  }

  private static let query = "base_model.model.roberta.encoder.layer.1.attention.self.query"

  @Test("tensors that fit are taken") func whole() throws {
    try withTemporaryFolder { try read(Self.configuration, on: $0) { _ in } }
  }

  @Test("tensors that are missing, of another shape, not finite or unknown are all named") func tensors() throws {
    let name = Self.query
    try expect(["'\(name).lora_B.weight' is missing"]) { $0["\(name).lora_B.weight"] = nil }
    try expect(["'\(name).lora_A.weight' is missing", "'\(name).lora_B.weight' is missing"]) {
      $0["\(name).lora_A.weight"] = nil
      $0["\(name).lora_B.weight"] = nil
    }
    try expect([
      "'\(name).lora_A.weight' is [3, 16], expected [2, 16]", "'base_model.model.x' belongs to no layer or parameter of the model",
    ]) {
      $0["\(name).lora_A.weight"] = SafetensorsEntry(
        name: "\(name).lora_A.weight", shape: [3, 16], values: [Float](repeating: 0, count: 48))
      $0["x"] = SafetensorsEntry(name: "x", shape: [1], values: [0])
    }
    try expect(["'\(name).lora_A.weight' has infinite or NaN values"]) {
      $0["\(name).lora_A.weight"] = SafetensorsEntry(
        name: "\(name).lora_A.weight", shape: [2, 16], values: [Float](repeating: .nan, count: 32))
    }
    try expect(["'base_model.model.classifier.out_proj.bias' is [2], expected [3]"]) {
      let name = "base_model.model.classifier.out_proj.bias"
      $0[name] = SafetensorsEntry(name: name, shape: [2], values: [0, 0])
    }
    try expect(["it adapts no layer of the model"], json: "{\"peft_type\": \"LORA\", \"r\": 2, \"target_modules\": [\"x\"]}") {
      $0 = $0.filter { !$0.key.contains("lora_") }
    }
    // the library would not load these
    let last = Self.configuration.replacing("\"r\": 2", with: "\"r\": 2, \"layers_to_transform\": [0, 1]")
    let other = name.replacing("layer.1", with: "layer.2")
    try expect(
      ["'\(other).lora_A.weight'", "'\(other).lora_B.weight'"].map { "\($0) belongs to no layer or parameter of the model" },
      json: last
    ) { _ in }
  }

  @Test("a rank that is not the tensors' is named, however large") func ranks() throws {
    let json = Self.configuration.replacing("\"r\": 2", with: "\"r\": 65536")
    try expect(
      (0..<3).flatMap { layer in
        let name = "base_model.model.roberta.encoder.layer.\(layer).attention.self.query"
        return [
          "'\(name).lora_A.weight' is [2, 16], expected [65536, 16]", "'\(name).lora_B.weight' is [16, 2], expected [16, 65536]",
        ]
      }, json: json
    ) { _ in }
  }

  @Test("an alpha that no weight survives") func hugeAlpha() throws {
    let paths = (0..<3).map { "roberta.encoder.layer.\($0).attention.self.query" }
    try expect(
      paths.map { "the weight of '\($0)' becomes infinite or NaN" },
      json: Self.configuration.replacing("\"lora_alpha\": 4", with: "\"lora_alpha\": 1e300")
    ) { _ in }
  }

  @Test("damaged configurations are errors") func damage() throws {
    let bytes = Array(Self.configuration.utf8)
    var refused = 0
    for index in bytes.indices {
      for replacement in [[], [0x22], [0x5b], [0x39, 0x39], [0xff]] as [[UInt8]] {
        var damaged = bytes
        damaged.replaceSubrange(index...index, with: replacement)
        do {
          _ = try PEFTConfiguration(json: Data(damaged), path: "a.json")
        } catch is InterchangeError {
          refused += 1
        }
      }
    }
    #expect(refused > bytes.count)
    let deep = "{\"future\": \(String(repeating: "[", count: 100_000))"
    #expect(throws: InterchangeError.self) { try PEFTConfiguration(json: Data(deep.utf8), path: "a.json") }
  }

  @Test("a base model without a head, and an adapter that brings none") func headless() throws {
    try withTemporaryFolder { folder in
      let adapted = try AdaptedModel("lora", ["rank": .integer(2)], in: folder)
      let adapter = try PEFTAdapter(adapted.method, on: adapted.model, baseModel: "base")
      let target = folder.appending(path: "headless")
      try adapter.write(to: target)
      let file = try SafetensorsFile(url: target.appending(path: "adapter_model.safetensors"))
      let entries = try file.descriptions.filter { !$0.name.contains("classifier") }.map {
        SafetensorsEntry(name: $0.name, shape: $0.shape, values: try file.floats($0.name))
      }
      try SafetensorsWriter.write(entries, to: target.appending(path: "adapter_model.safetensors"))
      // the base model's own head serves
      #expect(try PEFTAdapter(folder: target).load(onto: adapted.base, on: adapted.backend).head.outputs == 2)
      let bare = folder.appending(path: "bare")
      let base = try ModelLoader.load(folder: adapted.base, seed: 0, on: adapted.backend).model
      try ModelWriter.save(base.backbone, to: bare)
      let names = ["classifier.dense.weight", "classifier.dense.bias", "classifier.out_proj.weight", "classifier.out_proj.bias"]
      #expect(
        throws: InterchangeError.tensors(
          path: target.appending(path: "adapter_model.safetensors").path,
          problems: names.map { "'base_model.model.\($0)' is missing, and the base model lacks '\($0)'" })
      ) { try PEFTAdapter(folder: target).load(onto: bare, on: adapted.backend) }
    }
  }
}
