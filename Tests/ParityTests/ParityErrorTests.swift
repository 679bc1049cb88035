// References that cannot be compared at all, and what a report says.
import CPUBackend
import Foundation
import Models
import Tensors
import Testing

@testable import Parity

@Suite("References that cannot be compared")
struct ParityErrorTests {
  private func message(_ folder: URL) throws -> String {
    do {
      let report = try ParityFolder.compare(folder, on: CPUBackend(threads: 1))
      return "no error: \(report)"
    } catch {
      return "\(error)"
    }
  }

  private let advice = "Name a folder in the layout that the oracle writes, or make it again."

  @Test("a folder without a reference")
  func empty() throws {
    let folder = fixtures.appendingPathComponent("peft")
    #expect(ParityFolder.kind(of: folder) == nil)
    #expect(try message(folder) == "\(folder.path): it holds no recorded reference. \(advice)")
  }

  @Test("a model of another kind")
  func architecture() throws {
    let copy = try SpoiledCopy(of: "models/llama-mha")
    try copy.edit("config.json", as: [String: Any].self) { $0["model_type"] = "gpt2" }
    #expect(
      try message(copy.folder)
        == "\(copy.folder.path)/config.json: model_type 'gpt2' is not known; known are 'bert', 'roberta', 'deberta-v2', 'llama'. "
        + "Use a model of a supported kind, or correct the file.")
  }

  @Test("a trace of an unknown method")
  func method() throws {
    let copy = try SpoiledCopy(of: "peft/roberta/lora")
    try copy.edit("meta.json", as: [String: Any].self) { $0["base_method"] = "loro" }
    #expect(
      try message(copy.folder)
        == "\(copy.folder.path): its method 'loro' is not one that traces can be compared for. \(advice)")
  }

  @Test("a trace that contradicts itself")
  func contradictions() throws {
    let steps = try SpoiledCopy(of: "peft/roberta/lora")
    try steps.edit("trace.json", as: [Any].self) { $0.removeLast() }
    #expect(
      try message(steps.folder)
        == "\(steps.folder.path): meta.json and trace.json do not agree on the training. \(advice)")
    let batch = try SpoiledCopy(of: "peft/roberta/lora")
    try batch.edit("trace.json", as: [[String: Any]].self) { $0[0]["batch"] = 99 }
    #expect(try message(batch.folder) == "\(batch.folder.path): a step uses a batch that is not there. \(advice)")
    let rank = try SpoiledCopy(of: "peft/roberta/lora")
    try rank.edit("meta.json", as: [String: Any].self) { meta in
      var options = try #require(meta["options"] as? [String: Any])
      options["r"] = nil
      meta["options"] = options
    }
    #expect(
      try message(rank.folder) == "\(rank.folder.path): meta.json has no number for the option 'r'. \(advice)")
  }

  @Test("texts that are not the recorded ones, and searches that are none")
  func generation() throws {
    let copy = try SpoiledCopy(of: "models/llama-bf16"), path = copy.file("generation.json").path
    func edit(_ body: (inout [String: Any]) -> Void) throws {
      try copy.edit("generation.json", as: [String: Any].self) { root in
        var cases = try #require(root["cases"] as? [[String: Any]])
        body(&cases[8])
        root["cases"] = cases
      }
    }
    #expect(try !message(copy.folder).contains("OVER"))
    try edit { $0["length_penalty"] = 40 }
    #expect(try message(copy.folder).contains("OVER  generation.cases"))
    try edit { ($0["length_penalty"], $0["num_beams"]) = (1, 0) }
    #expect(try message(copy.folder).contains("num_beams is 0, expected 1 to 1024"))
    try edit { ($0["num_beams"], $0["scores"]) = (2, "none") }
    #expect(
      try message(copy.folder) == "\(path): it holds no searches with their options, sequences and scores. \(advice)")
  }

  @Test("files that are cut short", arguments: ["expected.safetensors", "trace.json", "meta.json"])
  func truncated(name: String) throws {
    let copy = try SpoiledCopy(of: "peft/roberta/lora")
    let data = try Data(contentsOf: copy.file(name))
    try data.prefix(data.count / 2).write(to: copy.file(name))
    let message = try message(copy.folder)
    #expect(message.hasPrefix(copy.file(name).path + ": "), "\(message)")
  }

  @Test("a report keeps the worst of each quantity")
  func report() {
    var report = ParityReport(subject: "here")
    #expect(!report.passed, "nothing was compared")
    let tolerance = Tolerance(rel: 0.1, abs: 0)
    report.compare("logits", "a", [1, 2.1], with: [1, 2], within: tolerance)
    #expect(report.passed)
    report.compare("logits", "b", [0.99], with: [1], within: tolerance)
    #expect(report.rows == [.init(quantity: "logits", count: 2, worst: "a", largestError: Double(Float(2.1)) - 2, allowed: 0.2)])
    report.compareExactly("ids", "c", [1, 2, 3], with: [1, 2, 4])
    #expect(!report.passed)
    #expect(report.rows[1] == .init(quantity: "ids", count: 1, worst: "c", largestError: 1, allowed: 0))
    report.notes.append("a note")
    #expect(
      report.description == """
        here: FAILED
        ok    logits     1.00e-01 of  2.00e-01  a (2)
        OVER  ids        1.00e+00 of  0.00e+00  c
        a note
        """)
  }

  @Test("another size and what is not finite are never right")
  func infinite() {
    let wide = Tolerance(rel: 1e30, abs: 1e30)
    for values in [[Float.nan, 1], [1], [.infinity, 1], []] as [[Float]] {
      var report = ParityReport(subject: "")
      report.compare("a", "a", values, with: [1, 1], within: wide)
      #expect(!report.passed, "\(values)")
    }
  }
}
