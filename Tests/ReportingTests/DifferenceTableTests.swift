// The table of differences as people read it, and the lines below it.
import Manifests
import Records
import Testing

@testable import Reporting

@Suite struct DifferenceTableTests {
  private static func section(_ text: String) -> String {
    guard let start = text.range(of: "**Difference to"), let end = text.range(of: "\n- profile") else { return text }
    return String(text[start.lowerBound..<end.lowerBound])
  }

  private func experiment(report: String = "baseline: lora") throws -> MadeUpExperiment {
    try MadeUpGains.experiment(["lora": MadeUpGains.none, "aflora": MadeUpGains.rising, "fft": MadeUpGains.mixed], report: report)
  }

  @Test func overTasks() throws {
    let text = Self.section(MarkdownTable.render(try experiment().table()))
    #expect(text == "OVERTASKS", "\(text)")
  }

  @Test func aBoundHasItsColumnAndLine() throws {
    let text = Self.section(MarkdownTable.render(try experiment(report: "baseline: lora, equivalence: 4.5").table()))
    #expect(text == "BOUND", "\(text)")
  }

  @Test func fewTasksShowNothing() throws {
    let experiment = try MadeUpGains.experiment(
      ["lora": [[0], [0]], "aflora": [[0.01], [0.03]]], tasks: ["rte", "mrpc"])
    let text = Self.section(MarkdownTable.render(try experiment.table()))
    #expect(text == "FEW", "\(text)")
  }

  @Test func ofOneTaskSeedsAreCompared() throws {
    let experiment = try MadeUpGains.experiment(
      ["lora": [[0, 0, 0]], "aflora": [[0.01, 0.02, 0.06]]], tasks: ["rte"])
    let text = Self.section(MarkdownTable.render(try experiment.table()))
    #expect(text == "ONETASK", "\(text)")
  }

  @Test func onePairHasNoInterval() throws {
    let experiment = try MadeUpGains.experiment(["lora": [[0]], "aflora": [[0.01]]], tasks: ["rte"])
    let text = Self.section(MarkdownTable.render(try experiment.table()))
    #expect(text == "ONEPAIR", "\(text)")
  }

  @Test func aPartOfTheTasksIsSaidToBeOne() throws {
    var gains = MadeUpGains.rising
    gains[1] = [nil, nil]
    let experiment = try MadeUpGains.experiment(["lora": MadeUpGains.none, "aflora": gains])
    #expect(MarkdownTable.render(try experiment.table()).contains("| AFLoRA | +3.80 (5 of 6 tasks) | "))
  }

  @Test("a screen of 100 columns holds the table of differences in one block")
  func onAScreen() throws {
    let table = try experiment().table()
    let lines = TextTable.render(table, TextTable.Layout(columns: 100)).split(separator: "\n").map(String.init)
    #expect(lines.allSatisfy { $0.count <= 100 })
    let start = try #require(lines.firstIndex(of: "Difference to LoRA"))
    #expect(lines[start...].count { $0.hasPrefix("──") } == 1, "\(lines[start...].joined(separator: "\n"))")
    #expect(lines[start...].contains { $0.contains("without") && $0.contains("rank") })
  }

  @Test func laTeXHasTheSameCells() throws {
    let text = LaTeXTable.render(try experiment().table())
    #expect(
      text.contains(
        "    method & difference & 95\\% interval & p & detectable & better / equal / worse & without one task & mean rank \\\\\n"))
    #expect(text.contains(" \\ldots{} "))
  }
}
