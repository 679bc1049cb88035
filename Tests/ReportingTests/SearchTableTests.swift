// What a search found, in every form.
import Foundation
import Settings
import Testing

@testable import Reporting

@Suite("The table of a search")
struct SearchTableTests {
  private func text(_ format: TableFormat) throws -> String {
    try MadeUpSearch.found().rendered(format, labels: ["lora": "LoRA", "fft": "Full fine-tuning", "aflora": "Freezing"])
  }

  @Test("Markdown has a row for each method, its candidates side by side")
  func markdown() throws {
    let lines = try text(.markdown).split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
    #expect(
      Array(lines.prefix(8)) == [
        "**s: the learning rate of each method (pocket profile)**", "",
        "| method | best learning rate | candidate 1 | candidate 2 | candidate 3 |", "|---|--:|--:|--:|--:|",
        "| LoRA | 0.01 (edge) | 0.001: 56.00 | 0.003: 66.00 | **0.01: 76.00** |",
        "| Full fine-tuning | 0.0003 | 0.0001: 46.00 | **0.0003: 86.00** | 0.001: 66.00 |",
        "| Freezing | — | 0.001: diverged | 0.003: diverged | 0.01: diverged |", "",
      ])
    let notes = lines.dropFirst(8).joined(separator: "\n")
    #expect(
      notes.contains("the mean over rte, mrpc of the mean over seeds 100, 101, of the best epoch on validation rows, in percent."))
    #expect(notes.contains("Edge: the best is the least or the greatest that was tried"))
    #expect(notes.contains("Diverged: a run of it did"))
    #expect(try notes.contains("Search digest \(MadeUpSearch.found().digest)."))
  }

  @Test("text, LaTeX and JSON have the same")
  func otherForms() throws {
    let plain = try text(.text)
    #expect(plain.contains("0.01: 76.00*") && plain.contains("LoRA"), "\(plain)")
    #expect(try text(.latex).contains("LoRA & 0.01 (edge) & 0.001: 56.00 & 0.003: 66.00 & \\textbf{0.01: 76.00} \\\\"))
    let json = try JSONSerialization.jsonObject(with: Data(text(.json).utf8)) as? [String: Any]
    #expect(json?["search"] as? String == "s" && (json?["methods"] as? [Any])?.count == 3)
  }

  @Test("CSV has every score")
  func csv() throws {
    let lines = try text(.csv).split(separator: "\n").map(String.init)
    #expect(lines[0] == "method,learning_rate,task,seed,percent,best")
    #expect(lines[1] == "lora,0.001,rte,100,50.0,0" && lines[5].hasPrefix("lora,0.001,average,,5"), "\(lines.prefix(6))")
    #expect(lines.count == 1 + 9 * 5)
    #expect(
      lines.contains("aflora,0.001,rte,101,,0") && lines.contains { $0.hasPrefix("lora,0.01,average,,7") && $0.hasSuffix(",1") })
  }
}
