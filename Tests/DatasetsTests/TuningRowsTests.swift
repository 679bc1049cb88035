// Training rows that are held out to choose settings on.
import Foundation
import Settings
import Testing

@testable import Datasets

@Suite("Tuning rows")
struct TuningRowsTests {
  private func data(_ examples: [Example], _ target: TaskDefinition.Target = .classes(["no", "yes"])) -> TaskData {
    let isText = if case .text = target { true } else { false }
    let task = TaskDefinition(
      id: "t", title: "t", columns: isText ? nil : .init(first: .name("text"), label: .name("label")), target: target,
      metrics: [isText ? .bleu : .accuracy])
    func set(_ name: String, _ examples: [Example]) -> ExampleSet {
      ExampleSet(name: name, file: URL(filePath: "/\(name).tsv"), examples: examples, lines: examples.indices.map { $0 + 2 })
    }
    return TaskData(
      task: task, train: set("train", examples),
      validation: [set("validation", [Example(first: "of the file", second: nil, label: .class(0))])])
  }

  /// Rows of two classes, a third of them of the second.
  private var rows: [Example] { (0..<30).map { Example(first: "\($0)", second: nil, label: .class($0 % 3 == 0 ? 1 : 0)) } }

  /// Golden values, computed by an independent program.
  @Test("classes keep their shares, and rows the order of the file")
  func strata() throws {
    let split = try data(rows).holdingOut(7)
    #expect(split.validation.map(\.name) == ["tuning"])
    #expect(split.validation[0].examples.map(\.first) == [3, 4, 13, 17, 19, 20, 27].map(String.init))
    #expect(split.validation[0].examples.count { $0.label == .class(1) } == 2)
    #expect(split.validation[0].lines == [5, 6, 15, 19, 21, 22, 29])
    #expect(split.train.name == "train" && split.train.examples.count == 23)
    #expect(split.train.examples == rows.filter { !split.validation[0].examples.contains($0) })
  }

  @Test("without a number the files' own rows are validated on; of numbers all are of one kind")
  func none() throws {
    #expect(try data(rows).holdingOut(nil) == data(rows))
    let scores = (0..<10).map { Example(first: "\($0)", second: nil, label: .score(Double($0))) }
    #expect(try data(scores, .regression).holdingOut(4).validation[0].examples.map(\.first) == ["0", "1", "4", "6"])
  }

  @Test("rows of the same texts stay together")
  func groups() throws {
    // ten texts, each twice
    let rows = (0..<20).map { Example(first: "\($0 % 10)", second: "b", label: .class($0 % 2)) }
    for count in 1..<10 {
      let split = try data(rows).holdingOut(count)
      let (held, left) = (Set(split.validation[0].examples.map(\.first)), Set(split.train.examples.map(\.first)))
      #expect(held.count == count && left.count == 10 - count && held.isDisjoint(with: left))
      #expect(split.validation[0].examples.count == 2 * count)
    }
  }

  @Test("a prompt with several texts is one row with several references")
  func prompts() throws {
    let completion = TaskDefinition.Completion(prompt: .init("{mr}"), references: ["ref"])
    let rows = (0..<12).map { Example(first: "p\($0 % 4)", second: nil, label: .texts(["t\($0 % 6)"])) }
    let split = try data(rows, .text(completion)).holdingOut(1)
    let row = try #require(split.validation[0].examples.first)
    #expect(split.validation[0].examples.count == 1 && split.train.examples.count == 9)
    let number = try #require(Int(row.first.dropFirst()))
    // rows 0, 4 and 8 have the texts 0, 4 and 2; the same text is a reference once
    #expect(row.label == .texts(["t\(number)", "t\((number + 4) % 6)", "t\((number + 8) % 6)"]))
    #expect(split.validation[0].lines == [number + 2] && split.validation[0].joinedRows == 2)
  }

  @Test("each class keeps a text to train on where it can")
  func rare() throws {
    // four of the first class and one of the second: nine tenths of both would leave none of the second
    let rows = (0..<5).map { Example(first: "\($0)", second: nil, label: .class($0 == 4 ? 1 : 0)) }
    #expect(try data(rows).holdingOut(3).train.examples.contains { $0.label == .class(1) })
    #expect(try data(rows).holdingOut(4).train.examples.count == 1)
  }

  @Test("more than there is", arguments: [5, 6, Int.max])
  func tooMany(count: Int) throws {
    let rows = (0..<5).map { Example(first: "\($0)", second: nil, label: .class(0)) }
    let error = #expect(throws: DatasetError.self) { try data(rows).holdingOut(count) }
    #expect(
      error?.description
        == "/train.tsv: tuning_rows is \(count), but the file has 5 different texts, and some must be left to train on. Lower "
        + "tuning_rows.")
  }
}
