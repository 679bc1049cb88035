// The program's own tasks of text to be written.
import Foundation
import Metrics
import Testing

@testable import Settings

@Suite("Published tasks of texts")
struct NLGTaskTests {
  @Test(arguments: NLGTask.allCases) func definitionsHoldTogether(task: NLGTask) throws {
    let definition = task.definition
    #expect(definition.problems == [])
    #expect(definition.id == task.rawValue && definition.isBuiltIn && !definition.isKnownByID)
    #expect(definition.validation.map(\.name) == ["test"])
    #expect(definition.columns == nil && definition.outputCount == nil)
    #expect(TaskDefinition.builtIn(task.rawValue) == definition)
  }

  @Test func idsAreOneList() {
    #expect(
      TaskDefinition.builtIn.map(\.id)
        == ["cola", "sst2", "mrpc", "qqp", "stsb", "mnli", "qnli", "rte", "e2e", "dart", "dialogsum", "gsm8k"])
    #expect(TaskDefinition.builtIn("e2") == nil)
  }

  @Test("what decides a run's numbers is written out: the prompt, the columns, what is rewritten")
  func identities() {
    func identity(_ task: NLGTask) -> String { JSONValue.object(task.definition.identity).compact }
    #expect(
      identity(.e2e)
        == #"{"format":"csv","header":true,"id":"e2e","metrics":["bleu"],"prompt":"{mr}\nText:","references":["ref"],"rewrite":{"mr":"slots"},"validation_sets":["test"]}"#
    )
    #expect(
      identity(.dart)
        == #"{"format":"dart","header":true,"id":"dart","metrics":["multi-bleu"],"prompt":"{triples}\nText:","references":["text"],"validation_sets":["test"]}"#
    )
    #expect(
      identity(.dialogsum)
        == #"{"format":"jsonl","header":true,"id":"dialogsum","metrics":["rouge-mean","rouge1","rouge2","rougeL"],"prompt":"{dialogue}\nSummary:","references":["summary1","summary2","summary3"],"target":["summary"],"validation_sets":["test"]}"#
    )
    #expect(
      identity(.gsm8k)
        == #"{"format":"jsonl","header":true,"id":"gsm8k","metrics":["gsm8k","gsm8k-flexible"],"prompt":"Question: {question}\nAnswer:","references":["answer"],"rewrite":{"answer":"without-calculations"},"validation_sets":["test"]}"#
    )
  }

  @Test("a plan holds the id, a record what it means", arguments: NLGTask.allCases)
  func coding(task: NLGTask) throws {
    let definition = task.definition
    let written = try JSONEncoder().encode([definition])
    #expect(String(decoding: written, as: UTF8.self) == "[\"\(task.rawValue)\"]")
    #expect(try JSONDecoder().decode([TaskDefinition].self, from: written) == [definition])
    var recorded = definition.identity
    #expect(try decoded(recorded) == definition)
    // a record of another prompt is another task, by whatever id
    recorded["prompt"] = .text("{other}")
    let other = try decoded(recorded)
    #expect(other != definition && other.identity == recorded && other.train.isEmpty)
    #expect(try JSONDecoder().decode(TaskDefinition.self, from: JSONEncoder().encode(other)) == other)
  }

  private func decoded(_ identity: [String: JSONValue]) throws -> TaskDefinition {
    try JSONDecoder().decode(TaskDefinition.self, from: Data(JSONValue.object(identity).compact.utf8))
  }
}
