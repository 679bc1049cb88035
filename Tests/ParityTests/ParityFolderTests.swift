// Every recorded reference passes, and each kind of it fails when one number is changed.
import CPUBackend
import Foundation
import Tensors
import Testing

@testable import Parity

/// References of what this program trains: models, their tokenizers and methods, metrics.
private func references(_ path: String) -> [String] {
  ParityFolder.references(in: fixtures.appendingPathComponent(path))
    .map { String($0.path.dropFirst(fixtures.path.count + 1)) }
}

@Suite("References by folder")
struct ParityFolderTests {
  @Test("all kinds of references are found")
  func discovery() {
    let llamas = ["llama-3", "llama-bf16", "llama-cls", "llama-gqa", "llama-linear", "llama-lm", "llama-mha"]
    #expect(references("models") == (["bert", "deberta"] + llamas + ["roberta"]).map { "models/\($0)" })
    #expect(
      references("releases") == [
        "releases/bert-gamma-beta", "releases/deberta-fp16-legacy-pickle", "releases/deberta-fp16-zip",
        "releases/llama-sharded-bfloat16", "releases/llama-sharded-float16",
      ])
    #expect(references("tokenizers").count == 5)
    #expect(references("metrics") == ["metrics"])
    #expect(
      references("peft")
        == ["prefix-tuning", "prompt-tuning"].map { "peft/bert/\($0)" }
        + [
          "adalora", "aflora", "bitfit", "dora", "fft", "houlsby", "ia3", "ln-tuning", "lora", "lora-all", "lora-default-head",
          "lora-fa", "lora-fa-projected", "loradrop", "pfeiffer", "pissa", "prilora", "prompt-tuning", "sora", "sparseadapter",
          "tied-lora", "vera", "vera-all",
        ].map { "peft/deberta/\($0)" } + ["peft/llama-bf16/lora"]
        + [
          "adalora", "aflora", "dora", "fft", "houlsby", "lora", "loradrop", "pfeiffer", "prefix-tuning-projection", "prilora",
          "prompt-tuning", "sora", "sparseadapter", "tied-lora", "vera",
        ].map { "peft/llama-cls/\($0)" }
        + [
          "adalora", "aflora", "dora", "fft", "houlsby", "ia3", "ln-tuning", "lora", "lora-accumulated", "lora-all", "lora-plus",
          "loradrop", "pissa", "prefix-tuning", "prilora", "prompt-tuning", "rslora", "sora", "sparseadapter", "tied-lora", "vera",
          "vera-all",
        ].map { "peft/llama-lm/\($0)" }
        + [
          "aflora", "aflora-all", "aflora-gradient-over-weight", "aflora-together", "aflora-weight-gradient", "bitfit", "dora",
          "houlsby", "ia3", "lora", "lora-plus", "loradrop", "pfeiffer", "prefix-tuning", "prefix-tuning-projection",
          "prompt-tuning", "rslora", "sora-dead-zone", "sparseadapter", "tied-lora", "vera", "vera-all",
        ].map { "peft/roberta/\($0)" })
  }

  @Test("the reference passes", arguments: ["models", "releases", "tokenizers", "metrics", "peft"].flatMap(references))
  func passes(path: String) throws {
    let report = try ParityFolder.compare(fixtures.appendingPathComponent(path), on: CPUBackend(threads: 1))
    #expect(report.passed, "\(report)")
  }

  @Test("a trace is compared in full")
  func traceQuantities() throws {
    let folder = fixtures.appendingPathComponent("peft/roberta/aflora")
    let report = try ParityFolder.compare(folder, on: CPUBackend(threads: 1))
    let quantities = Set(report.rows.map(\.quantity))
    #expect(
      quantities.isSuperset(of: [
        "trainable", "logits", "loss", "grad", "step_loss", "step_task_loss", "learning_rate", "grad_norm",
        "trainable_at_update", "fraction", "newly_frozen", "freezing_score", "frozen_at", "final", "final_logits",
      ]), "\(report)")
    let lora = try ParityFolder.compare(
      fixtures.appendingPathComponent("peft/deberta/lora"), on: CPUBackend(threads: 1))
    #expect(lora.rows.contains { $0.quantity == "grad" && $0.count > 10 })
  }

  private func failures(_ copy: SpoiledCopy) throws -> [String] {
    let report = try ParityFolder.compare(copy.folder, on: CPUBackend(threads: 1))
    #expect(!report.passed)
    return report.rows.filter { !$0.passed }.map(\.quantity)
  }

  @Test("one changed number of a model's reference")
  func spoiledModel() throws {
    let states = try SpoiledCopy(of: "models/roberta")
    try states.change("hidden_states.1", in: "expected.safetensors", at: 3, by: 0.01)
    #expect(try failures(states) == ["hidden_states"])
    let loss = try SpoiledCopy(of: "models/bert")
    try loss.change("reg.loss", in: "expected.safetensors", at: 0, by: 0.01)
    #expect(try failures(loss) == ["reg.loss", "reg.loss in training"])
    let gradient = try SpoiledCopy(of: "releases/bert-gamma-beta")
    try gradient.change("last_hidden_state", in: "expected.safetensors", at: 0, by: .nan)
    #expect(try failures(gradient) == ["last_hidden_state"])
  }

  @Test("one changed number of a trace")
  func spoiledTrace() throws {
    let final = try SpoiledCopy(of: "peft/roberta/aflora")
    try final.change(
      "final.roberta.encoder.layer.0.output.dense.aflora_A", in: "expected.safetensors", at: 1, by: 0.02)
    #expect(try failures(final) == ["final"])
    let loss = try SpoiledCopy(of: "peft/deberta/lora")
    try loss.edit("trace.json", as: [[String: Any]].self) { steps in
      steps[3]["loss"] = (steps[3]["loss"] as? Double ?? 0) + 0.01
    }
    #expect(try failures(loss) == ["step_loss"])
    let frozen = try SpoiledCopy(of: "peft/deberta/aflora")
    try frozen.edit("meta.json", as: [String: Any].self) { meta in
      var steps = try #require(meta["frozen_at"] as? [String: Int])
      steps["deberta.encoder.layer.0.intermediate.dense.aflora_A"] = 8
      meta["frozen_at"] = steps
    }
    #expect(try failures(frozen) == ["frozen_at"])
    let count = try SpoiledCopy(of: "peft/roberta/vera")
    try count.edit("meta.json", as: [String: Any].self) { $0["trainable_count"] = 1 }
    #expect(try failures(count) == ["trainable"])
  }

  @Test("one changed number of tokenizer and metric cases")
  func spoiledCases() throws {
    let tokenizer = try SpoiledCopy(of: "tokenizers/bert-wordpiece")
    try tokenizer.edit("cases.json", as: [String: Any].self) { cases in
      var rows = try #require(cases["single"] as? [[String: Any]])
      var ids = try #require(rows[4]["ids"] as? [Int])
      ids[1] += 1
      rows[4]["ids"] = ids
      cases["single"] = rows
    }
    #expect(try failures(tokenizer) == ["single"])
    let metrics = try SpoiledCopy(of: "metrics")
    try metrics.edit("classification.json", as: [[String: Any]].self) { rows in
      rows[0]["accuracy"] = (rows[0]["accuracy"] as? Double ?? 0) + 1e-6
    }
    #expect(try failures(metrics) == ["accuracy"])
    let text = try SpoiledCopy(of: "metrics")
    try text.edit("rouge.json", as: [String: Any].self) { rouge in
      var stems = try #require(rouge["stems"] as? [String: String])
      stems["meetings"] = "meeting"
      rouge["stems"] = stems
    }
    try text.edit("gsm8k.json", as: [[String: Any]].self) { $0[0]["flexible"] = "25" }
    try text.edit("coco.json", as: [[String: Any]].self) { rows in
      var cider = try #require(rows[1]["cider"] as? [String: Any])
      cider["score"] = (cider["score"] as? Double ?? 0) + 1e-6
      rows[1]["cider"] = cider
    }
    #expect(try failures(text) == ["stem", "gsm8k-flexible", "cider"])
  }

  @Test("metrics of texts are compared in full, and only those that are there")
  func textMetrics() throws {
    let copy = try SpoiledCopy(of: "metrics")
    let report = try MetricParity.run(folder: copy.folder)
    #expect(
      Set(report.rows.map(\.quantity)).isSuperset(of: [
        "bleu", "bleu, smoothed", "bleu, smoothed, lower-cased", "bleu of words as given", "13a words", "rouge1", "rouge2",
        "rougeL", "rouge words", "rouge words, stemmed", "stem", "gsm8k", "gsm8k-flexible", "harness, strict", "harness, flexible",
        "nist, mteval", "nist, e2e", "cider", "coco rougeL",
      ]), "\(report)")
    #expect(
      report.notes == ["not compared: rougeLsum of rouge.json", "not compared: nltk of nist.json, which is another rule"])
    for name in try FileManager.default.contentsOfDirectory(atPath: copy.folder.path) where name != "gsm8k.json" {
      try FileManager.default.removeItem(at: copy.file(name))
    }
    #expect(try MetricParity.run(folder: copy.folder).rows.map(\.quantity) == ["gsm8k", "gsm8k-flexible"])
    try Data("[{".utf8).write(to: copy.file("gsm8k.json"))
    #expect(throws: ParityError.self) { try MetricParity.run(folder: copy.folder) }
  }
}
