// How far rows are from the baseline or from their mean.
import Records
import Testing

@testable import Reporting

@Suite struct ScoreDifferencesTests {
  /// The differences of all rows of a table over rte and mrpc, made of a score for each seed.
  private func differences(
    _ values: [String: [[Double?]]], baseline: String? = nil, methods: String = "[lora, aflora, fft]"
  ) throws -> (differences: ScoreDifferences, rows: [TableRow]) {
    let report = baseline.map { "report: {baseline: \($0)}\nprofiles:" } ?? "profiles:"
    let experiment = try MadeUpExperiment(
      MadeUpExperiment.plain.replacing("methods: [lora, aflora]", with: "methods: \(methods)").replacing("profiles:", with: report))
    for (row, tasks) in values.sorted(by: { $0.key < $1.key }) {
      for (task, scores) in zip(["rte", "mrpc"], tasks) {
        for (seed, score) in scores.enumerated() { if let score { try experiment.add(row, task, seed, [score]) } }
      }
    }
    let table = try experiment.table()
    return (ScoreDifferences(FigureScores(table: table, tasks: ["rte", "mrpc"]), rows: table.rows), table.rows)
  }

  private func rounded(_ score: FigureScores.Score?) -> [Double]? {
    score.map { [$0.value, $0.deviation ?? -1, Double($0.seeds)].map { ($0 * 1e6).rounded() / 1e6 } }
  }

  private static let both: [String: [[Double?]]] = [
    "lora": [[0.80, 0.82], [0.9, 0.9]], "aflora": [[0.81, 0.85], [0.9, nil]], "fft": [[0.79, 0.79], [0.87, 0.93]],
  ]

  @Test func rowsArePairedWithTheBaselineBySeed() throws {
    let (found, rows) = try differences(Self.both, baseline: "lora")
    #expect(found.baseline == "lora" && found.label == "LoRA")
    #expect(rounded(found.reference("rte")) == [81, 1.414214, 2])
    #expect(rounded(found.difference(rows[1], "rte")) == [2, 1.414214, 2])
    // the pair that is there, not the difference of the cells
    #expect(rounded(found.difference(rows[1], "mrpc")) == [0, -1, 1])
    #expect(rounded(found.difference(rows[1], nil)) == [0.5, -1, 1])
    #expect(rounded(found.difference(rows[2], "rte")) == [-2, 1.414214, 2])
    #expect(found.areNarrow)
  }

  @Test func withoutABaselineTheMeanOfTheRowsStandsForIt() throws {
    let (found, rows) = try differences(Self.both)
    #expect(found.baseline == nil && found.label == "mean of the rows")
    #expect(rounded(found.reference("rte")) == [81, 1.414214, 2])
    // on mrpc AFLoRA lacks a seed and is not in the mean
    #expect(rounded(found.difference(rows[0], "mrpc")) == [0, 2.12132, 2])
    #expect(rounded(found.difference(rows[1], "mrpc")) == [1.5, -1, 1])
  }

  @Test func aBaselineThatLacksATaskIsNone() throws {
    var values = Self.both
    values["lora"] = [[0.8, 0.8], [nil, nil]]
    let (found, rows) = try differences(values, baseline: "lora")
    #expect(found.baseline == nil && found.difference(rows[0], "mrpc") == nil && found.difference(rows[0], nil) == nil)
    #expect(found.difference(rows[0], "rte") != nil)
  }

  @Test func equalRowsDifferByNothing() throws {
    let (found, rows) = try differences(
      ["lora": [[0.1, 0.7], [0.3, 0.3]], "aflora": [[0.1, 0.7], [0.3, 0.3]], "fft": [[0.1, 0.7], [0.3, 0.3]]])
    for row in rows { #expect(rounded(found.difference(row, "rte")) == [0, 0, 2]) }
    #expect(found.areNarrow)
  }

  @Test func rowsThatBarsTellApartAreNotNarrow() throws {
    let apart: [String: [[Double?]]] = ["lora": [[0.2, 0.2], [0.9, 0.9]], "aflora": [[0.8, 0.8], [0.5, 0.5]]]
    #expect(try !differences(apart, methods: "[lora, aflora]").differences.areNarrow)
    // on one of two tasks they are alike
    let half: [String: [[Double?]]] = ["lora": [[0.2, 0.2], [0.9, 0.9]], "aflora": [[0.8, 0.8], [0.9, 0.9]]]
    #expect(try differences(half, methods: "[lora, aflora]").differences.areNarrow)
    // one row has nothing to be compared with
    #expect(try !differences(["lora": [[0.2, 0.2], [0.9, 0.9]]], methods: "[lora, aflora]").differences.areNarrow)
  }

  @Test func nothingIsMadeOfNothing() throws {
    let (found, rows) = try differences([:])
    #expect(!found.areNarrow && found.reference("rte") == nil && found.difference(rows[0], nil) == nil)
  }
}
