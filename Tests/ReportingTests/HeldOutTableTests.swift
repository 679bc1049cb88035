// What a table says where runs were reported on rows that chose nothing.
import Records
import Testing

@testable import Reporting

@Suite("Tables of held-out rows")
struct HeldOutTableTests {
  /// Both rows on both tasks and seeds: the first epoch is the best by validation and the worse one on test rows.
  private func experiment(heldOut tasks: Set<String>) throws -> MadeUpExperiment {
    let experiment = try MadeUpExperiment()
    for run in try experiment.runs() {
      let isHeldOut = tasks.contains(run.task.id)
      experiment.findings.records[RunKey(row: run.row, task: run.task.id, seed: run.seed)] = try experiment.record(
        run, isHeldOut ? [[0.8, 0.6], [0.7, 0.9]] : [[0.8], [0.7]], splits: isHeldOut ? ["validation", "test"] : ["validation"],
        heldOut: isHeldOut ? ["test"] : [])
    }
    return experiment
  }

  @Test("cells are of the test rows, at the epoch that the validation rows chose")
  func cells() throws {
    let experiment = try experiment(heldOut: ["rte", "mrpc"])
    #expect(try experiment.table().rows[0].cells.map(\.score) == [0.6, 0.6])
    let last = try experiment.table(.pocket, EvaluationProtocol(epoch: .last, aggregate: .mean))
    #expect(last.rows[0].cells.map(\.score) == [0.9, 0.9])
    let text = MarkdownTable.render(try experiment.table())
    #expect(text.contains(" of the best epoch on the test set, in percent. Other rows, the validation set, chose that epoch.\n"))
    #expect(!text.contains("no held-out test"))
    #expect(MarkdownTable.render(last).contains(" of the last epoch on the test set, in percent.\n"))
  }

  @Test("a task without such rows is named")
  func mixed() throws {
    let experiment = try experiment(heldOut: ["rte"])
    #expect(try experiment.table().rows[0].cells.map(\.score) == [0.6, 0.8])
    #expect(
      MarkdownTable.render(try experiment.table()).contains(
        "chose that epoch. Without test rows, and so reported on the rows that chose: mrpc.\n"))
  }
}
