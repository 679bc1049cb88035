// What makes the rows of one table unlike although no one asked for it: a method that the recipe does not know, other layers, other ranks,
// other amounts of training. What the manifest itself gives a row is what its table is about, and is not told.
import Records
import Settings

extension Experiment {
  /// How the rows of these runs differ in what the recipe or defaults gave them, a sentence each.
  /// - Parameter updates: how much the runs are trained, where that is known: what every row has on every task stands in place of
  ///   epochs, also where the manifest asked for it.
  package func unlikeRows(among runs: [RunSpecification], updates: [UpdateCount] = []) -> [String] {
    let rows = rows.filter { row in runs.contains { $0.row == row.id } }
    guard rows.count > 1 else { return [] }
    let unknown = rows.filter { unlistedMethods.contains($0.method) }.map(\.id)
    var notes: [String] = []
    if !unknown.isEmpty {
      notes.append(
        "The recipe '\(recipe)' has no entry for \(unknown.joined(separator: ", ")): what the manifest does not give is the recipe's "
          + "general setting and the method's own default.")
    }
    notes += [
      note("Rows adapt different layers", among: runs) { run in option("targets", of: run) },
      note("Rows have different ranks", among: runs) { run in option("rank", of: run) },
      isWhole(updates, among: runs) ? note(on: updates) : note("Rows are trained for different times", among: runs, training),
    ].compactMap { $0 }
    return notes
  }

  /// An option's value where the run has it and its row does not give it.
  private func option(_ name: String, of run: RunSpecification) -> String? {
    isGiven([name], run) ? nil : run.options[name]?.readable
  }

  private func training(_ run: RunSpecification) -> String? {
    guard !isGiven(["epochs", "batch"], run) else { return nil }
    let (epochs, batch) = (run.training.epochs, run.training.batchSize)
    return "\(epochs) \(epochs == 1 ? "epoch" : "epochs") of batch \(batch)"
  }

  /// Whether the manifest itself gives a run one of these settings.
  private func isGiven(_ names: [String], _ run: RunSpecification) -> Bool {
    let row = places.rows[run.row], given = places.settings[run.row]?[run.task.id]
    return names.contains { name in given?[name].map { $0.file == row?.file } ?? false }
  }

  /// Whether there is a count for every row and task of these runs.
  private func isWhole(_ updates: [UpdateCount], among runs: [RunSpecification]) -> Bool {
    let known = Set(updates.map { [$0.row, $0.task] })
    return runs.allSatisfy { known.contains([$0.row, $0.task.id]) }
  }

  /// `Updates differ between rows: on rte 780 × 64 = 49,920 examples (12 rows); 15,600 × 8 = 124,800 examples (lora).`
  private func note(on updates: [UpdateCount]) -> String? {
    let known = Dictionary(grouping: updates) { [$0.row, $0.task] }
    let runs = tasks.flatMap { task in
      rows.compactMap { row in
        known[[row.id, task.id]].flatMap(UpdateCount.phrase).map { (row: row.id, task: task.id, value: $0) }
      }
    }
    let unlike = unlikeTasks(runs)
    guard let first = unlike.first else { return nil }
    let others = unlike.count - 1
    return "Updates differ between rows: on \(first.task) \(Self.listed(first.groups))"
      + (others > 0 ? "; and on \(others) other task\(others == 1 ? "" : "s")." : ".")
  }

  /// `Rows adapt different layers: all-linear (12 rows); query, value (lora-fa).` for the first task on which they do, and how many
  /// tasks there are like it; nil where all are alike.
  private func note(_ subject: String, among runs: [RunSpecification], _ value: (RunSpecification) -> String?) -> String? {
    let unlike = unlikeTasks(runs.compactMap { run in value(run).map { (row: run.row, task: run.task.id, value: $0) } })
    guard let first = unlike.first?.groups else { return nil }
    let differs = unlike.contains { $0.groups != first }
    return "\(subject): \(Self.listed(first))" + (differs ? ", and otherwise on other tasks." : ".")
  }

  /// Rows that have one value in common.
  private struct Group: Equatable {
    let value: String
    var rows: [String]
  }

  /// The tasks on which rows have different values, with the rows by value in the order of their first appearance.
  private func unlikeTasks(_ runs: [(row: String, task: String, value: String)]) -> [(task: String, groups: [Group])] {
    tasks.compactMap { task in
      var groups: [Group] = []
      for run in runs where run.task == task.id {
        let place = groups.firstIndex { $0.value == run.value } ?? groups.endIndex
        if place == groups.endIndex { groups.append(Group(value: run.value, rows: [])) }
        if !groups[place].rows.contains(run.row) { groups[place].rows.append(run.row) }
      }
      return groups.count > 1 ? (task.id, groups) : nil
    }
  }

  /// `all-linear (12 rows); query, value (lora-fa)`, that of most rows first.
  private static func listed(_ groups: [Group]) -> String {
    let parts = groups.enumerated().sorted { ($1.element.rows.count, $0.offset) < ($0.element.rows.count, $1.offset) }
    return parts.map(\.element).map { part in
      "\(part.value) (\(part.rows.count > 3 ? "\(part.rows.count) rows" : part.rows.joined(separator: ", ")))"
    }.joined(separator: "; ")
  }
}
