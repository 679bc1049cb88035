import Foundation
import Metrics
import Testing

@testable import Datasets

@Suite struct CustomTaskTests {
  private let sound = CustomTask(
    id: "topics", format: "jsonl", train: "data/train.jsonl",
    validation: [.init(name: "validation", file: "data/dev.jsonl")],
    columns: .init(first: .name("text"), label: .name("topic")), labels: ["sport", "7", "true"])

  @Test func jsonLines() throws {
    let folder = try TaskFolder()
    let rows = #"{"text": "A goal\n", "topic": "sport", "more": [1, {"a": null}]}"# + "\n"
    try folder.write(
      rows + "{\"topic\": 7, \"text\": \"Seven \\u00e9\"}\r\n{\"topic\": true, \"text\": \"\"}", to: "data/train.jsonl")
    try folder.write(rows, to: "data/dev.jsonl")
    let task = try TaskDefinition(sound)
    #expect(task.metrics == [.accuracy])
    let data = try TaskLoader.load(task, from: folder.url)
    #expect(
      data.train.examples == [
        Example(first: "A goal\n", second: nil, label: .class(0)),
        Example(first: "Seven é", second: nil, label: .class(1)), Example(first: "", second: nil, label: .class(2)),
      ])
  }

  @Test(arguments: [
    ("[1]", "not a JSON object. A JSONL file holds one {...} per line."),
    ("", "not a JSON object. A JSONL file holds one {...} per line."),
    (#"{"text": "a""#, "not a JSON object. A JSONL file holds one {...} per line."),
    (
      String(repeating: "[", count: 100_000), "not a JSON object. A JSONL file holds one {...} per line."
    ),
    (
      #"{"text": "a", "topic": "# + String(repeating: "[", count: 100_000),
      "not a JSON object. A JSONL file holds one {...} per line."
    ),
    (#"{"text": "a", "topic": 1e999}"#, "the field 'topic' is not a text or a number."),
    (#"{"text": "a", "label": "sport"}"#, "no field 'topic'. The line has: 'label', 'text'."),
    (#"{"text": 3, "topic": "sport"}"#, "the field 'text' is not a text."),
    (#"{"text": "a", "topic": null}"#, "the field 'topic' is not a text or a number."),
    (#"{"text": "a", "topic": 8}"#, "unknown label '8'. The task's labels are: 'sport', '7', 'true'."),
  ]) func jsonErrors(line: String, message: String) throws {
    let folder = try TaskFolder()
    let good = #"{"text": "a", "topic": "sport"}"#
    try folder.write("\(good)\n\(line)\n\(good)\n", to: "data/train.jsonl")
    #expect(folder.complaint(try TaskDefinition(sound)) == "HERE/data/train.jsonl:2: \(message)")
  }

  @Test func aRegressionTableByColumnNumbers() throws {
    let folder = try TaskFolder()
    try folder.write("0.5\tone\ttwo\n-1e3\tthree\tfour\n", to: "train.tsv")
    try folder.write("?\tone\ttwo\n2\tthree\tfour\n", to: "test.tsv")
    let task = try TaskDefinition(
      CustomTask(
        id: "similar", title: "Similar?", hasHeader: false, train: "train.tsv",
        validation: [.init(name: "validation", file: "test.tsv")],
        columns: .init(first: .index(1), second: .index(2), label: .index(0)), labels: nil, ignoredLabels: ["?"]))
    #expect(task.metrics == [.pearsonSpearmanMean, .pearson, .spearman])
    #expect(task.title == "Similar?" && task.outputCount == 1)
    let data = try TaskLoader.load(task, from: folder.url)
    #expect(data.train.examples.map(\.label) == [.score(0.5), .score(-1000)])
    #expect(data.validation[0].unlabelledRows == 1)
  }

  @Test func everyProblemIsReportedAtOnce() {
    let wrong = CustomTask(
      id: "My Task", format: "csv", hasHeader: false, train: "../train.tsv",
      validation: [.init(name: "dev", file: "/etc/passwd"), .init(name: "dev", file: "dev.tsv")],
      columns: .init(first: .index(-1), second: .name("b"), label: .name("b")), labels: ["a", "a"],
      metrics: ["pearson", "acuracy"])
    #expect(throws: DatasetError.self) { try TaskDefinition(wrong) }
    do {
      _ = try TaskDefinition(wrong)
    } catch {
      #expect(
        error.description == "task 'My Task': the format 'csv' is not one of tsv, jsonl; "
          + "the metric 'acuracy' is not one of accuracy, f1, matthews, pearson, spearman, pearson-spearman-mean, "
          + "accuracy-f1-mean; an id is made of the letters a-z, digits, '-' and '_'; "
          + "the file '../train.tsv' is not a path within the task's folder; "
          + "the file '/etc/passwd' is not a path within the task's folder; "
          + "two validation sets are named 'dev'; column 'b' is used twice; column -1: columns count from 0; "
          + "column 'b' needs a header; give its number; column 'b' needs a header; give its number; "
          + "the label 'a' is listed twice; the metric 'pearson' is for regression.")
    }
  }

  @Test func lesserContradictions() {
    func problems(_ change: (inout CustomTask) -> Void) -> [String] {
      var task = sound
      change(&task)
      do {
        _ = try TaskDefinition(task)
        return []
      } catch {
        if case .invalidTask(_, let problems) = error { return problems }
        return [error.description]
      }
    }
    #expect(problems { _ in } == [])
    #expect(problems { $0.labels = ["one"] } == ["a classification task has two labels or more"])
    #expect(problems { $0.metrics = ["f1"] } == ["the metric 'f1' is for two classes"])
    #expect(problems { $0.metrics = ["accuracy", "accuracy"] } == ["the metric 'accuracy' is listed twice"])
    #expect(problems { $0.validation = [] } == ["there is no validation file"])
    #expect(
      problems { $0.validation = [.init(name: "train", file: "x")] } == ["'train' cannot name a validation set"])
    #expect(
      problems { $0.columns = .init(first: .index(0), label: .name("topic")) } == [
        "column 0: fields of a JSON object have names, not numbers"
      ])
    for path in ["", "/x", "~/x", "a/../b", "..", "a//b", "a\u{0}"] {
      #expect(problems { $0.train = path }.count == 1)
    }
  }
}
