// What a plan says of AFLoRA's printed sizes: the cells of its Tables 2, 3 and 6, from this program's own schedule at the published size.
import Foundation
import Manifests
import Settings
import TestSupport
import Testing

@testable import Experiments

@Suite("Published sizes")
struct PublishedFactsTests {
  private static let folder = ExperimentFolder(path: Repository.root.appending(path: "experiments").path)

  /// The bounds of a row on a task, of the experiment that stands beside a printed table.
  private func bounds(_ table: String) throws -> [(
    row: String, task: String, printed: String?, least: Double, expected: Double, greatest: Double
  )] {
    let (table, experiment) = try Self.folder.staticTable(named: table, methods: .registered)
    return try table.rows.flatMap { row in
      try experiment.runs.filter { $0.row == row.row && $0.seed == experiment.seeds[0] }.map { run in
        let found = try #require(try PublishedFacts.meanTrainable(of: run))
        return (run.row, run.task.id, row.text(of: run.task.id), found.least, found.expected, found.greatest)
      }
    }
  }

  @Test("the eighteen cells of AFLoRA's Table 3: which the schedule explains, and which it cannot")
  func layerTypes() throws {
    let cells = try bounds("aflora-3-parameters")
    #expect(cells.count == 18 && cells.allSatisfy { $0.printed != nil })
    // matrices of attention are of one size: their means follow from the schedule alone
    let attention = cells.filter { $0.row == "aflora-adaptive-attention" }
    #expect(attention.allSatisfy { $0.greatest - $0.least < 1e-6 })
    #expect(attention.map { $0.expected.rounded() } == [116_889, 127_827, 116_971, 127_822, 116_916, 117_052])
    // where half of the matrices are four times as large as the others, the order decides
    let feedForward = cells.filter { $0.row == "aflora" }
    #expect(feedForward.map { $0.least.rounded() } == [116_893, 132_245, 116_998, 132_240, 116_932, 117_107])
    #expect(feedForward.map { $0.greatest.rounded() } == [134_847, 146_615, 134_953, 146_608, 134_883, 135_019])
    let unexplained = cells.filter { cell in
      let printed = (Double(cell.printed?.dropLast() ?? "") ?? 0) * 1e6
      return printed + 5000 < cell.least || cell.greatest < printed - 5000
    }
    #expect(
      unexplained.map { "\($0.row) \($0.task) \($0.printed ?? "")" } == [
        "aflora-adaptive-attention cola 0.11M", "aflora sst2 0.18M",
      ])
  }

  @Test("the averages of Tables 2 and 6")
  func averages() throws {
    func means(_ table: String, _ row: String) throws -> [Double] {
      let cells = try bounds(table).filter { $0.row == row }
      #expect(cells.count == 6)
      return [cells.map(\.least), cells.map(\.expected), cells.map(\.greatest)].map { ($0.reduce(0, +) / 6).rounded() }
    }
    // A and B of a module together are always of one size: 131,539, where 0.146M is printed
    #expect(try means("aflora-6-parameters", "aflora-together-true") == [131_539, 131_539, 131_539])
    // and by themselves at most 138,821, where 0.138M is printed
    #expect(try means("aflora-6-parameters", "aflora") == [122_069, 130_445, 138_821])
    #expect(try means("aflora-2-parameters", "aflora-trainability-trainable") == [451_872, 451_872, 451_872])
    #expect(try means("aflora-2-parameters", "aflora-trainability-frozen") == [83_232, 83_232, 83_232])
  }

  @Test("rows of GLUE's files are known, and of no other task")
  func rows() throws {
    for task in GLUETask.allCases {
      let rows = try #require(PublishedFacts.rows(of: task.definition))
      #expect(rows.validation.count == task.definition.validation.count && rows.test.count == rows.validation.count)
    }
    #expect(PublishedFacts.rows(of: NLGTask.e2e.definition) == nil)
  }

  @Test("a model whose size is not known has no such number")
  func unknownModel() throws {
    let run = try #require(
      try Self.folder.manifest(named: "demo", profile: .pocket, methods: .registered).experiment(.pocket).runs.first)
    #expect(try PublishedFacts.meanTrainable(of: run) == nil)
  }
}
