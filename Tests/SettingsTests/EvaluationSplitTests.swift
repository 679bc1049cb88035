// Which of a task's sets choose and which are reported.
import Foundation
import Testing

@testable import Settings

@Suite("Splits of rows that are not trained on")
struct EvaluationSplitTests {
  private func sets(_ task: TaskDefinition, _ split: EvaluationSplit) -> [String] {
    task.divided(by: split).validation.map { "\($0.name) \($0.file) \($0.rows)\($0.isHeldOut ? " held out" : "")" }
  }

  @Test("the papers' protocol has validation sets alone")
  func validation() {
    for task in TaskDefinition.builtIn {
      #expect(task.divided(by: .validation).validation == task.validation && task.divided(by: .validation).heldOut == nil)
    }
  }

  @Test("held-out rows stand behind those that choose")
  func heldOut() {
    #expect(sets(GLUETask.rte.definition, .heldOut) == ["validation dev.tsv all", "test held_out.tsv all held out"])
    #expect(
      sets(GLUETask.mnli.definition, .heldOut) == [
        "matched dev_matched.tsv all", "mismatched dev_mismatched.tsv all", "test_matched held_out_matched.tsv all held out",
        "test_mismatched held_out_mismatched.tsv all held out",
      ])
    // of texts to be written, the official validation file chooses and the official test file is reported
    #expect(sets(NLGTask.e2e.definition, .heldOut) == ["validation devset.csv all", "test testset_w_refs.csv all held out"])
    #expect(NLGTask.dialogsum.definition.divided(by: .heldOut).validation.map(\.hasTargets) == [true, false])
  }

  @Test("halves of a validation set have no row in common and leave none out")
  func halves() {
    #expect(sets(GLUETask.rte.definition, .devHalves) == ["validation dev.tsv odd", "test dev.tsv even held out"])
    #expect(sets(GLUETask.mnli.definition, .devHalves).last == "test_mismatched dev_mismatched.tsv even held out")
    for place in 0..<9 {
      #expect(TaskDefinition.RowPart.odd.contains(place) != TaskDefinition.RowPart.even.contains(place))
      #expect(TaskDefinition.RowPart.all.contains(place))
    }
  }

  @Test("a task of one's own keeps its test files in a plan, and their names in its identity")
  func ownTask() throws {
    var task = TaskDefinition(
      id: "reviews", title: "reviews", train: "train.tsv", validation: [.init(name: "validation", file: "dev.tsv")],
      columns: .init(first: .name("a"), label: .name("b")), target: .classes(["0", "1"]), metrics: [.accuracy])
    let plain = task.identity
    task.heldOut = .init(files: [.init(name: "test", file: "test.tsv")])
    #expect(plain["test_sets"] == nil && task.identity["test_sets"] == .array([.text("test")]))
    #expect(try JSONDecoder().decode(TaskDefinition.self, from: JSONEncoder().encode(task)) == task)
    // a task without test rows is reported on its validation rows
    task.heldOut = nil
    #expect(task.divided(by: .heldOut).validation == task.validation)
    task.heldOut = .init(files: [.init(name: "validation", file: "test.tsv")])
    #expect(task.problems.map(\.message) == ["two sets are named 'validation'"])
  }
}
