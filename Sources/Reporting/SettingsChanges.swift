// What differs in the settings and inputs of two sides of a comparison, each told once with the rows and tasks in which it does.
import Records
import Settings

/// The differences between the runs of two sides.
struct SettingsChanges {
  /// What differs, in the order of the rows.
  let found: [Comparison.Change]

  /// Compares every seed that both sides have of each row and task, else the first of each.
  init(_ first: ComparedSide, _ second: ComparedSide, rows: [String], tasks: [String]) {
    var places: [(difference: SettingsDifference, row: String, task: String)] = []
    var compared: [(row: String, task: String)] = []
    for row in rows {
      for task in tasks {
        let (one, other) = (Self.runs(first, row, task), Self.runs(second, row, task))
        guard let before = one.first, let after = other.first else { continue }
        var pairs = one.compactMap { run in other.first { $0.seed == run.seed }.map { (run, $0) } }
        if pairs.isEmpty { pairs = [(before, after)] }
        compared.append((row, task))
        // the records of a commit may be of other settings in each seed
        let own = pairs.flatMap { Self.settings($0, $1) } + Self.inputs(first, one, second, other)
        places += TableProvenance.distinct(own).map { ($0, row, task) }
      }
    }
    let differences = TableProvenance.distinct(places.map(\.difference))
    found = differences.map { difference in
      let own = places.filter { $0.difference == difference }.map { (row: $0.row, task: $0.task) }
      return Comparison.Change(difference: difference, scope: Self.scope(own, of: compared))
    }
  }

  private static func runs(_ side: ComparedSide, _ row: String, _ task: String) -> [RunSpecification] {
    side.experiment.runs.filter { $0.row == row && $0.task.id == task }
  }

  /// What the runs are told to do; the seed is no setting of a row.
  private static func settings(_ before: RunSpecification, _ after: RunSpecification) -> [SettingsDifference] {
    var found: [SettingsDifference] = []
    if let first = try? JSONValue(json: before.identityJSON), let second = try? JSONValue(json: after.identityJSON) {
      found = SettingsDifference.between(first, second).filter { $0.name != "seed" && !$0.name.hasPrefix("seed.") }
    }
    if before.model != after.model { found.append(SettingsDifference(name: "model", first: before.model, second: after.model)) }
    return found
  }

  /// What the runs have read, and by which arithmetic, as far as there are records.
  private static func inputs(
    _ first: ComparedSide, _ one: [RunSpecification], _ second: ComparedSide, _ other: [RunSpecification]
  ) -> [SettingsDifference] {
    func records(_ side: ComparedSide, _ runs: [RunSpecification]) -> [RunRecord] {
      runs.compactMap { side.findings.records[RunKey($0)] }
    }
    let (before, after) = (records(first, one), records(second, other))
    guard !before.isEmpty, !after.isEmpty else { return [] }
    let kinds: [(name: String, value: (RunRecord) -> String)] = [
      ("model files", { String($0.digests.model.prefix(12)) }), ("tokenizer files", { String($0.digests.tokenizer.prefix(12)) }),
      ("data files", { String($0.digests.data.prefix(12)) }), ("numerics version", { String($0.numericsVersion) }),
    ]
    return kinds.compactMap { name, value in
      let values = [before, after].map { TableProvenance.distinct($0.map(value)).sorted().joined(separator: " and ") }
      return values[0] == values[1] ? nil : SettingsDifference(name: name, first: values[0], second: values[1])
    }
  }

  /// Where something differs, in few words.
  private static func scope(_ places: [(row: String, task: String)], of all: [(row: String, task: String)]) -> String {
    if places.count == all.count { return TableProvenance.distinct(all.map(\.row)).count > 1 ? "all rows" : places[0].row }
    let rows = TableProvenance.distinct(places.map(\.row))
    let groups = rows.map { row -> String in
      let own = places.filter { $0.row == row }.map(\.task)
      return own.count == all.count { $0.row == row } ? row : "\(row) on \(own.joined(separator: ", "))"
    }
    return groups.joined(separator: "; ")
  }
}
