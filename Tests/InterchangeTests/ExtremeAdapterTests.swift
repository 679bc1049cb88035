// `adapter_config.json` with numbers that no adapter has: refused by name or taken, and no crash.
import CPUBackend
import Foundation
import Models
import Storage
import Tensors
import TestSupport
import Testing

@testable import Interchange

@Suite("Extreme adapters")
struct ExtremeAdapterTests {
  private static let fixtures = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .appending(path: "Fixtures")

  @Test("every value replaced, through to a model", arguments: ["lora", "adalora", "vera", "dora"])
  func variations(method: String) throws {
    try withTemporaryFolder { parent in
      let folder = parent.appending(path: "adapter"), base = Self.fixtures.appending(path: "models/deberta")
      try FileManager.default.copyItem(at: Self.fixtures.appending(path: "peft/deberta/\(method)/adapter_init"), to: folder)
      let file = folder.appending(path: PEFTAdapterFolder.configurationName)
      var json = try Data(contentsOf: file)
      if method == "lora" {
        // patterns, which the recorded one has not
        var fields = try #require(JSONSerialization.jsonObject(with: json) as? [String: Any])
        fields["rank_pattern"] = ["layer.7.attention.self.query_proj": 2]
        fields["alpha_pattern"] = ["layer.7.attention.self.query_proj": 3]
        json = try JSONSerialization.data(withJSONObject: fields)
      }
      var (taken, refused) = (0, 0)
      for variation in JSONVariations.of(json, most: 40) {
        try variation.json.write(to: file)
        do {
          let adapter = try PEFTAdapter(folder: folder)
          _ = try adapter.configuration.json()
          _ = try adapter.load(onto: base, on: PlanningBackend())
          taken += 1
        } catch {
          #expect(error is InterchangeError || error is StorageError || error is ModelError, "\(variation): \(error)")
          refused += 1
        }
      }
      #expect(taken > 50 && refused > 50)
    }
  }

  @Test(
    "every setting of patterns, layers and biases replaced, through to a model",
    arguments: [
      "adalora-layers", "alpha-pattern-expression", "bias-all", "exclude-expression", "layers-pattern-of-others",
      "lora-bias-and-bias",
      "rank-pattern", "target-embeddings", "vera-layers",
    ])
  func settings(name: String) throws {
    try RecordedAdapterTests.withCase(name) { folder, expected in
      let file = folder.appending(path: PEFTAdapterFolder.configurationName)
      let base = RecordedAdapterTests.fixtures.appending(path: "base/\(expected.base)")
      let backend = try CPUBackend(threads: 1)
      var (taken, refused) = (0, 0)
      let meant = ["alpha_", "bias", "exclude_", "layers_", "lora_bias", "modules_", "rank_", "target_m", "task_"]
      let variations = JSONVariations.of(try Data(contentsOf: file)) { path in meant.contains { path.hasPrefix($0) } }
      for variation in variations {
        try variation.json.write(to: file)
        do {
          _ = try PEFTAdapter(folder: folder).load(onto: base, on: backend)
          taken += 1
        } catch {
          #expect(error is InterchangeError || error is ModelError, "\(variation): \(error)")
          refused += 1
        }
      }
      #expect(taken > 0 && refused > 50)
    }
  }
}
