// What a search over settings found: every candidate's score on every task and seed, and by them the winners. A file of
// `experiments/tuned` holds it; recipes name that file.
import Metrics
import Records
import Settings
import Storage

/// The outcome of a search.
package struct TunedSettings: Sendable, Equatable, Codable {
  /// The model that was searched on.
  package struct Model: Sendable, Equatable, Codable {
    /// Its name in the manifest, or the last part of its path.
    package let name: String
    /// SHA-256 of its configuration and weights.
    package let digest: String
    /// SHA-256 of its tokenizer's files.
    package let tokenizer: String

    /// Names a model.
    package init(name: String, digest: String, tokenizer: String) {
      (self.name, self.digest, self.tokenizer) = (name, digest, tokenizer)
    }
  }

  /// A task that candidates were judged on.
  package struct Task: Sendable, Equatable, Codable {
    /// The task's id.
    package let id: String
    /// The metric, of which more is better.
    package let metric: String
    /// The validation sets whose mean score counts, or `tuning` for held-out training rows.
    package let sets: [String]
    /// How the task's labelled rows were divided: of which rows the sets are.
    package let split: EvaluationSplit
    /// The text that the runs' retention was measured on, which `data` is of as well; nil for none.
    package let retentionText: String?
    /// SHA-256 of what the runs read of the task: its files in the parts that `split` gives them, and the text for retention.
    package let data: String

    /// Describes a task.
    package init(
      id: String, metric: String, sets: [String], split: EvaluationSplit = .validation, retentionText: String? = nil, data: String
    ) {
      (self.id, self.metric, self.sets, self.split, self.retentionText, self.data) = (id, metric, sets, split, retentionText, data)
    }

    /// Whether rows that chose are among those of some sets of a run of the task.
    package func chose(amongRowsOf names: [String], of run: RunSpecification) -> Bool {
      if sets == [TaskDefinition.tuningSet] || names == [TaskDefinition.tuningSet] { return sets == names }
      let chosen = run.task.divided(by: split).validation.filter { !$0.isHeldOut && sets.contains($0.name) }
      let reported = run.dividedTask.validation.filter { names.contains($0.name) }
      return reported.contains { one in chosen.contains { $0.file == one.file && $0.rows.overlaps(one.rows) } }
    }
  }

  /// One choice of values and what came of it.
  package struct Candidate: Sendable, Equatable, Codable {
    /// A value for each setting.
    package let values: [OptionValue]
    /// By task and seed, as the metric defines it (an accuracy is 0 to 1); nil of a run that diverged.
    package let scores: [[Double?]]

    /// Makes a candidate from its parts.
    package init(values: [OptionValue], scores: [[Double?]]) { (self.values, self.scores) = (values, scores) }

    /// The mean over tasks of the mean over seeds; nil where a run diverged.
    package var score: Double? {
      let tasks = scores.compactMap { seeds in
        let found = seeds.compactMap(\.self)
        return found.count == seeds.count ? mean(found) : nil
      }
      return tasks.count == scores.count ? mean(tasks) : nil
    }
  }

  /// One method's candidates.
  package struct Method: Sendable, Equatable, Codable {
    /// The method's id.
    package let id: String
    /// In the order tried.
    package let candidates: [Candidate]

    /// Makes a method from its parts.
    package init(id: String, candidates: [Candidate]) { (self.id, self.candidates) = (id, candidates) }

    /// The candidate with the best score, of equals that of the lower values; nil where some run of each diverged.
    package var winner: Candidate? {
      let ascending = candidates.enumerated().sorted { one, other in
        let pairs = zip(one.element.values, other.element.values).map { ($0.number ?? 0, $1.number ?? 0) }
        return pairs.first { $0.0 != $0.1 }.map { $0.0 < $0.1 } ?? (one.offset < other.offset)
      }.map(\.element)
      // scores that are equal must not be told apart by their rounding
      return ascending.reduce(nil as (candidate: Candidate, score: Double)?) { best, candidate in
        guard let score = candidate.score.map({ ($0 * 1e12).rounded() }), score > best?.score ?? -.infinity else { return best }
        return (candidate, score)
      }?.candidate
    }

    /// The places of the settings whose least or greatest value won: a better one may lie beyond what was tried.
    package var edges: [Int] {
      guard let winner else { return [] }
      return winner.values.indices.filter { place in
        let tried = candidates.compactMap { $0.values[place].number }
        guard let own = winner.values[place].number, let least = tried.min(), let greatest = tried.max(), least < greatest else {
          return false
        }
        return own == least || own == greatest
      }
    }
  }

  /// The search's id.
  package let search: String
  /// The size at which it ran.
  package let profile: Profile
  /// What it ran on.
  package let model: Model
  /// The version of the arithmetic.
  package let numericsVersion: Int
  /// The programs that trained its runs: version and commit, sorted.
  package let programs: [String]
  /// SHA-256 of what was tried and how it was judged (`Experiment.searchStatement`).
  package let statement: String
  /// The epoch whose scores count.
  package let epoch: EpochChoice
  /// The names of the settings that were searched.
  package let settings: [String]
  /// The seeds of each candidate on each task.
  package let seeds: [RunSeed]
  /// The tasks, in the order of the scores.
  package let tasks: [Task]
  /// The methods, in the order of the rows.
  package let methods: [Method]

  /// Makes an outcome from its parts.
  package init(
    search: String, profile: Profile, model: Model, numericsVersion: Int, programs: [String], statement: String, epoch: EpochChoice,
    settings: [String], seeds: [RunSeed], tasks: [Task], methods: [Method]
  ) {
    self.search = search
    self.profile = profile
    self.model = model
    self.numericsVersion = numericsVersion
    self.programs = programs
    self.statement = statement
    self.epoch = epoch
    self.settings = settings
    self.seeds = seeds
    self.tasks = tasks
    self.methods = methods
  }

  /// SHA-256 of what decides the outcome: the statement, the model's and the tasks' files, and the arithmetic.
  package var digest: String {
    let lines = [statement, model.digest, model.tokenizer, "\(numericsVersion)"] + tasks.map { "\($0.id) \($0.data)" }
    return FileDigest.sha256(of: Array(lines.joined(separator: "\n").utf8))
  }

  /// What was found of a method; nil where it was not searched.
  package func method(_ id: String) -> Method? { methods.first { $0.id == id } }

  /// Whether a run of this seed has a part in what was found: by either of its axes.
  package func wasFound(on seed: RunSeed) -> Bool {
    let numbers = seeds.flatMap { [$0.initialization, $0.order] }
    return numbers.contains(seed.initialization) || numbers.contains(seed.order)
  }

  /// How many candidates each method had.
  package var candidateCount: Int { methods.first?.candidates.count ?? 0 }

  /// The settings for people: `learning rate`.
  package var settingNames: String {
    Self.list(settings.map { $0.replacing("_", with: " ") })
  }

  /// Values for people: `3e-3`, or `learning rate 3e-3, rank 8` where there are several settings.
  package func phrase(_ values: [OptionValue]) -> String {
    if values.count == 1 { return values[0].readable }
    return zip(settings, values).map { "\($0.replacing("_", with: " ")) \($1.readable)" }.joined(separator: ", ")
  }

  /// `a`, `a and b`, or `a, b and c`.
  static func list(_ names: [String]) -> String {
    guard let last = names.last, names.count > 1 else { return names.first ?? "" }
    return names.dropLast().joined(separator: ", ") + " and " + last
  }
}
