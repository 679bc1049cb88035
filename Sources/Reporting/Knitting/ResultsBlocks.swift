// The content of notebooks' blocks from a folder of experiments and what was found of their runs.
import Foundation
import Manifests
import Records
import Settings
import Storage

/// Makes blocks of tables, figures, claims, lists of runs and texts, and of what papers print without any run. The same results give the same text, on any machine, but for figures of
/// time: what a clock measured (`<id>-cost.md`) is no block.
package struct ResultsBlocks: BlockSource {
  private let experiments: ExperimentFolder
  private let methods: MethodCatalog
  private let results: ResultsFolder
  private let inputs: @Sendable (RunSpecification) -> InputDigests
  private let facts: PlannedFacts

  /// Names the folders; nothing is read yet.
  /// - Parameters:
  ///   - inputs: what a run would read now, as far as it is at hand.
  ///   - facts: what is known of runs before they are made.
  package init(
    experiments: ExperimentFolder, methods: MethodCatalog, results: ResultsFolder,
    inputs: @escaping @Sendable (RunSpecification) -> InputDigests, facts: PlannedFacts = .unknown
  ) {
    (self.experiments, self.methods, self.results, self.inputs, self.facts) = (experiments, methods, results, inputs, facts)
  }

  /// The content that a request asks for.
  /// - Throws: `ManifestError` for an experiment or profile that does not exist; `ReportError.unrecordedMetric`,
  ///   `ReportError.unknownFigure`, `.unknownTask`, `.unknownRow`, `.noEquivalenceBound`; `StorageError`.
  package func content(of request: BlockRequest) throws -> BlockContent {
    if request.subject == .published { return try published(request.experiment) }
    let experiment = try experiments.manifest(named: request.experiment, profile: request.profile, methods: methods)
      .experiment(request.profile)
    let findings = results.findings(for: experiment.runs, inputs: inputs)
    switch request.subject {
    case .table(let epoch, let aggregate, let metric):
      let evaluation = EvaluationProtocol(
        epoch: epoch ?? experiment.report.epoch, aggregate: aggregate ?? experiment.report.aggregate, metric: metric)
      let table = try TableModel(experiment, findings, evaluation: evaluation, manifestDigest: Report.digest(of: experiment))
      return table.hasRuns ? .markdown(MarkdownTable.section(table)) : noRuns(table)
    case .runs:
      let table = try TableModel(experiment, findings)
      return table.hasRuns ? .markdown(RunList.markdown(table)) : noRuns(table)
    case .claim(let claim, let epoch):
      let evaluation = EvaluationProtocol(epoch: epoch ?? experiment.report.epoch, aggregate: experiment.report.aggregate)
      let table = try TableModel(experiment, findings, evaluation: evaluation)
      guard let text = try ClaimSentence.markdown(claim, table, bound: experiment.report.equivalence) else {
        let rows = "\(claim.row) and \(claim.other) of \(table.experiment)"
        return .unavailable("\(rows) under \(table.profile.rawValue) have no seed of a task in common")
      }
      return .markdown(text)
    case .figure(let id): return try figure(id, of: experiment, findings)
    case .texts(let task):
      let text = try TextsBlock.markdown(task, of: experiment, findings, in: results)
      return text.map { .markdown($0) }
        ?? .unavailable("no run of \(experiment.id), \(task), under \(experiment.profile.rawValue) has left texts")
    case .published: return try published(request.experiment)
    }
  }

  private func published(_ table: String) throws -> BlockContent {
    let found = try experiments.staticTable(named: table, methods: methods)
    return .markdown(try StaticTableText(found.table, beside: found.experiment, facts: facts).markdown())
  }

  private func noRuns(_ table: TableModel) -> BlockContent {
    .unavailable("no run of \(table.experiment) under \(table.profile.rawValue) is there")
  }

  private func figure(_ id: String, of experiment: Experiment, _ findings: RunFindings) throws -> BlockContent {
    guard let settings = experiment.figures.first(where: { $0.id == id }) else {
      throw ReportError.unknownFigure(id, experiment: experiment.id, known: experiment.figures.map(\.id))
    }
    let picture = results.layout.figure(experiment.id, experiment.profile, id, "svg")
    let data = results.layout.figure(experiment.id, experiment.profile, id, "csv")
    for file in [picture, data] where !FileManager.default.fileExists(atPath: file.path) {
      return .unavailable("the results have no figures/\(Self.name(file))")
    }
    guard let figure = try ExperimentFigures(experiment, findings, results: results).figure(settings).figure,
      try Data(contentsOf: data) == Data(figure.data.csv.utf8)
    else {
      return .unavailable("figures/\(Self.name(data)) is of other results; 'lowrank figure \(experiment.id)' draws it anew")
    }
    let name = Self.name(picture)
    let title = MarkdownText.plain(settings.title)
    let text = """
      ![\(title)](\(NotebookPicture.folder)/\(name))
      <!-- \(Self.name(data)): SHA-256 \(try FileDigest.sha256(of: data)) -->
      """ + (figure.summary.map { "\n\n" + $0.markdown } ?? "")
    return .markdown(text, picture: NotebookPicture(name: name, source: picture))
  }

  /// A figure's file as in the results: the experiment's folder, and the file in it.
  private static func name(_ file: URL) -> String { file.pathComponents.suffix(2).joined(separator: "/") }
}

extension TableModel {
  /// Whether there is a record of any of its runs, usable or not.
  var hasRuns: Bool { rows.contains { $0.cells.contains { $0.runs.contains { $0.state != .missing } } } }
}

/// How the runs of a table ended, as Markdown.
enum RunList {
  /// The most runs that are named one by one in a line.
  private static let mostNames = 20

  /// The number of runs that are there, and a line for each way in which some of them ended or are missing.
  static func markdown(_ table: TableModel) -> String {
    let runs = table.rows.flatMap { row in
      zip(table.tasks, row.cells).flatMap { task, cell in
        cell.runs.map { (name: "\(row.id) \(task.task) \($0.seed.phrase)", run: $0) }
      }
    }
    let found = runs.filter { $0.run.state != .missing }.count
    let text =
      "**\(MarkdownText.plain(table.experiment))** (\(table.profile.rawValue) profile): \(found) of \(runs.count) runs are there.\n"
    let states: [(state: CellRun.State, name: String)] = [
      (.diverged, "diverged"), (.collapsed, "collapsed (one answer to every row of a set in the best or the last epoch)"),
      (.undefined, "score undefined"),
      (.failed, "failed"), (.unscored, "without the score shown"), (.outdated, "outdated (made with other settings or files)"),
      (.unreadable, "unusable"),
      (.missing, "missing"),
    ]
    let lines = states.compactMap { state, name -> String? in
      let names = runs.filter { $0.run.state == state }.map { run in
        MarkdownText.plain(run.name + (state == .diverged ? run.run.detail.map { " " + $0 } ?? "" : ""))
      }
      guard !names.isEmpty else { return nil }
      let rest = names.count > mostNames ? ", … and \(names.count - mostNames) more" : ""
      return "- \(name), \(names.count): " + names.prefix(mostNames).joined(separator: ", ") + rest + "\n"
    }
    return text + (lines.isEmpty ? "All completed.\n" : "\n" + lines.joined())
  }
}
