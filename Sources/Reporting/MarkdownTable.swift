// A table in Markdown, with what a reader must know below it.
import Manifests
import Metrics

/// Writes tables as Markdown.
public enum MarkdownTable {
  /// The most incomplete cells that are listed one by one.
  private static let mostProblems = 100

  /// The table with its title above and its protocol, marks and sources below. Equal tables are equal bytes.
  public static func render(_ table: TableModel) -> String {
    var text = "# \(MarkdownText.plain(table.experiment)): \(MarkdownText.plain(table.title))\n\n"
    if table.profile == .pocket {
      text +=
        "**Pocket profile**: a small model and generated tasks. "
        + "Compare rows with each other, never with the paper's figures.\n\n"
    }
    if !table.description.isEmpty { text += MarkdownText.plain(table.description) + "\n\n" }
    text += MarkdownText.table(header(table), table.rows.map { row(table, $0) })
    text += "\n" + notes(table).joined(separator: "\n") + "\n\n" + sources(table).map { "- \($0)\n" }.joined()
    return text + incomplete(table)
  }

  private static func header(_ table: TableModel) -> [String] {
    [MarkdownText.plain(table.rowHeader)]
      + table.columns.flatMap { column -> [String] in
        switch column {
        case .parameters: ["trainable parameters (without head)"]
        case .tasks: table.tasks.map(taskHeader)
        case .average: ["average ↑"]
        }
      }
  }

  private static func taskHeader(_ task: TaskColumn) -> String {
    guard let metric = task.metric else { return MarkdownText.plain(task.task) }
    let splits = task.splits.count > 1 ? ", " + task.splits.joined(separator: " / ") : ""
    return MarkdownText.plain("\(task.task) (\(metricName(metric)) ↑\(splits))")
  }

  /// A metric's name where there is little room.
  static func metricName(_ name: String) -> String {
    switch Metric(rawValue: name) {
    case .matthews: "Matthews"
    case .pearson: "Pearson"
    case .spearman: "Spearman"
    case .pearsonSpearmanMean: "Pearson & Spearman"
    case .accuracyF1Mean: "accuracy & F1"
    case .accuracy: "accuracy"
    case .f1: "F1"
    case nil: name
    }
  }

  private static func row(_ table: TableModel, _ row: TableRow) -> [String] {
    [MarkdownText.plain(row.label)]
      + table.columns.flatMap { column -> [String] in
        switch column {
        case .parameters: [row.trainableParameters.map(NumberText.count) ?? "—"]
        case .tasks: row.cells.map(cell)
        case .average: [row.average.map { marked(NumberText.percent($0), row.averageRank) } ?? "—"]
        }
      }
  }

  private static func cell(_ cell: TableCell) -> String {
    let values = cell.splits.map { split in
      NumberText.percent(split.value) + (split.deviation.map { " ± " + NumberText.percent($0) } ?? "")
    }
    var text = values.isEmpty ? "—" : marked(values.joined(separator: " / "), cell.rank)
    let marks = Mark.allCases.filter { mark in cell.runs.contains { $0.state == mark.state } }
    if !marks.isEmpty { text += " " + marks.map(\.rawValue).joined() }
    if !values.isEmpty, cell.countedRuns < cell.runs.count { text += " (\(cell.countedRuns) of \(cell.runs.count))" }
    return text
  }

  private static func marked(_ text: String, _ rank: Rank?) -> String {
    switch rank {
    case .best: "**\(text)**"
    case .second: "<u>\(text)</u>"
    case nil: text
    }
  }
}

/// A sign in a cell.
private enum Mark: String, CaseIterable {
  case diverged = "†"
  case collapsed = "‡"
  case undefined = "§"
  case failed = "¶"

  var state: CellRun.State {
    switch self {
    case .diverged: .diverged
    case .collapsed: .collapsed
    case .undefined: .undefined
    case .failed: .failed
    }
  }

  var note: String {
    switch self {
    case .diverged: "diverged: the loss became infinite or not a number; not in the value."
    case .collapsed: "collapsed: the model gives one answer to every validation example; in the value."
    case .undefined: "the score is undefined, for the model gives one answer to every validation example; not in the value."
    case .failed: "ended by an error; not in the value."
    }
  }
}

