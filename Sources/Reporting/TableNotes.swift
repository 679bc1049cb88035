// What a reader must know of a table: by which protocol its cells are made, and what its marks mean.
import Metrics
import Records
import Settings

/// A line below a table.
enum TableNote: Equatable {
  case text(String)
  /// What bold and underlined mean.
  /// - Parameters:
  ///   - hasSecond: whether anything is underlined.
  ///   - condition: which cells take part, with the comma before it; may be empty.
  case ranks(hasSecond: Bool, condition: String)
  case warning(String)
}

extension TableModel {
  /// What stands before the words that were written before the first run.
  static let preregistrationTitle = "Stated before the first run"

  /// Whether any column is of scores; a table of costs has none.
  var hasScores: Bool { columns.contains(.tasks) || columns.contains(.average) }

  /// The protocol and the marks that the table uses.
  var notes: [TableNote] {
    (hasScores ? scoreNotes : [.text("Means over a row's runs of \(seedsPhrase).")] + costNotes) + closingNotes
  }

  /// What numbers beside the scores are.
  private var costNotes: [TableNote] {
    var notes: [TableNote] = []
    if columns.contains(.parameters), parametersVary {
      notes.append(.text("Trainable parameters are averaged over all steps of training."))
    }
    let measures = columns.compactMap(\.measure)
    if measures.contains(RunRecord.keptParameters) {
      notes.append(
        .text(
          "Parameters are without the head. Kept at the end: the method's own, without pruned ranks, closed gates, zeroed entries and "
            + "matrices that never learned."))
    }
    if hasScores, !measures.isEmpty {
      let names = measures.map(MetricText.measure).joined(separator: ", ")
      notes.append(.text("Means over a row's runs on all tasks: \(names)."))
    }
    if !hasScores, rows.contains(where: { row in row.cells.allSatisfy { $0.countedRuns == 0 } }) {
      notes.append(.text("— no run that counts."))
    }
    return notes
  }

  /// Where published figures are from, how rows differ in what no one asked for, and what a reader must know of the runs.
  private var closingNotes: [TableNote] {
    let origin = published?.notes(averages: rows.compactMap { $0.published?.average }) ?? []
    return (origin + unlikeRows).map { .text($0) } + warnings.map { .warning($0) }
  }

  /// `one seed (0)`, `2 seeds (0, 1)`, or `6 combinations of seeds (init 0, 1, 2 × order 0, 1)`.
  private var seedsPhrase: String {
    let count = seeds.count == 1 ? "one seed" : "\(seeds.count) \(seeds.areCrossed ? "combinations of seeds" : "seeds")"
    return count + " (\(seeds.list))"
  }

  /// By which protocol scores are made, and what their marks mean.
  private var scoreNotes: [TableNote] {
    var notes: [TableNote] = [.text(protocolNote)]
    if let note = selectionNote { notes.append(.text(note)) }
    if let metric = evaluation.metric, tasks.contains(where: { $0.metric != metric }) {
      notes.append(.text("Tasks that did not record \(MetricText.short(metric)) show their own metric."))
    }
    let cells = rows.flatMap(\.cells)
    let ranks = cells.map(\.rank) + rows.map(\.averageRank)
    if ranks.contains(.best) {
      let condition = cells.contains { $0.countedRuns < $0.runs.count } ? ", among cells of as many seeds as any in the column" : ""
      notes.append(.ranks(hasSecond: ranks.contains(.second), condition: condition))
    }
    if columns.contains(.average), tasks.contains(where: { $0.splits.count > 1 }) {
      notes.append(.text("In the average, a task with several validation sets counts once, by their mean."))
    }
    notes += costNotes
    if cells.contains(where: { $0.runs.contains { $0.state == .collapsed } }) {
      notes.append(
        .text(
          "\(CellState.collapsedMark) collapsed: in its best or its last epoch the model gives one answer to every row of a set; in the value."
        ))
    }
    if cells.contains(where: { $0.runs.contains { $0.detail == CellRun.countedAsZero } }) {
      notes.append(
        .text(
          "A correlation with one answer for everything is undefined: such a run counts as 0, in means, ranks, differences and tests."
        ))
    }
    notes += CellState.allCases.filter { state in cells.contains { $0.counts(state) } }.map { .text($0.note) }
    if cells.contains(where: { $0.splits.isEmpty }) { notes.append(.text("— no run that counts.")) }
    return notes
  }

