// Texts into tokens: what a prompt loses where there is no room for it, and what keeps texts from being learned.
import Datasets
import Foundation
import Settings
import Testing
import Tokenizers

@testable import Objectives

@Suite("Sets of completions")
struct CompletionSetsTests {
  /// A token for each word, which is its number; 1 stands before a text.
  private struct Numbers: Tokenizer {
    var end: Int32? = 2
    let vocabularySize = 100
    let template = InputTemplate.bert(classification: 1, separator: 2)
    var specialTokens: SpecialTokens { SpecialTokens(beginning: 1, end: end) }

    func encode(_ text: String) -> [Int32] { text.split(separator: " ").compactMap { Int32($0) } }
    func decode(_ ids: [Int32]) -> String { ids.map { "\($0)" }.joined(separator: " ") }
  }

  private func sets(
    _ training: [(String, [String])], _ validation: [(String, [String])] = [("20 21", ["22"])], with tokenizer: Numbers = Numbers(),
    length: Int = 8, new: Int = 3
  ) throws(CompletionError) -> CompletionSets {
    let task = TaskDefinition(
      id: "t", title: "t", format: .csv, train: "train.csv", validation: [.init(name: "dev", file: "dev.csv")], columns: nil,
      target: .text(.init(prompt: .init("{a}"), references: ["b"])), metrics: [.bleu])
    func set(_ name: String, _ rows: [(String, [String])]) -> ExampleSet {
      ExampleSet(
        name: name, file: URL(filePath: "/\(name).csv"),
        examples: rows.map { Example(first: $0.0, second: nil, label: .texts($0.1)) }, lines: rows.indices.map { $0 + 2 })
    }
    let data = TaskData(task: task, train: set("train", training), validation: [set("dev", validation)])
    return try CompletionSets(data, with: tokenizer, maximumLength: length, maximumNewTokens: new)
  }

  @Test("a prompt loses its oldest tokens beside its target, or beside what is to be written, and each is told once")
  func shortened() throws {
    let long = ("10 11 12 13 14", ["30 31", "32 33 34"])
    let found = try sets(
      [long, ("15", ["35"])],
      [("10 11 12 13 14", ["30", "31 32"]), ("16 17", ["36"]), ("18 19 20 21 22 23", ["37"])])
    #expect(
      found.training == [
        Completed(tokens: [1, 11, 12, 13, 14, 30, 31, 2], promptLength: 5),
        Completed(tokens: [1, 12, 13, 14, 32, 33, 34, 2], promptLength: 4), Completed(tokens: [1, 15, 35, 2], promptLength: 2),
      ])
    #expect(found.validation[0].prompts.map(\.tokens) == [[1, 11, 12, 13, 14], [1, 16, 17], [1, 20, 21, 22, 23]])
    #expect(
      found.notes == [
        "t: 1 of the 2 prompts of 'train' lose their oldest tokens to max_length 8.",
        "t: 2 of the 3 prompts of 'dev' lose their oldest tokens to max_length 8 less max_new_tokens 3.",
      ])
    #expect(Completion(found, metrics: [], generation: GenerationSettings()).notes == found.notes)
    let whole = try sets([long], length: 10)
    #expect(whole.notes.isEmpty && whole.training.map(\.tokens.count) == [9, 10])
    #expect(try sets([("10 11 12 13", ["30 31"])], [("10 11 12 13", ["30"])]).notes.isEmpty, "eight tokens have room")
  }

  private func message(_ body: () throws(CompletionError) -> CompletionSets) -> String {
    do {
      _ = try body()
      return "no error"
    } catch { return "\(error)" }
  }

  @Test("a tokenizer without an end token ends no text")
  func noEndToken() {
    #expect(
      message { () throws(CompletionError) in try sets([("10", ["30"])], with: Numbers(end: nil)) }
        == "the task t asks for texts, and the model's tokenizer has no token that ends one. Name it as eos_token in "
        + "tokenizer_config.json.")
  }

  @Test("targets that do not fit are named by their line, and so are settings that leave no room")
  func room() {
    #expect(
      message { () throws(CompletionError) in try sets([("10", ["30"]), ("10", ["30 31 32 33 34 35"])]) }
        == "/train.csv:3: the target is 7 tokens long, its end token counted, and max_length, the most of prompt and target together, "
        + "is 8. Raise max_length, or take the row out.")
    #expect(
      message { () throws(CompletionError) in try sets([("10", ["30"])], new: 7) }
        == "the task t: max_length 8 leaves no room for a prompt beside max_new_tokens 7. Raise the one or lower the other.")
  }
}
