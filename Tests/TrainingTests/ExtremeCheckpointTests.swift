// Checkpoints with numbers that no run saves: refused or gone on from, and no crash.
import Adapters
import Foundation
import Storage
import Tensors
import Testing

@testable import Training

/// A tree of values with one of them replaced.
private struct TreeVariation: CustomStringConvertible {
  let description: String
  let root: HDF5Group

  private static let integers: [Int64] = [.min, -1, .max]
  private static let numbers: [Double] = [-1e308, .infinity, .nan]

  /// Every attribute and every dataset of the groups replaced by extreme values, of a group with many datasets only the first.
  static func all(of root: HDF5Group, in groups: [String]? = nil) -> [TreeVariation] {
    var found: [TreeVariation] = []
    vary(root, "") { found.append(TreeVariation(description: $0, root: $1)) }
    guard let groups else { return found }
    return found.filter { variation in groups.contains { variation.description.hasPrefix("/\($0)/") } }
  }

  /// The file's bytes; nothing here must outlive a power cut.
  func write(to url: URL) throws { try HDF5File.data(root).write(to: url) }

  private static func vary(_ group: HDF5Group, _ path: String, _ add: (String, HDF5Group) -> Void) {
    for (index, entry) in group.attributes.enumerated() where entry.name != "identity" {
      for (text, value) in attributes(entry.attribute) {
        var copy = group
        copy.attributes[index].attribute = value
        add("\(path)@\(entry.name) is \(text)", copy)
      }
    }
    for (index, entry) in group.datasets.enumerated().prefix(path == "/parameters" ? 2 : 10) {
      for (text, values) in datasets(entry.dataset.values) {
        var copy = group
        copy.datasets[index].dataset.values = values
        copy.datasets[index].dataset.shape = [values.count]
        add("\(path)/\(entry.name) is \(text)", copy)
      }
    }
    for (index, entry) in group.groups.enumerated() {
      vary(entry.group, "\(path)/\(entry.name)") { text, inner in
        var copy = group
        copy.groups[index].group = inner
        add(text, copy)
      }
    }
  }

  private static func attributes(_ value: HDF5Attribute) -> [(String, HDF5Attribute)] {
    switch value {
    case .integer: integers.map { ("\($0)", .integer($0)) } + [("a number", .double(1))]
    case .double: numbers.map { ("\($0)", .double($0)) } + [("an integer", .integer(1))]
    case .string: [("empty", .string("")), ("an integer", .integer(1))]
    case .strings: [("empty", .strings([]))]
    }
  }

  /// All elements replaced, none left, and more of them.
  private static func datasets(_ values: HDF5Dataset.Values) -> [(String, HDF5Dataset.Values)] {
    func changes<Number>(_ old: [Number], _ new: [Number]) -> [(String, [Number])] {
      (old.isEmpty ? [] : new.map { number in ("\(number)", old.map { _ in number }) } + [("empty", [])]) + [("longer", old + new)]
    }
    return switch values {
    case .int64(let old): changes(old, integers).map { ($0, .int64($1)) } + [("numbers", .float64(old.map(Double.init)))]
    case .float64(let old): changes(old, numbers).map { ($0, .float64($1)) } + [("integers", .int64(old.map { _ in 1 }))]
    case .float32(let old): changes(old, [.nan, .infinity]).map { ($0, .float32($1)) }
    default: []
    }
  }
}

@Suite("Extreme checkpoints")
struct ExtremeCheckpointTests {
  @Test(
    "of fine-tuning", arguments: ["adalora", "aflora", "loradrop", "prilora", "prilora/random", "sora", "sparseadapter"])
  func fineTuning(id: String) throws {
    try withTemporaryFolder { folder in
      let url = folder.appendingPathComponent("checkpoint.h5")
      func run(stopAfter steps: Int? = nil) throws -> FineTuning {
        var run = try TinyTask.fineTuning(id)
        run.checkpoint = Checkpoint(url: url, identity: "x", origin: testOrigin)
        run.checkpointInterval = 1e300
        var asked = 0
        run.shouldStop = {
          asked += 1
          return asked == steps
        }
        return run
      }
      #expect(throws: Interruption()) { try run(stopAfter: 12).run() }
      var (taken, refused) = (0, 0)
      // the history is of the same kind whatever the method
      for variation in TreeVariation.all(of: try HDF5File.read(url), in: id == "loradrop" ? nil : ["method", "parameters"]) {
        try variation.write(to: url)
        do {
          let run = try run()
          let history = try run.run().history
          #expect(history.operations >= 0, "\(variation)")
          _ = history.tensors(gold: run.validation)
          _ = run.method.diagnostics
          taken += 1
        } catch {
          #expect(error is CheckpointError || error is AdapterError, "\(variation): \(error)")
          refused += 1
        }
      }
      #expect(taken > 1 && refused > 1)
    }
  }
}

extension PretrainingTests {
  @Test("a checkpoint with extreme numbers")
  func extremes() throws {
    try withTemporaryFolder { folder in
      let checkpoint = PretrainingCheckpoint(
        url: folder.appendingPathComponent("checkpoint.h5"), identity: "this", origin: testOrigin)
      let first = try pretraining(steps: 3)
      try first.advance()
      try checkpoint.save(first)
      let run = try pretraining(steps: 3)
      var (taken, refused) = (0, 0)
      for variation in TreeVariation.all(of: try HDF5File.read(checkpoint.url)) {
        try variation.write(to: checkpoint.url)
        do {
          try checkpoint.restore(run)
          if run.completedSteps < 3, !variation.description.contains("/parameters") { try run.advance() }
          #expect(run.completedSteps <= 3 && !run.tally.lines.map(\.text).contains(""), "\(variation)")
          taken += 1
        } catch {
          #expect(error is CheckpointError || error is Divergence, "\(variation): \(error)")
          refused += 1
        }
      }
      #expect(taken > 4 && refused > 10)
    }
  }
}
