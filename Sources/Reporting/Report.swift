// An experiment's report: its table and what its runs took, made from the results folder and written beside the runs.
import Foundation
import Manifests
import Storage

/// How a table is written.
package enum TableFormat: String, Sendable, CaseIterable {
  case markdown
  case csv
  case json
  case latex
  /// Laid out for a terminal.
  case text
}

/// The report of one experiment under one profile.
package struct Report: Sendable, Equatable {
  /// What is printed, before it has a format.
  package let table: TableModel
  /// What the runs took.
  package let cost: CostTable

  /// Sums up what was found of every run of an experiment, also of those that the last call left alone.
  /// - Parameters:
  ///   - findings: the records of runs, and why others cannot be used.
  ///   - evaluation: which epoch and metric are reported and how seeds are summarised; by default what the manifest says.
  /// - Throws: `ReportError.unrecordedMetric`. A record that cannot be used is one of the table's problems, not an error.
  package init(_ experiment: Experiment, _ findings: RunFindings, evaluation: EvaluationProtocol? = nil) throws {
    table = try TableModel(
      experiment, findings, evaluation: evaluation,
      manifestDigest: Self.digest(of: experiment))
    cost = CostTable(experiment, findings)
  }

  /// SHA-256 of the files that an experiment was made from, as they are now; nil where one cannot be read.
  static func digest(of experiment: Experiment) -> String? {
    try? FileDigest.sha256(ofAll: experiment.sources.map { URL(filePath: $0) })
  }

  /// The table as text.
  /// - Parameter layout: how plain text is laid out.
  /// - Throws: where a value cannot be written as JSON.
  package func rendered(_ format: TableFormat, layout: TextTable.Layout = .init()) throws -> String {
    switch format {
    case .markdown: MarkdownTable.render(table)
    case .csv: CSVTable.render(table)
    case .json: try JSONTable.render(table)
    case .latex: LaTeXTable.render(table)
    case .text: TextTable.render(table, layout)
    }
  }

  /// Replaces `<id>.md` (the table) and `<id>-cost.md` in the folder of results; under a profile other than `pocket`, the
  /// profile's name stands after the id. Returns the table's file.
  /// - Throws: `StorageError` where a file cannot be written; what stood there before is then unchanged.
  @discardableResult
  package func write(to results: ResultsFolder) throws -> URL {
    let file = results.layout.table(table.experiment, table.profile)
    try AtomicFile.write(Data(MarkdownTable.render(table).utf8), to: file)
    try AtomicFile.write(Data(cost.markdown.utf8), to: results.layout.cost(table.experiment, table.profile))
    return file
  }
}
