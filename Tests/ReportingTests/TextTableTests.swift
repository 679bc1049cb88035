// Tables for a terminal.
import Manifests
import Records
import Testing

@testable import Reporting

@Suite("Text tables")
struct TextTableTests {
  private func whole() throws -> TableModel {
    let experiment = try MadeUpExperiment()
    try experiment.addAll()
    return try experiment.table()
  }

  private func lines(_ table: TableModel, _ columns: Int = 120, isStyled: Bool = false) -> [String] {
    TextTable.render(table, TextTable.Layout(columns: columns, isStyled: isStyled))
      .split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
  }

  @Test("columns line up under their names, and the best has a mark")
  func complete() throws {
    let text = TextTable.render(try whole())
    #expect(
      text == """
        t1: two methods (pocket profile: compare rows with each other, never with a paper's figures)

                 trainable
                parameters
                  (without  rte (accuracy           mrpc
        method       head)             ↑)   (accuracy ↑)  average ↑
        ──────  ──────────  ─────────────  ─────────────  ─────────
        LoRA        20.00K  81.00 ± 1.41°  81.00 ± 1.41°     81.00°
        AFLoRA      12.35K  91.00 ± 1.41*  91.00 ± 1.41*     91.00*

        Cells: mean ± sample standard deviation over 2 seeds (0, 1) of the best epoch on the validation set, in percent. The
        same set chose that epoch: there is no held-out test.
        * the best of its column; ° the second.
        Trainable parameters are averaged over all steps of training.

        """)
  }

  @Test("no line is wider than the screen, and every block of columns has the rows' names", arguments: [30, 40, 50])
  func narrow(_ columns: Int) throws {
    let lines = lines(try whole(), columns)
    #expect(lines.allSatisfy { $0.count <= columns }, "\(lines)")
    let blocks = lines.count { $0.hasPrefix("──") }
    #expect(blocks == lines.count { $0.hasPrefix("AFLoRA ") } && blocks > 1, "\(lines)")
  }

  @Test("on a terminal the best is bold and the second underlined, and both take no more room")
  func styled() throws {
    let styled = lines(try whole(), isStyled: true)
    #expect(styled.contains { $0.contains("\u{1B}[1m91.00") } && styled.contains { $0.contains("\u{1B}[4m81.00") })
    let bare = styled.map { $0.replacing(/\u{1B}\[[0-9]*m/, with: "") }
    #expect(bare.contains("Bold: the best of its column; underlined: the second."))
    let widths = Set(bare.filter { $0.hasPrefix("LoRA ") || $0.hasPrefix("AFLoRA ") || $0.hasPrefix("──") }.map(\.count))
    #expect(widths.count == 1, "\(bare)")
  }

  @Test("letters that take two columns keep the columns in line")
  func wide() throws {
    #expect("LoRA".terminalColumns == 4 && "方法".terminalColumns == 4 && "e\u{301}😀한".terminalColumns == 5)
    let experiment = try MadeUpExperiment(MadeUpExperiment.plain.replacing("[lora,", with: "[{lora: {label: 方法}},"))
    try experiment.addAll()
    let table = lines(try experiment.table())
    let rows = table.filter { $0.hasPrefix("方法 ") || $0.hasPrefix("AFLoRA ") || $0.hasPrefix("──") }
    #expect(rows.count == 3 && Set(rows.map(\.terminalColumns)).count == 1, "\(table)")
  }

  @Test("what is missing is said below, and what would command a terminal is a space")
  func incomplete() throws {
    let experiment = try MadeUpExperiment(MadeUpExperiment.plain.replacing("two methods", with: "\"two\\e[2J methods\""))
    try experiment.add("lora", "rte", 0, [0.8])
    let text = TextTable.render(try experiment.table())
    #expect(text.hasPrefix("t1: two [2J methods (") && !text.unicodeScalars.contains("\u{1B}"), "\(text)")
    #expect(
      text.hasSuffix(
        "incomplete: lora, rte: seed 1 missing\n" + "incomplete: aflora, rte: seed 0 missing; seed 1 missing\n"
          + "incomplete: mrpc: all 4 runs missing\n"), "\(text)")
  }
}
