// An experiment as records have it, which need not be what its manifest says now.
import Records
import Settings

extension Experiment {
  /// The same experiment with these runs in place of its own. Rows, tasks and seeds are those of the runs: what the manifest knows
  /// comes first and in its order, the rest by name.
  package func recorded(_ runs: [RunSpecification]) -> Experiment {
    var result = self
    func ordered(_ known: [String], _ found: [String]) -> [String] {
      let found = Set(found)
      return known.filter(found.contains) + found.subtracting(known).sorted()
    }
    let rows = ordered(self.rows.map(\.id), runs.map(\.row)), tasks = ordered(self.tasks.map(\.id), runs.map(\.task.id))
    result.rows = rows.compactMap { id in
      self.rows.first { $0.id == id }
        ?? runs.first { $0.row == id }.map { MethodRow(id: id, label: $0.label, method: $0.method, methodAliases: []) }
    }
    result.tasks = tasks.compactMap { id in runs.first { $0.task.id == id }?.task }
    result.seeds = Set(runs.map(\.seed)).sorted()
    let places = (
      rows: Dictionary(uniqueKeysWithValues: rows.enumerated().map { ($1, $0) }),
      tasks: Dictionary(uniqueKeysWithValues: tasks.enumerated().map { ($1, $0) })
    )
    func place(_ run: RunSpecification) -> (Int, Int, RunSeed) {
      (places.rows[run.row] ?? 0, places.tasks[run.task.id] ?? 0, run.seed)
    }
    result.runs = runs.sorted { place($0) < place($1) }
    return result
  }
}
