// Recorded metric values against this program's.
import Foundation
import Metrics

/// Compares the metrics of a folder's `classification.json`, `correlation.json` and `comparisons.json`, and those of generated text.
package enum MetricParity {
  private struct Classification: Decodable {
    let gold, predicted: [Int]
    let accuracy: Double?
    let mcc, f1: Double?
  }

  private struct Correlation: Decodable {
    let x, y: [Double]
    let pearson, spearman: Double?
  }

  private struct Comparison: Decodable {
    let a, b: [Double]
    let meanA, sdA, pairedT, pairedTP, wilcoxonP, welchTP: Double?
  }

  /// The files that hold cases.
  static let files = ["classification.json", "correlation.json", "comparisons.json"] + textFiles

  /// Files that are not there are left out.
  ///
  /// - Throws: `ParityError` where the reference cannot be used.
  package static func run(folder: URL) throws -> ParityReport {
    var report = ParityReport(subject: folder.path)
    for (number, row) in (try read([Classification].self, "classification.json", in: folder) ?? []).enumerated() {
      let name = "case \(number)"
      try requireEqual(row.gold.count, row.predicted.count, "classification.json", number, in: folder)
      check(&report, "accuracy", name, accuracy(gold: row.gold, predicted: row.predicted), row.accuracy)
      check(&report, "matthews", name, matthewsCorrelation(gold: row.gold, predicted: row.predicted), row.mcc)
      if row.f1 != nil { check(&report, "f1", name, f1(gold: row.gold, predicted: row.predicted), row.f1) }
    }
    for (number, row) in (try read([Correlation].self, "correlation.json", in: folder) ?? []).enumerated() {
      try requireEqual(row.x.count, row.y.count, "correlation.json", number, in: folder)
      // numbers near 1e8 leave the reference itself eight digits
      check(&report, "pearson", "case \(number)", pearson(gold: row.x, predicted: row.y), row.pearson, tolerance: 1e-7)
      check(&report, "spearman", "case \(number)", spearman(gold: row.x, predicted: row.y), row.spearman)
    }
    for (number, row) in (try read([Comparison].self, "comparisons.json", in: folder) ?? []).enumerated() {
      let name = "case \(number)"
      try requireEqual(row.a.count, row.b.count, "comparisons.json", number, in: folder)
      check(&report, "mean", name, mean(row.a), row.meanA)
      check(&report, "deviation", name, sampleStandardDeviation(row.a), row.sdA)
      check(&report, "paired t", name, pairedTTest(row.a, row.b)?.statistic, row.pairedT)
      check(&report, "paired t, p", name, pairedTTest(row.a, row.b)?.pValue, row.pairedTP)
      check(&report, "wilcoxon, p", name, wilcoxonSignedRankTest(row.a, row.b)?.pValue, row.wilcoxonP)
      check(&report, "welch, p", name, welchTTest(row.a, row.b)?.pValue, row.welchTP)
    }
    try compareTexts(folder: folder, &report)
    return report
  }

  /// Metrics take as many values on both sides.
  static func requireEqual(_ first: Int, _ second: Int, _ file: String, _ number: Int, in folder: URL) throws {
    guard first == second else {
      throw ParityError.reference(
        path: folder.appending(path: file).path,
        problem: "case \(number) has \(first) values on one side and \(second) on the other")
    }
  }

  /// The contents of a file of the folder; nil without it.
  static func read<Contents: Decodable>(_ type: Contents.Type, _ name: String, in folder: URL) throws -> Contents? {
    let file = folder.appending(path: name)
    guard FileManager.default.fileExists(atPath: file.path) else { return nil }
    let decoder = JSONDecoder()
    decoder.keyDecodingStrategy = .convertFromSnakeCase
    do {
      return try decoder.decode(type, from: Data(contentsOf: file))
    } catch {
      throw ParityError.unreadable(file.path, as: "recorded metric values", error)
    }
  }

  /// Compares a value that may be undefined.
  static func check(
    _ report: inout ParityReport, _ quantity: String, _ name: String, _ found: Double?, _ expected: Double?,
    tolerance: Double = 1e-9
  ) {
    switch (found, expected) {
    case (nil, nil): report.add(quantity, name, error: 0, allowed: 0)
    case (let found?, let expected?):
      report.add(quantity, name, error: abs(found - expected), allowed: tolerance * max(1, abs(expected)))
    default: report.add(quantity, name, error: .infinity, allowed: 0)
    }
  }
}
