// Where a table's numbers come from: the digests and versions of all its records.
import Manifests
import Records

/// The sources of a table's records. A list has several entries where records differ.
package struct TableProvenance: Sendable, Equatable, Encodable {
  /// The digests of one task's data.
  package struct TaskData: Sendable, Equatable, Encodable {
    /// The task's id.
    package let task: String
    /// SHA-256 of its files.
    package let digests: [String]
  }

  /// A model by its name and digests.
  package struct Model: Sendable, Equatable, Encodable {
    /// Its name in the manifest, or the last part of its path.
    package let name: String
    /// SHA-256 of its configuration and weights.
    package let digest: String
    /// SHA-256 of its tokenizer.
    package let tokenizer: String
  }

  /// A program's version.
  package struct Program: Sendable, Equatable, Encodable {
    /// Its release, such as `0.2.0`.
    package let version: String
    /// The commit; nil outside a repository.
    package let commit: String?
    /// Whether files differed from the commit.
    package let isModified: Bool
  }

  /// The name of the manifest's recipe.
  package let recipe: String
  /// SHA-256 of the manifest's files as they are now; nil where they cannot be read.
  package let manifest: String?
  /// Every model that runs were made on, with its digest.
  package let models: [Model]
  /// The data, by task.
  package let data: [TaskData]
  /// The programs that ran.
  package let programs: [Program]
  /// The versions of the arithmetic.
  let numericsVersions: [Int]
  /// Runs that are in the table's cells.
  package let runs: Int
  /// Runs that the manifest plans.
  let plannedRuns: Int

  /// Runs whose records have no seal: what they left cannot be compared with them; nil where all have one.
  let unsealedRuns: Int?
  /// The searches that settings of the rows are from.
  private(set) var tunings: [Tuning] = []

  init(
    recipe: String, manifest: String?, tasks: [String], records: [(key: RunKey, record: RunRecord)], runs: Int, planned: Int,
    tuned: [AppliedTuning] = []
  ) {
    self.recipe = recipe
    self.manifest = manifest
    self.runs = runs
    plannedRuns = planned
    let unsealed = records.count { $0.record.seal == nil }
    unsealedRuns = unsealed == 0 ? nil : unsealed
    models = Self.distinct(
      records.map { _, record in
        Model(name: Self.modelName(record), digest: record.digests.model, tokenizer: record.digests.tokenizer)
      })
    data = tasks.compactMap { task in
      let digests = Self.distinct(records.filter { $0.key.task == task }.map(\.record.digests.data))
      return digests.isEmpty ? nil : TaskData(task: task, digests: digests)
    }
    programs = Self.distinct(
      records.map { _, record in
        Program(version: record.program.version, commit: record.program.commit, isModified: record.program.isModified)
      })
    numericsVersions = Self.distinct(records.map(\.record.numericsVersion))
    tunings = tunings(tuned, records)
  }

  /// What makes the runs of one table unlike each other.
  var warnings: [String] {
    var warnings: [String] = []
    let weights = Self.distinct(models.map { $0.digest + $0.tokenizer })
    if weights.count > 1 { warnings.append("The runs are of \(weights.count) different models or tokenizers.") }
    for task in data where task.digests.count > 1 {
      warnings.append("The runs of \(task.task) are on \(task.digests.count) different versions of its data.")
    }
    if numericsVersions.count > 1 {
      warnings.append("The runs are of \(numericsVersions.count) different versions of the arithmetic.")
    }
    for tuning in tunings where !tuning.differences.isEmpty {
      warnings.append("The search \(tuning.search) is not for these runs: \(tuning.differences.joined(separator: "; ")).")
    }
    return warnings
  }

  /// The name of the model in a record, without folders.
  static func modelName(_ record: RunRecord) -> String {
    guard case .text(let name)? = record.specification["model"] else { return "model" }
    return name.split(separator: "/").last.map(String.init) ?? name
  }

  /// The different values, in the order of their first appearance, which is the table's.
  static func distinct<Value: Equatable>(_ values: [Value]) -> [Value] {
    values.reduce(into: []) { if !$0.contains($1) { $0.append($1) } }
  }
}
