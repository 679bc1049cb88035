// What is doubtful about a task's splits.
import Foundation
import Settings
import Testing

@testable import Datasets

@Suite("Splits")
struct SplitNotesTests {
  private func notes(
    _ train: [(String, String?, Label)], _ validation: [(String, String?, Label)], regression: Bool = false, sameFile: Bool = false
  ) -> [String] {
    let task = TaskDefinition(
      id: "t", title: "t", format: .tsv, train: "train.tsv", validation: [.init(name: "dev", file: "dev.tsv")],
      columns: .init(first: .name("text"), label: .name("label")), target: regression ? .regression : .classes(["no", "yes"]),
      metrics: [regression ? .pearson : .accuracy])
    func set(_ name: String, _ rows: [(String, String?, Label)]) -> ExampleSet {
      ExampleSet(
        name: name, file: URL(filePath: sameFile ? "/one.tsv" : "/\(name).tsv"),
        examples: rows.map { Example(first: $0.0, second: $0.1, label: $0.2) })
    }
    return TaskData(task: task, train: set("train", train), validation: [set("dev", validation)]).splitNotes
  }

  private let both: [(String, String?, Label)] = [("a", nil, .class(0)), ("b", nil, .class(1))]

  @Test("sound splits are not spoken of")
  func sound() {
    #expect(notes(both, [("c", nil, .class(0)), ("d", nil, .class(1)), ("a", "b", .class(1))]) == [])
    #expect(
      notes([("a", nil, .score(1)), ("b", nil, .score(2))], [("c", nil, .score(1)), ("d", nil, .score(3))], regression: true) == [])
  }

  @Test("rows of both, whatever their label, and one file for both")
  func overlap() {
    #expect(
      notes(both, [("a", nil, .class(1)), ("c", nil, .class(0)), ("b", nil, .class(1))])
        == ["t: 2 of the 3 rows of 'dev' have the texts of a training row."])
    #expect(
      notes(both, both, sameFile: true)
        == ["t: 'dev' is the training file itself: its scores are of rows that were trained on."])
  }

  @Test("a label that a split lacks, and numbers that are all the same")
  func lacking() {
    #expect(
      notes([("a", nil, .class(0))], [("c", nil, .class(1))])
        == ["t: 'train' has no row with the label 'yes'.", "t: 'dev' has no row with the label 'no'."])
    #expect(
      notes([("a", nil, .score(1)), ("b", nil, .score(2))], [("c", nil, .score(1)), ("d", nil, .score(1))], regression: true)
        == ["t: all labels of 'dev' are the same."])
  }

  @Test("prompts of both, and texts that are all the same")
  func texts() {
    let task = TaskDefinition(
      id: "t", title: "t", format: .csv, train: "train.csv", validation: [.init(name: "test", file: "test.csv")], columns: nil,
      target: .text(.init(prompt: .init("{a}"), references: ["b"])), metrics: [.bleu])
    func set(_ name: String, _ rows: [(String, [String])]) -> ExampleSet {
      ExampleSet(
        name: name, file: URL(filePath: "/\(name).csv"),
        examples: rows.map { Example(first: $0.0, second: nil, label: .texts($0.1)) })
    }
    let train = set("train", [("a", ["x"]), ("b", ["y"])])
    #expect(TaskData(task: task, train: train, validation: [set("test", [("c", ["x"]), ("d", ["y", "z"])])]).splitNotes == [])
    #expect(
      TaskData(task: task, train: train, validation: [set("test", [("b", ["x"]), ("d", ["x"])])]).splitNotes
        == ["t: 1 of the 2 rows of 'test' have the texts of a training row.", "t: all texts of 'test' are the same."])
  }
}
