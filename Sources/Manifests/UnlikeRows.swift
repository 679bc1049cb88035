// What makes the rows of one table unlike although no one asked for it: a method that the recipe does not know, other layers, other ranks,
// other amounts of training. What the manifest itself gives a row is what its table is about, and is not told.
import Records
import Settings

extension Experiment {
  /// How the rows of these runs differ in what the recipe or defaults gave them, a sentence each.
  package func unlikeRows(among runs: [RunSpecification]) -> [String] {
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
      note("Rows are trained for different times", among: runs, training),
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

  /// `Rows adapt different layers: all-linear (12 rows); query, value (lora-fa).` for the first task on which they do, and how many
  /// tasks there are like it; nil where all are alike.
  private func note(_ subject: String, among runs: [RunSpecification], _ value: (RunSpecification) -> String?) -> String? {
    let unlike = tasks.compactMap { task -> [(value: String, rows: [String])]? in
      var groups: [(value: String, rows: [String])] = []
      for run in runs where run.task.id == task.id {
        guard let found = value(run) else { continue }
        let place = groups.firstIndex { $0.value == found } ?? groups.endIndex
        if place == groups.endIndex { groups.append((found, [])) }
        if !groups[place].rows.contains(run.row) { groups[place].rows.append(run.row) }
      }
      return groups.count > 1 ? groups : nil
    }
    guard let first = unlike.first else { return nil }
    let parts = first.enumerated().sorted { ($1.element.rows.count, $0.offset) < ($0.element.rows.count, $1.offset) }.map(\.element)
    let named = parts.map { part in
      "\(part.value) (\(part.rows.count > 3 ? "\(part.rows.count) rows" : part.rows.joined(separator: ", ")))"
    }
    let differs = unlike.contains { $0.map(\.value) != first.map(\.value) || $0.map(\.rows) != first.map(\.rows) }
    return "\(subject): \(named.joined(separator: "; "))" + (differs ? ", and otherwise on other tasks." : ".")
  }
}
