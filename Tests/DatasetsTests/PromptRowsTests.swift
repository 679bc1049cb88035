// Prompts and the texts that may follow them.
import Foundation
import Settings
import Testing

@testable import Datasets

@Suite("Prompts and answers")
struct PromptRowsTests {
  private func task(
    _ format: TaskDefinition.Format = .csv, prompt: String = "{q}\nA:", references: [String] = ["a"], target: [String]? = nil,
    rewrites: [String: TaskDefinition.Rewriting] = [:], hasHeader: Bool = true
  ) -> TaskDefinition {
    TaskDefinition(
      id: "t", title: "t", format: format, hasHeader: hasHeader, train: "train", validation: [.init(name: "test", file: "test")],
      columns: nil,
      target: .text(.init(prompt: .init(prompt), references: references, targets: target, rewrites: rewrites)), metrics: [.bleu])
  }

  private func row(_ prompt: String, _ texts: String...) -> Example { Example(first: prompt, second: nil, label: .texts(texts)) }

  @Test("training rows stay as they are, validation rows of one prompt are one")
  func grouping() throws {
    let folder = try TaskFolder()
    let rows = "a,q\r\n\"x,\r\ny\",one\r\n two ,zwei\r\nx,one\r\nx,one\r\n"
    for name in ["train", "test"] { try folder.write(rows, to: name) }
    let data = try TaskLoader.load(task(), from: folder.url)
    #expect(
      data.train.examples == [
        row("one\nA:", "x,\r\ny"), row("zwei\nA:", " two "), row("one\nA:", "x"), row("one\nA:", "x"),
      ])
    #expect(data.train.left == (0, 0, 0))
    #expect(data.validation.map(\.name) == ["test"])
    #expect(data.validation[0].examples == [row("one\nA:", "x,\r\ny", "x", "x"), row("zwei\nA:", " two ")])
    #expect(data.validation[0].left == (0, 0, 2))
    #expect(data.limited(train: 1, validation: 1).validation[0].left == (0, 0, 2))
  }

  @Test("prompts that only look the same are two")
  func looks() throws {
    let folder = try TaskFolder()
    for name in ["train", "test"] { try folder.write("q,a\ncaf\u{E9},x\ncafe\u{301},y\n", to: name) }
    #expect(try TaskLoader.load(task(), from: folder.url).validation[0].examples.count == 2)
  }

  @Test("several references, and another column to be written in training")
  func columns() throws {
    let folder = try TaskFolder()
    let task = task(.jsonl, prompt: "{{{q}}} {more}", references: ["s1", "s2"], target: ["s"])
    try folder.write(#"{"q": "\u00e9", "more": "", "s": "to write", "n": 3}"#, to: "train")
    try folder.write(#"{"s2": "2", "s1": "1", "q": "é", "more": " "}"#, to: "test")
    let data = try TaskLoader.load(task, from: folder.url)
    #expect(data.train.examples == [row("{é} ", "to write")])
    #expect(data.validation[0].examples == [row("{é}  ", "1", "2")])
    // without a column of their own training rows are of every reference
    try folder.write(#"{"s2": "2", "s1": "1", "q": "é", "more": "x"}"#, to: "train")
    let both = self.task(.jsonl, prompt: "{q}", references: ["s1", "s2"])
    #expect(try TaskLoader.load(both, from: folder.url).train.examples == [row("é", "1"), row("é", "2")])
  }

  @Test("tables without a header have numbers in braces")
  func numbers() throws {
    let folder = try TaskFolder()
    for name in ["train", "test"] { try folder.write("x\ty\tz\n", to: name) }
    let task = task(.tsv, prompt: "{2} {0}", references: ["1"], hasHeader: false)
    #expect(try TaskLoader.load(task, from: folder.url).train.examples == [row("z x", "y")])
  }

  @Test(
    "what a row lacks has its line",
    arguments: [
      ("q,a\nx,y\n,y\n", "3: there is no text in 'q'. Each row has something to read and something to write."),
      ("q,a\nx,\" \r\n\"\n", "2: there is no text in 'a'. Each row has something to read and something to write."),
      ("q,b\nx,y\n", "1: no column 'a'. The first line has 2 columns, none of them called so. Did you mean 'q'?"),
      ("query,a\nx,y\n", "1: no column 'q'. The first line has 2 columns, none of them called so. Did you mean 'a'?"),
      ("q,a,q\nx,y,z\n", "1: more than one column 'q'. Name it by its number, from 0."),
    ])
  func lacks(text: String, message: String) throws {
    let folder = try TaskFolder()
    try folder.write(text, to: "train")
    #expect(folder.complaint(task()) == "HERE/train:\(message)")
  }

  @Test("a template's column that is not there is compared with those that are")
  func suggestions() throws {
    let folder = try TaskFolder()
    try folder.write("question,answer\nx,y\n", to: "train")
    #expect(
      folder.complaint(task(prompt: "{qestion}", references: ["answer"]))
        == "HERE/train:1: no column 'qestion'. The first line has 2 columns, none of them called so. Did you mean 'question'?")
    try folder.write(#"{"question": "x", "answer": "y"}"#, to: "train")
    #expect(
      folder.complaint(task(.jsonl, prompt: "{question}", references: ["answr"]))
        == "HERE/train:1: no field 'answr' among the 2 fields of the line. Did you mean 'answer'?")
    try folder.write(#"{"question": 3, "answer": "y"}"#, to: "train")
    #expect(
      folder.complaint(task(.jsonl, prompt: "{question}", references: ["answer"]))
        == "HERE/train:1: the field 'question' is not a text.")
  }

  @Test("a text that cannot be rewritten has its line, and no rows are none")
  func rewriting() throws {
    let folder = try TaskFolder()
    try folder.write("q,a\nname[x],y\nname[x,y\n", to: "train")
    #expect(
      folder.complaint(task(rewrites: ["q": .slots]))
        == "HERE/train:3: the column 'q' is not a list of name[value], each after a comma and a space.")
    try folder.write("q,a\nx,y <<1\n", to: "train")
    #expect(
      folder.complaint(task(rewrites: ["a": .withoutCalculations]))
        == "HERE/train:2: the column 'a' is not a text whose every '<<' has its '>>'.")
    try folder.write("q,a\n\n", to: "train")
    #expect(folder.complaint(task()) == "HERE/train: no labelled row.")
  }
}

extension ExampleSet {
  /// Rows without a text, of another width, and joined to others.
  fileprivate var left: (Int, Int, Int) { (unlabelledRows, irregularRows, joinedRows) }
}
