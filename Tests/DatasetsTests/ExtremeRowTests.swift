// Rows and columns with numbers that no task has: refused by file and line or taken, and no crash.
import Foundation
import Settings
import TestSupport
import Testing

@testable import Datasets

@Suite("Extreme rows")
struct ExtremeRowTests {
  private static func task(labels: [String]?) -> TaskDefinition {
    TaskDefinition(
      id: "t", title: "t", format: .jsonl, train: "train.jsonl", validation: [.init(name: "validation", file: "dev.jsonl")],
      columns: .init(first: .name("a"), second: .name("b"), label: .name("label")),
      target: labels.map(TaskDefinition.Target.classes) ?? .regression, metrics: [labels == nil ? .pearson : .accuracy])
  }

  @Test("every value of an object's line", arguments: [nil, ["0", "1"]])
  func objects(labels: [String]?) throws {
    let task = Self.task(labels: labels)
    var (taken, refused) = (0, 0)
    for variation in JSONVariations.of(Data(#"{"a": "one", "b": "two", "label": 1, "other": 3}"#.utf8)) {
      do {
        let lines = try TextLines(bytes: [UInt8](variation.json), path: "train.jsonl")
        let set = try TaskLoader.examples(of: task, in: lines, file: URL(filePath: "train.jsonl"), name: "train")
        #expect(set.examples.count == 1, "\(variation)")
        if case .score(let score) = set.examples[0].label { #expect(score.isFinite, "\(variation)") }
        taken += 1
      } catch {
        #expect("\(error)".hasPrefix("train.jsonl"), "\(variation): \(error)")
        refused += 1
      }
    }
    #expect(taken > 10 && refused > 10)
  }

  @Test("numbers of columns", arguments: [Int.min, -1, 3, Int.max])
  func columns(index: Int) throws {
    #expect(throws: DatasetError.self) {
      let task = TaskDefinition(
        id: "t", title: "t", hasHeader: false,
        columns: .init(first: .index(0), second: .index(index), label: .index(1)), target: .classes(["0", "1"]),
        metrics: [.accuracy])
      let lines = try TextLines(bytes: Array("one\t1\ttwo\n".utf8), path: "train.tsv")
      _ = try TaskLoader.examples(of: task, in: lines, file: URL(filePath: "train.tsv"), name: "train")
    }
  }
}
