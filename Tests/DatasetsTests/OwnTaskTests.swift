import Foundation
import Settings
import Testing

@testable import Datasets

@Suite struct OwnTaskTests {
  private let sound = TaskDefinition(
    id: "topics", title: "topics", format: .jsonl, train: "data/train.jsonl",
    validation: [.init(name: "validation", file: "data/dev.jsonl")],
    columns: .init(first: .name("text"), label: .name("topic")), target: .classes(["sport", "7", "true"]), metrics: [.accuracy])

  @Test func jsonLines() throws {
    let folder = try TaskFolder()
    let rows = #"{"text": "A goal\n", "topic": "sport", "more": [1, {"a": null}]}"# + "\n"
    try folder.write(
      rows + "{\"topic\": 7, \"text\": \"Seven \\u00e9\"}\r\n{\"topic\": true, \"text\": \"\"}", to: "data/train.jsonl")
    try folder.write(rows, to: "data/dev.jsonl")
    let data = try TaskLoader.load(sound, from: folder.url)
    #expect(
      data.train.examples == [
        Example(first: "A goal\n", second: nil, label: .class(0)),
        Example(first: "Seven é", second: nil, label: .class(1)), Example(first: "", second: nil, label: .class(2)),
      ])
  }

  @Test(arguments: [
    ("[1]", "not a JSON object. A JSONL file holds one {...} per line."),
    (
      #"{"text": "a", "topic": NaN}"#,
      "not a JSON object: it has NaN, which is no number of JSON. A JSONL file holds one {...} per line."
    ),
    (
      #"{"text": "a\uD83d", "topic": 7}"#,
      #"not a JSON object: it has \uD83d, one half of a character. A JSONL file holds one {...} per line."#
    ),
    (#"{"text": "a""#, "not a JSON object. A JSONL file holds one {...} per line."),
    (
      String(repeating: "[", count: 100_000), "not a JSON object. A JSONL file holds one {...} per line."
    ),
    (
      #"{"text": "a", "topic": "# + String(repeating: "[", count: 100_000),
      "not a JSON object. A JSONL file holds one {...} per line."
    ),
    (#"{"text": "a", "topic": 1e999}"#, "the field 'topic' is not a text or a number."),
    (#"{"text": "a", "label": "sport"}"#, "no field 'topic' among the 2 fields of the line."),
    (#"{"text": "a", "topics": 7}"#, "no field 'topic' among the 2 fields of the line. Did you mean 'topics'?"),
    (#"{"text": 3, "topic": "sport"}"#, "the field 'text' is not a text."),
    (#"{"text": "a", "topic": null}"#, "the field 'topic' is not a text or a number."),
    (#"{"text": "a", "topic": 8}"#, "unknown label '8'. The task's labels are: 'sport', '7', 'true'."),
  ]) func jsonErrors(line: String, message: String) throws {
    let folder = try TaskFolder()
    let good = #"{"text": "a", "topic": "sport"}"#
    try folder.write("\(good)\n\(line)\n\(good)\n", to: "data/train.jsonl")
    #expect(folder.complaint(sound) == "HERE/data/train.jsonl:2: \(message)")
  }

  @Test("blank lines are no rows, and an escaped pair is one character")
  func blankLines() throws {
    let folder = try TaskFolder()
    let row = #"{"text": "\ud83d\ude00", "topic": "sport"}"#
    try folder.write("\(row)\n\n  \t\r\n\(row)\n", to: "data/train.jsonl")
    try folder.write(row, to: "data/dev.jsonl")
    #expect(try TaskLoader.load(sound, from: folder.url).train.examples.map(\.first) == ["😀", "😀"])
  }

  @Test(
    "another kind of file in a table's place is named, and a file of the machine is not shown",
    arguments: [
      (Array("version https://git-lfs.github.com/spec/v1\n".utf8), "is a Git LFS pointer, not the file itself. Run `git lfs pull`"),
      ([0x1F, 0x8B, 0x08, 0, 1], "is compressed with gzip. Unpack it with gunzip first."),
      ([0xFF, 0xFE, 0x61, 0], "is UTF-16. Save it as UTF-8"),
      (Array("<!DOCTYPE html>".utf8), "is an HTML page, not the file itself."),
    ])
  func otherKinds(bytes: [UInt8], message: String) throws {
    let folder = try TaskFolder()
    try folder.write("", to: "data/train.jsonl")
    try Data(bytes).write(to: folder.url.appending(path: "data/train.jsonl"))
    let complaint = try #require(folder.complaint(sound))
    #expect(complaint.hasPrefix("HERE/data/train.jsonl: \(message)"), "\(complaint)")
  }

  @Test func aRegressionTableByColumnNumbers() throws {
    let folder = try TaskFolder()
    try folder.write("0.5\tone\ttwo\n-1e3\tthree\tfour\n", to: "train.tsv")
    try folder.write("?\tone\ttwo\n2\tthree\tfour\n", to: "test.tsv")
    let task = TaskDefinition(
      id: "similar", title: "Similar?", hasHeader: false, train: "train.tsv",
      validation: [.init(name: "validation", file: "test.tsv")],
      columns: .init(first: .index(1), second: .index(2), label: .index(0)), target: .regression, ignoredLabels: ["?"],
      metrics: [.pearson])
    #expect(task.outputCount == 1)
    let data = try TaskLoader.load(task, from: folder.url)
    #expect(data.train.examples.map(\.label) == [.score(0.5), .score(-1000)])
    #expect(data.validation[0].unlabelledRows == 1)
  }

  @Test func aDefinitionWithAProblemIsNotLoaded() throws {
    let folder = try TaskFolder()
    var wrong = sound
    wrong.metrics = [.f1]
    #expect(folder.complaint(wrong) == "task 'topics': the metric 'f1' is for two classes.")
  }
}
