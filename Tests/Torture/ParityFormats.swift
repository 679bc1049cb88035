// References that other programs recorded.
import CPUBackend
import Foundation
import Parity
import Tensors
import TestSupport

extension Format {
  static let parityFormats = [metrics, tokenizerCases, modelReference, trace, computedTrace]

  /// A JSON file of a reference with the first parts of its lists alone.
  private static func shortened(_ path: String, _ shorten: (Any) -> Any) throws -> Data {
    let whole = try JSONSerialization.jsonObject(with: Data(contentsOf: Repository.fixtures.appending(path: path)))
    return try JSONSerialization.data(withJSONObject: shorten(whole), options: [.sortedKeys])
  }

  private static let metrics = Format("parity-metrics", share: 2000) { folder in
    let targets = try ["classification", "correlation", "comparisons"].map { name in
      let data = try shortened("metrics/\(name).json") { rows in
        ((rows as? [[String: Any]]) ?? []).prefix(4).map { row in
          row.mapValues { part in (part as? [Any]).map { Array($0.prefix(12)) } ?? part }
        }
      }
      return try Subject.Target(folder.appending(path: "\(name).json"), data)
    }
    return Subject(targets) { _, _ in _ = try ParityFolder.compare(folder, on: PlanningBackend()).description }
  }

  private static let tokenizerCases = Format("parity-tokenizer", share: 600) { folder in
    try copyFixture("tokenizers/bert-wordpiece", to: folder, ["vocab.txt", "tokenizer_config.json"])
    let data = try shortened("tokenizers/bert-wordpiece/cases.json") { groups in
      ((groups as? [String: Any]) ?? [:]).mapValues { part in (part as? [Any]).map { Array($0.prefix(2)) } ?? part }
    }
    let cases = try Subject.Target(folder.appending(path: "cases.json"), data)
    return Subject([cases]) { _, _ in _ = try ParityFolder.compare(folder, on: PlanningBackend()).description }
  }

  private static let modelReference = Format("parity-model", share: 60) { folder in
    let targets = try ["bert", "deberta"].flatMap { name in
      let home = folder.appending(path: name)
      try copyFixture("models/\(name)", to: home)
      return try [
        Subject.Target(home.appending(path: "expected.safetensors"), .safetensors), .init(home.appending(path: "meta.json")),
        .init(home.appending(path: "config.json")),
      ]
    }
    return Subject(targets) { target, _ in _ = try ParityFolder.compare(target.folder, on: CPUBackend(threads: 1)).description }
  }

  /// Nothing is computed: what is read matters here.
  private static let trace = Format("parity-trace", share: 60) { folder in
    Subject(try traces(["adalora", "aflora", "lora", "prilora", "sora"], folder)) { target, _ in
      _ = try ParityFolder.compare(target.folder, on: PlanningBackend()).description
    }
  }

  /// Of methods that choose by numbers, which must be computed.
  private static let computedTrace = Format("parity-computed", share: 20) { folder in
    Subject(try traces(["loradrop", "sparseadapter"], folder)) { target, _ in
      _ = try ParityFolder.compare(target.folder, on: CPUBackend(threads: 1)).description
    }
  }

  private static func traces(_ methods: [String], _ folder: URL) throws -> [Subject.Target] {
    try copyFixture("models/roberta", to: folder.appending(path: "models/roberta"))
    try copyFixture("models/deberta", to: folder.appending(path: "models/deberta"))
    let home = folder.appending(path: "peft/deberta")
    try copyFixture("peft/deberta", to: home, ["batches.safetensors"])
    return try methods.flatMap { method in
      try copyFixture("peft/deberta/\(method)", to: home.appending(path: method))
      return try ["meta.json", "trace.json", "expected.safetensors"].map { name in
        try Subject.Target(home.appending(path: "\(method)/\(name)"), name.hasSuffix("s") ? .safetensors : .none)
      }
    }
  }
}
