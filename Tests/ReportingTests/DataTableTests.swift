// Tables for other programs.
import Foundation
import Records
import Settings
import Testing

@testable import Reporting

@Suite struct DataTableTests {
  @Test(
    "what a spreadsheet would take for a formula is text, a number stays one",
    arguments: [
      ("=1+1", "'=1+1"), ("+cmd", "'+cmd"), ("-lora", "'-lora"), ("@sum(a)", "'@sum(a)"), ("\tx", "'\tx"), ("-0.5", "-0.5"),
      ("+1e3", "+1e3"), ("=a,b", "\"'=a,b\""), ("plain", "plain"), ("", ""), ("a=b", "a=b"),
    ])
  func formulas(field: String, written: String) {
    #expect(CSVText.quoted(field) == written)
  }

  @Test func commaSeparatedValues() throws {
    let experiment = try MadeUpExperiment(
      MadeUpExperiment.plain.replacing("methods: [lora, aflora]", with: #"methods: [{lora: {label: "a, \"b\""}}, aflora]"#))
    try experiment.add("lora", "rte", 0, [0.25])
    try experiment.add("lora", "rte", 1, [0.75])
    try experiment.add("lora", "mrpc", 0, [0.5])
    try experiment.add("lora", "mrpc", 1, [0.5], outcome: .diverged(step: 3))
    #expect(
      CSVTable.render(try experiment.table()) == """
        row,label,unit,trainable_parameters,rte.accuracy,rte.accuracy.deviation,rte.accuracy.runs,rte.accuracy.states,\
        mrpc.accuracy,mrpc.accuracy.deviation,mrpc.accuracy.runs,mrpc.accuracy.states,average,mean_rank
        lora,"a, ""b""\",fraction,20000.0,0.5,0.3535533905932738,2,0:completed 1:completed,0.5,,1,0:completed 1:diverged,0.5,
        aflora,AFLoRA,fraction,,,,0,0:missing 1:missing,,,0,0:missing 1:missing,,

        """)
  }

  @Test func json() throws {
    let experiment = try MadeUpExperiment()
    try experiment.addAll()
    try experiment.add("lora", "rte", 1, [0.1], outcome: .diverged(step: 3))
    let text = try JSONTable.render(try experiment.table())
    #expect(try JSONTable.render(try experiment.table()) == text)
    let value = try JSONValue(json: text)
    #expect(value["is_complete"] == .flag(false))
    #expect(value["problems"] == .array([.text("lora, rte: seed 1 diverged at step 3")]))
    #expect(value["evaluation"] == .object(["aggregate": .text("mean"), "epoch": .text("best")]))
    guard case .array(let rows)? = value["rows"], case .array(let cells)? = rows.first?["cells"] else {
      Issue.record("the document has no rows")
      return
    }
    #expect(
      cells.first
        == .object([
          "runs": .array([
            .object(["seed": .integer(0), "state": .text("completed"), "scores": .array([.number(0.8)])]),
            .object(["seed": .integer(1), "state": .text("diverged"), "detail": .text("at step 3")]),
          ]),
          "splits": .array([.object(["split": .text("validation"), "value": .number(0.8)])]),
        ]))
    #expect(value["provenance"]?["manifest"] == .text(MadeUpExperiment.digest("9")))
  }
}
