// Rows that choose nothing, as they are read from files.
import Foundation
import Settings
import Testing

@testable import Datasets

@Suite("Held-out rows")
struct HeldOutRowsTests {
  private func rows(_ names: String...) -> String {
    "index\tsentence1\tsentence2\tlabel\n"
      + names.enumerated().map { "\($0.offset)\t\($0.element)\tso\tentailment\n" }.joined()
  }

  @Test("are a set of their own file, or every second row of the validation file")
  func sets() throws {
    let folder = try TaskFolder(), rte = GLUETask.rte.definition
    try folder.write(rows("a", "b"), to: "RTE/train.tsv")
    try folder.write(rows("c", "d", "e"), to: "RTE/dev.tsv")
    try folder.write(rows("f"), to: "RTE/held_out.tsv")
    func sets(_ split: EvaluationSplit) throws -> [String] {
      try TaskLoader.load(rte.divided(by: split), from: folder.url).validation.map { set in
        "\(set.name)\(set.isHeldOut ? " held out" : "") \(set.examples.map(\.first).joined())"
      }
    }
    #expect(try sets(.validation) == ["validation cde"])
    #expect(try sets(.heldOut) == ["validation cde", "test held out f"])
    #expect(try sets(.devHalves) == ["validation ce", "test held out d"])
    let limited = try TaskLoader.load(rte.divided(by: .heldOut), from: folder.url).limited(train: 1, validation: 1)
    #expect(limited.validation.map(\.isHeldOut) == [false, true] && limited.validation[0].examples.count == 1)
  }

  @Test("official data has none, and the message says what there is instead")
  func missing() throws {
    let folder = try TaskFolder(), rte = GLUETask.rte.definition
    try folder.write(rows("a", "b"), to: "RTE/train.tsv")
    try folder.write(rows("c", "d"), to: "RTE/dev.tsv")
    #expect(
      folder.complaint(rte.divided(by: .heldOut))
        == "HERE/RTE/held_out.tsv: no such file. It should hold the test rows of the task RTE. The labels of GLUE's own test rows are "
        + "not public: 'split: dev-halves' reports half of the validation rows.")
    #expect(folder.complaint(rte.divided(by: .devHalves)) == nil)
  }

  @Test("the official validation file of summaries has its text in the training file's column")
  func summaries() throws {
    let folder = try TaskFolder()
    func line(_ answers: String) -> String { "{\"dialogue\": \"hello\", \(answers)}\n" }
    try folder.write(line("\"summary\": \"a\""), to: "dialogsum/dialogsum.train.jsonl")
    try folder.write(line("\"summary\": \"b\""), to: "dialogsum/dialogsum.dev.jsonl")
    try folder.write(
      line("\"summary1\": \"c\", \"summary2\": \"d\", \"summary3\": \"e\""), to: "dialogsum/dialogsum.test.jsonl")
    let data = try TaskLoader.load(NLGTask.dialogsum.definition.divided(by: .heldOut), from: folder.url)
    #expect(data.validation.map { $0.examples.map(\.label) } == [[.texts(["b"])], [.texts(["c", "d", "e"])]])
  }
}