  private var protocolNote: String {
    let summary =
      switch (evaluation.aggregate, seeds.count) {
      case (_, 1): "Cells: \(seedsPhrase)"
      case (.mean, _): "Cells: mean ± sample standard deviation over \(seedsPhrase)"
      case (.median, _): "Cells: median over \(seedsPhrase)"
      }
    if tasks.contains(where: \.isHeldOut) { return summary + heldOutNote }
    // the texts of tasks that have no other set with references are those of the test set
    let isTest = tasks.allSatisfy { $0.splits == ["test"] }
    if !tasks.isEmpty, tasks.allSatisfy({ $0.splits == [TaskDefinition.tuningSet] }) {
      let epoch = evaluation.epoch.rawValue
      return summary + " of the \(epoch) epoch on training rows that are held out to choose settings, in percent."
    }
    let set = isTest ? "test" : "validation"
    return switch evaluation.epoch {
    case .best:
      summary + " of the best epoch on the \(set) set, in percent. The same set chose that epoch"
        + (isTest ? "." : ": there is no held-out test.")
    case .last: summary + " of the last epoch on the \(set) set, in percent." + (isTest ? "" : " There is no held-out test.")
    }
  }

  /// On which rows scores are, where some are of rows that chose nothing.
  private var heldOutNote: String {
    let others = tasks.filter { $0.isFirst && !$0.isHeldOut }.map(\.task)
    let exception =
      others.isEmpty ? "" : " Without test rows, and so reported on the rows that chose: \(others.joined(separator: ", "))."
    return switch evaluation.epoch {
    case .best: " of the best epoch on the test set, in percent. Other rows, the validation set, chose that epoch." + exception
    case .last: " of the last epoch on the test set, in percent." + exception
    }
  }

  /// By which score the best epoch was chosen, where that is not the one score shown.
  private var selectionNote: String? {
    guard evaluation.epoch == .best else { return nil }
    let chosen = tasks.filter(\.isFirst).compactMap { task -> String? in
      guard let selection = task.selection, selection != task.metric || task.splits.count > 1 else { return nil }
      return "\(task.task) by " + (task.splits.count > 1 ? "the mean " : "") + MetricText.short(selection)
    }
    return chosen.isEmpty ? nil : "The best epoch is chosen for \(chosen.joined(separator: ", "))."
  }

  /// The command that prints this table by the other choice of epoch.
  var otherProtocolCommand: String {
    "lowrank report \(callName)" + (profile == .pocket ? "" : " --profile \(profile.rawValue)")
      + " --select \(evaluation.epoch == .best ? "last" : "best")"
  }
}

extension TableCell {
  /// Whether the cell's text counts runs of this kind; a cell without any run is a mere dash.
  func counts(_ state: CellState) -> Bool {
    runs.contains { CellState($0.state) == state } && runs.contains { $0.state != .missing }
  }
}

extension PublishedSource {
  /// Where the figures are from and what is not shown.
  func notes(averages: [PublishedFigure]) -> [String] {
    let origin = [arxiv.map { "arXiv \($0)" }, model, statistic, seeds.map { "\($0) seeds" }].compactMap { $0 }
    var notes = [
      "↳ published: the figures of \(paper), Table \(number) (\(origin.joined(separator: ", ")))"
        + (isProtocolStated
          ? "; in brackets the measured value less the published one."
          : "; protocol not stated: nothing says how its scores are computed, so no differences are taken.")
        + " quoted: copied there from elsewhere."
    ]
    if isProtocolStated, averages.contains(where: { $0.difference == nil }) {
      notes.append("A published average without a difference is not the average of the figures shown, as the measured one is.")
    }
    if let pooledTasks {
      notes.append(
        "Of \(pooledTasks.joined(separator: ", ")) the published score is over the rows of all validation sets together, the measured one "
          + "the mean of the sets' scores.")
    }
    var left: [String] = []
    if !figuresLeftOut.isEmpty { left.append("published figures of \(figuresLeftOut.joined(separator: ", "))") }
    if !rowsLeftOut.isEmpty { left.append("published rows \(rowsLeftOut.joined(separator: ", "))") }
    if !left.isEmpty { notes.append("Not in this table: \(left.joined(separator: "; ")).") }
    if !rowsWithoutFigures.isEmpty { notes.append("Nothing published there on \(rowsWithoutFigures.joined(separator: ", ")).") }
    return notes
  }
}
