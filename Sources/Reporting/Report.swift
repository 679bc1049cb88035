// An experiment's report: its table and what its runs took, made from the results folder and written beside the runs.
import Foundation
import Manifests
import Storage

/// How a table is written.
public enum TableFormat: String, Sendable, CaseIterable {
  case markdown
  case csv
  case json
  case latex
}

/// The report of one experiment under one profile.
public struct Report: Sendable, Equatable {
  /// The table.
  public let table: TableModel
  /// What the runs took.
  public let cost: CostTable

  /// Reads the records of every run that the manifest plans, also of those that the last call left alone.
  /// - Parameters:
  ///   - evaluation: which epoch and metric are reported and how seeds are summarised; by default what the manifest says.
  ///   - results: the folder of results.
  /// - Throws: `ManifestError.unknownProfile`; `ReportError.unrecordedMetric`. A record that cannot be used is one of the
  ///   table's problems, not an error.
  public init(manifest: Manifest, profile: Profile, evaluation: EvaluationProtocol? = nil, results: ResultsFolder) throws {
    let findings = results.findings(for: try manifest.resolve(profile: profile))
    table = try TableModel(
      manifest: manifest, profile: profile, evaluation: evaluation, findings: findings,
      manifestDigest: try? Self.digest(of: manifest))
    cost = try CostTable(manifest: manifest, profile: profile, findings: findings)
  }

  /// The table as text.
  /// - Throws: where a value cannot be written as JSON.
  public func rendered(_ format: TableFormat) throws -> String {
    switch format {
    case .markdown: MarkdownTable.render(table)
    case .csv: CSVTable.render(table)
    case .json: try JSONTable.render(table)
    case .latex: LaTeXTable.render(table)
    }
  }

  /// Replaces `<id>.md` (the table) and `<id>-cost.md` in the folder of results; under a profile other than `pocket`, the
  /// profile's name stands after the id. Returns the table's file.
  /// - Throws: `StorageError` where a file cannot be written; what stood there before is then unchanged.
  @discardableResult
  public func write(to results: ResultsFolder) throws -> URL {
    let file = results.layout.table(table.experiment, table.profile)
    try AtomicFile.write(Data(MarkdownTable.render(table).utf8), to: file)
    try AtomicFile.write(Data(cost.markdown.utf8), to: results.layout.cost(table.experiment, table.profile))
    return file
  }

  /// SHA-256 over the digests of all files that a manifest was made from, as runs record it.
  /// - Throws: `StorageError` where one cannot be read.
  private static func digest(of manifest: Manifest) throws -> String {
    let lines = try manifest.sources.map { try FileDigest.sha256(of: URL(filePath: $0)) + "\n" }
    return FileDigest.sha256(of: Data(lines.joined().utf8))
  }
}
