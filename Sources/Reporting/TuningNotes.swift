// What a table says of the searches that its rows' settings are from: their budgets, and whether they are for these runs at all.
import Manifests
import Records
import Settings

extension Experiment {
  /// The searches that found settings of these runs' rows.
  func usedTunings(among runs: [RunSpecification]) -> [AppliedTuning] {
    let used = Set(tuningSources(among: runs).compactMap { if case .search(let index) = $0.source { index } else { nil } })
    return tuned.indices.filter(used.contains).map { tuned[$0] }
  }

  /// How rows were tuned, and on which of the rows that the table reports settings were chosen, a sentence each.
  func tuningSentences(among runs: [RunSpecification], _ columns: [TaskColumn]) -> [String] {
    let reported = usedTunings(among: runs).flatMap { tuning in
      (tuning.settings?.tasks ?? []).filter { task in
        guard let run = runs.first(where: { $0.task.id == task.id }) else { return false }
        return columns.contains { $0.task == task.id && task.chose(amongRowsOf: $0.splits, of: run) }
      }.map(\.id)
    }
    let tasks = TableProvenance.distinct(reported)
    return tuningBudget(among: runs)
      + (tasks.isEmpty
        ? []
        : ["Settings were chosen on rows that this table reports, though on other seeds: \(tasks.joined(separator: ", "))."])
  }
}

extension TableProvenance {
  /// A search that settings of the table's rows are from.
  package struct Tuning: Sendable, Equatable, Encodable {
    /// The search's id.
    package let search: String
    /// SHA-256 of what decided its outcome.
    package let digest: String
    /// Why it is not a search for these runs, the end of a sentence each; empty where it is.
    package let differences: [String]
  }

  /// What the searches of a table are, held against its records.
  func tunings(_ used: [AppliedTuning], _ records: [(key: RunKey, record: RunRecord)]) -> [Tuning] {
    used.compactMap { tuning in
      guard let settings = tuning.settings else { return nil }
      var differences = tuning.difference.map { [$0] } ?? []
      if models.contains(where: { $0.digest != settings.model.digest || $0.tokenizer != settings.model.tokenizer }) {
        differences.append("it was on another model, \(settings.model.name) \(settings.model.digest.prefix(12))")
      }
      if numericsVersions.contains(where: { $0 != settings.numericsVersion }) {
        differences.append("it was by version \(settings.numericsVersion) of the arithmetic")
      }
      let changed = settings.tasks.filter { task in
        records.contains { $0.key.task == task.id && $0.record.reads(as: task) && $0.record.digests.data != task.data }
      }
      if !changed.isEmpty { differences.append("it read other files of \(changed.map(\.id).joined(separator: ", "))") }
      return Tuning(search: settings.search, digest: settings.digest, differences: differences)
    }
  }

  /// A search as the sources name it.
  static func phrase(_ tuning: Tuning, digest: (String) -> String) -> String {
    "\(tuning.search) \(digest(tuning.digest))"
      + (tuning.differences.isEmpty ? "" : ", which is not for these runs: \(tuning.differences.joined(separator: "; "))")
  }
}

extension RunRecord {
  /// Whether the run read its task's files in the parts in which a search's runs did, so that equal files have equal digests.
  fileprivate func reads(as task: TunedSettings.Task) -> Bool {
    func text(_ name: String) -> String? { if case .text(let text)? = specification["training"]?[name] { text } else { nil } }
    return (text("split") ?? EvaluationSplit.validation.rawValue) == task.split.rawValue
      && text("retention_text") == task.retentionText
  }
}