extension MarkdownTable {
  /// The protocol and the marks that the table uses.
  private static func notes(_ table: TableModel) -> [String] {
    let seeds = table.seeds.map(String.init).joined(separator: ", ")
    let summary =
      switch (table.evaluation.aggregate, table.seeds.count) {
      case (_, 1): "Cells: one seed (\(seeds))"
      case (.mean, let count): "Cells: mean ± sample standard deviation over \(count) seeds (\(seeds))"
      case (.median, let count): "Cells: median over \(count) seeds (\(seeds))"
      }
    let epoch =
      switch table.evaluation.epoch {
      case .best: " of the best epoch on the validation set, in percent. The same set chose that epoch: there is no held-out test."
      case .last: " of the last epoch on the validation set, in percent. There is no held-out test."
      }
    var notes = [summary + epoch]
    let cells = table.rows.flatMap(\.cells)
    let ranks = cells.map(\.rank) + table.rows.map(\.averageRank)
    if ranks.contains(.best) {
      let compared =
        cells.contains { $0.countedRuns < $0.runs.count } ? ", among cells of as many seeds as any in the column" : ""
      let second = ranks.contains(.second) ? "; <u>underlined</u>: the second" : ""
      notes.append("**Bold**: the best of its column\(second)\(compared).")
    }
    if table.columns.contains(.average), table.tasks.contains(where: { $0.splits.count > 1 }) {
      notes.append("In the average, a task with several validation sets counts once, by their mean.")
    }
    if table.columns.contains(.parameters), table.parametersVary {
      notes.append("Trainable parameters are averaged over all steps of training.")
    }
    for mark in Mark.allCases where cells.contains(where: { $0.runs.contains { $0.state == mark.state } }) {
      notes.append("\(mark.rawValue) \(mark.note)")
    }
    if cells.contains(where: { $0.splits.isEmpty }) { notes.append("— no run that counts.") }
    notes += table.warnings.map { "**Warning**: \(MarkdownText.plain($0))" }
    // Two spaces at a line's end break it.
    return notes.dropLast().map { $0 + "  " } + notes.suffix(1)
  }

  private static func sources(_ table: TableModel) -> [String] {
    let provenance = table.provenance
    func list(_ items: [String]) -> String { items.isEmpty ? "none yet" : items.joined(separator: ", ") }
    let models = provenance.models.map {
      "\(MarkdownText.plain($0.name)) \(MarkdownText.short($0.digest)) (tokenizer \(MarkdownText.short($0.tokenizer)))"
    }
    let data = provenance.data.map { task in
      MarkdownText.plain(task.task) + " " + task.digests.map(MarkdownText.short).joined(separator: " and ")
    }
    let programs = provenance.programs.map { program in
      let state = [program.commit.map(MarkdownText.short), program.isModified ? "modified" : nil].compactMap { $0 }
      return "lowrank " + MarkdownText.plain(program.version) + (state.isEmpty ? "" : " (\(state.joined(separator: ", ")))")
    }
    return [
      "profile \(table.profile.rawValue), recipe \(MarkdownText.plain(provenance.recipe))"
        + (provenance.manifest.map { ", manifest \(MarkdownText.short($0))" } ?? ""),
      "model: " + list(models),
      "data: " + list(data),
      "program: " + list(programs) + ", numerics " + list(provenance.numericsVersions.map(String.init)) + ", BLAS core "
        + list(provenance.blasCores.map(MarkdownText.plain)),
      "runs: \(provenance.runs) of \(provenance.plannedRuns)",
      "another protocol: `\(table.otherProtocolCommand)` (digests by their first 12 digits; `--format json` has all)",
    ]
  }

  private static func incomplete(_ table: TableModel) -> String {
    if table.isComplete { return "" }
    let shown = table.problems.prefix(mostProblems).map { "- \(MarkdownText.plain($0))\n" }.joined()
    let rest = table.problems.count - mostProblems
    return "\n**Incomplete cells**\n\n" + shown + (rest > 0 ? "- … and \(rest) more\n" : "")
  }
}

extension TableModel {
  /// The command that prints this table by the other choice of epoch.
  var otherProtocolCommand: String {
    "lowrank report \(experiment)" + (profile == .pocket ? "" : " --profile \(profile.rawValue)")
      + " --select \(evaluation.epoch == .best ? "last" : "best")"
  }
}
