// References with numbers that none records: refused by file or compared, and no crash.
import Adapters
import CPUBackend
import Foundation
import Interchange
import Models
import Storage
import Tensors
import TestSupport
import Testing
import Tokenizers
import Training

@testable import Parity

@Suite("Extreme references")
struct ExtremeReferenceTests {
  /// Compares a copy of a reference with every variation of one of its files. By default nothing is computed, for the arithmetic of
  /// the read numbers is what matters here.
  private func check(
    _ reference: String, _ file: String, on backend: any Backend = PlanningBackend(), alone: Bool = false, most: Int = .max,
    trimmed: (inout Any) -> Void = { _ in }, where isMeant: (String) -> Bool = { _ in true }
  ) throws {
    let copy = try SpoiledCopy(of: reference)
    let others = try FileManager.default.contentsOfDirectory(atPath: copy.folder.path).filter { alone && $0 != file }
    for other in others { try FileManager.default.removeItem(at: copy.file(other)) }
    var value = try JSONSerialization.jsonObject(with: Data(contentsOf: copy.file(file)))
    trimmed(&value)
    let json = try JSONSerialization.data(withJSONObject: value, options: [.sortedKeys])
    var (taken, refused) = (0, 0)
    for variation in JSONVariations.of(json, most: most, where: isMeant) {
      try variation.json.write(to: copy.file(file))
      do {
        let report = try ParityFolder.compare(copy.folder, on: backend)
        #expect(!report.description.isEmpty)
        taken += 1
      } catch {
        let isKnown =
          error is ParityError || error is StorageError || error is ModelError || error is AdapterError || error is TokenizerError
          || error is InterchangeError || error is Divergence
        #expect(isKnown, "\(variation): \(error)")
        refused += 1
      }
    }
    #expect(taken > 0 && refused > 0, "\(reference)/\(file): \(taken) taken, \(refused) refused")
  }

  @Test("a model's tolerances")
  func model() throws {
    try check("models/bert", "meta.json", where: { ["", "tolerance"].contains($0) || $0.hasPrefix("tolerance.hidden") })
  }

  @Test("metrics", arguments: ["classification.json", "correlation.json", "comparisons.json"])
  func metrics(file: String) throws {
    try check("metrics", file) { value in
      guard var row = (value as? [[String: Any]])?.first else { return }
      for (key, part) in row { if let numbers = part as? [Any] { row[key] = Array(numbers.prefix(3)) } }
      value = [row]
    }
  }

  @Test("metrics of texts", arguments: ["bleu.json", "rouge.json", "gsm8k.json", "gsm8k-lm-eval.json", "nist.json", "coco.json"])
  func textMetrics(file: String) throws {
    // the first case of each list, and of its texts the first two
    func trimmed(_ value: Any) -> Any {
      if let rows = value as? [[String: Any]] {
        return rows.prefix(1).map { row in
          var row = row
          for key in ["hypotheses", "references"] { row[key] = (row[key] as? [Any])?.prefix(2).map { $0 } }
          return row
        }
      }
      return (value as? [String: Any])?.mapValues(trimmed) ?? value
    }
    try check("metrics", file, alone: true, most: 5, trimmed: { $0 = trimmed($0) })
  }

  @Test(
    "metrics of lists that are not as long as each other",
    arguments: ["classification.json", "correlation.json", "comparisons.json"])
  func lengths(file: String) throws {
    let keys = ["classification.json": ("gold", "predicted"), "correlation.json": ("x", "y")][file] ?? ("a", "b")
    let copy = try SpoiledCopy(of: "metrics")
    let rows = try #require(JSONSerialization.jsonObject(with: Data(contentsOf: copy.file(file))) as? [[String: Any]])
    let changes: [([Any]) -> [Any]] = [{ Array($0.dropLast()) }, { _ in [] }, { $0 + $0 }, { $0 + $0.prefix(1) }]
    for (number, row) in rows.enumerated() {
      for key in [keys.0, keys.1] {
        let values = try #require(row[key] as? [Any])
        for change in changes where change(values).count != values.count {
          var spoiled = rows
          spoiled[number][key] = change(values)
          try JSONSerialization.data(withJSONObject: spoiled).write(to: copy.file(file))
          let counts = key == keys.0 ? (change(values).count, values.count) : (values.count, change(values).count)
          #expect(
            throws: ParityError.reference(
              path: copy.file(file).path,
              problem: "case \(number) has \(counts.0) values on one side and \(counts.1) on the other")
          ) { try MetricParity.run(folder: copy.folder) }
        }
      }
    }
  }

  @Test("a tokenizer's cases")
  func tokenizer() throws {
    // one case of each kind, with the first of its ids
    func trim(_ value: inout Any) {
      guard var groups = value as? [String: Any] else { return }
      for (key, rows) in groups {
        guard var row = (rows as? [[String: Any]])?.last else { continue }
        for (key, part) in row { if let ids = part as? [Any] { row[key] = Array(ids.prefix(2)) } }
        groups[key] = [row]
      }
      value = groups
    }
    try check("tokenizers/bert-wordpiece", "cases.json", trimmed: trim) { !$0.hasPrefix("special_ids") }
  }

  @Test("a trace's set-up", arguments: ["adalora", "aflora", "loradrop", "sparseadapter"])
  func setUp(method: String) throws {
    // of long lists and of what there is for many tensors, one
    func trim(_ value: inout Any) {
      guard var meta = value as? [String: Any] else { return }
      for (key, part) in meta {
        if let names = part as? [String] { meta[key] = Array(names.prefix(1)) }
        if let parts = part as? [String: Any], !["options", "train", "summary"].contains(key) {
          meta[key] = parts.filter { $0.key == parts.keys.min() }
        }
      }
      value = meta
    }
    guard method == "loradrop" else { return try check("peft/deberta/\(method)", "meta.json", trimmed: trim) }
    // layers are chosen by numbers, which must then be computed
    try check("peft/deberta/loradrop", "meta.json", on: CPUBackend(threads: 1), trimmed: trim) {
      $0.hasPrefix("options") || $0.hasPrefix("summary")
    }
  }

  @Test("a trace's steps", arguments: ["adalora", "aflora", "prilora", "sora"])
  func steps(method: String) throws {
    func isMeant(_ path: String) -> Bool { path.isEmpty || path.hasPrefix("3") && path.split(separator: ".").count < 4 }
    try check("peft/deberta/\(method)", "trace.json", most: 16, where: isMeant)
  }

  @Test("a batch whose extents say more than its elements")
  func batches() throws {
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent("lowrank-extreme-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    let file = folder.appendingPathComponent("x.safetensors")
    for shape in ["[9223372036854775807, 0]", "[0, 9223372036854775807]", "[0, 0]"] {
      let part = #"{"dtype": "I64", "shape": \#(shape), "data_offsets": [0, 0]}"#
      let header = #"{"input_ids": \#(part), "attention_mask": \#(part)}"#
      var bytes = Data()
      withUnsafeBytes(of: UInt64(header.utf8.count).littleEndian) { bytes.append(contentsOf: $0) }
      try (bytes + Data(header.utf8)).write(to: file)
      #expect(
        throws: ParityError.reference(
          path: file.path, problem: "'input_ids' has the shape \(shape), expected extents of 1 to 1048576")
      ) { try ReferenceBatch(try SafetensorsFile(url: file)) }
    }
  }
}
