// The official files of the tasks of text to be written, as far as they are there.
import Foundation
import Settings
import TestSupport
import Testing

@testable import Datasets

@Suite("Published texts")
struct PublishedTextsTests {
  private static let data = PublishedFiles.root.appending(path: "data")

  @Test("E2E: 42,061 rows, and 4,693 of 630 inputs", .requires(.published("data/nlg/e2e")))
  func e2e() throws {
    let data = try TaskLoader.load(NLGTask.e2e.definition, from: Self.data.appending(path: "nlg"))
    #expect(data.train.examples.count == 42_061)
    #expect(Set(data.train.examples.map(\.first)).count == 4862)
    #expect(
      data.train.examples[0]
        == Example(
          first:
            "name : The Vaults | Type : pub | price : more than £30 | customer rating : 5 out of 5 | near : Café Adriatic\nText:",
          second: nil, label: .texts(["The Vaults pub near Café Adriatic has a 5 star rating.  Prices start at £30."])))
    #expect(data.train.examples.count { $0.texts[0].contains("\r\n") } == 2)
    let test = data.validation[0]
    #expect(test.examples.count == 630 && test.joinedRows == 4063)
    #expect(test.examples.reduce(0) { $0 + $1.texts.count } == 4693)
    #expect(test.examples[0].first == "name : Blue Spice | Type : coffee shop | area : city centre\nText:")
    #expect(data.splitNotes == [])
    var dev = NLGTask.e2e.definition
    dev.validation = [.init(name: "dev", file: "devset.csv")]
    let rows = try TaskLoader.load(dev, from: Self.data).validation[0]
    #expect(rows.examples.count == 547 && rows.joinedRows == 4672 - 547)
  }

  @Test("GSM8K: 7,473 and 1,319 problems, without the calculator's marks", .requires(.published("data/nlg/gsm8k")))
  func gsm8k() throws {
    let data = try TaskLoader.load(NLGTask.gsm8k.definition, from: Self.data.appending(path: "nlg"))
    #expect(data.train.examples.count == 7473 && data.validation.map(\.examples.count) == [1319])
    let first = data.train.examples[0]
    #expect(first.first.hasPrefix("Question: Natalia sold clips to 48 of her friends in April, "))
    #expect(first.first.hasSuffix("in April and May?\nAnswer:"))
    #expect(
      first.texts == ["Natalia sold 48/2 = 24 clips in May.\nNatalia sold 48+24 = 72 clips altogether in April and May.\n#### 72"])
    let texts = (data.train.examples + data.validation[0].examples).map { $0.texts[0] }
    #expect(texts.allSatisfy { !$0.contains("<<") && !$0.contains(">>") && $0.contains("\n#### ") })
  }

  /// The first rows of each file, or all.
  @Test("DialogSum: one summary to write, three to be compared with", .requires(.published("data/nlg/dialogsum")))
  func dialogSum() throws {
    var task = NLGTask.dialogsum.definition
    let data = try TaskLoader.load(task, from: Self.data)
    #expect(data.train.examples.count == 200 && data.validation.map(\.examples.count) == [100])
    #expect(
      data.train.examples.allSatisfy { $0.texts.count == 1 } && data.validation[0].examples.allSatisfy { $0.texts.count == 3 })
    #expect(data.train.examples.allSatisfy { $0.first.hasPrefix("#Person") && $0.first.hasSuffix("\nSummary:") })
    task.validation = [.init(name: "dev", file: "dialogsum.dev.jsonl")]
    #expect(
      task.problems == []
        && DatasetErrorText.of { try TaskLoader.load(task, from: Self.data) }?.contains("no field 'summary1' among the 4 fields")
          == true
    )
    task.target = .text(.init(prompt: .init("{dialogue}"), references: ["summary"]))
    #expect(try TaskLoader.load(task, from: Self.data).validation.map(\.examples.count) == [100])
  }

  @Test("DART: entries of the development set as JSON and of the test set as XML", .requires(.published("data/nlg/dart")))
  func dart() throws {
    let folder = Self.data.appending(path: "nlg/dart")
    func set(_ name: String, as role: String) throws -> ExampleSet {
      let file = folder.appending(path: name)
      return try TaskLoader.examples(of: NLGTask.dart.definition, in: TextLines(contentsOf: file), file: file, name: role)
    }
    let dev = try set("dart-v1.1.1-full-dev.json", as: "dev"), test = try set("dart-v1.1.1-full-test.xml", as: "test")
    #expect(dev.examples.count == 200 && dev.joinedRows == 413 - 200 && dev.unlabelledRows == 0)
    #expect(try set("dart-v1.1.1-full-dev.json", as: "train").examples.count == 413)
    #expect(
      dev.examples[0]
        == Example(
          first: "Mars Hill College : joined : 1973 | Mars Hill College : location : Mars Hill, North Carolina\nText:", second: nil,
          label: .texts(["A school from Mars Hill, North Carolina, joined in 1973."])))
    #expect(test.examples.count + test.joinedRows == 186)
    #expect(test.examples.reduce(0) { $0 + $1.texts.count } == 186)
    #expect(
      test.examples[0].first
        == "Hawaii Five-O : notes : Episode: The Flight of the Jewels | [TABLECONTEXT] : [title] : Jeff Daniels | "
        + "[TABLECONTEXT] : title : Hawaii Five-O\nText:")
  }

  @Test(
    "a folder with GLUE's and the texts' folders holds both", .requires(.published("data/nlg/gsm8k")),
    .requires(.published("data/glue")))
  func oneFolder() throws {
    for task in [GLUETask.rte.definition, NLGTask.gsm8k.definition] {
      #expect(throws: Never.self) { try TaskLoader.load(task, from: Self.data) }
    }
  }
}

extension Example {
  fileprivate var texts: [String] { if case .texts(let texts) = label { texts } else { [] } }
}

/// What is said of a set that cannot be loaded.
private enum DatasetErrorText {
  static func of(_ load: () throws -> TaskData) -> String? {
    do {
      _ = try load()
      return nil
    } catch { return "\(error)" }
  }
}
