// From the records of a search's runs to what it found.
import Manifests
import Metrics
import Records
import Settings

extension TunedSettings {
  /// What a search found.
  /// - Parameters:
  ///   - experiment: the search, whole.
  ///   - findings: the records of its runs.
  /// - Returns: the outcome, or nil and what is lacking for one: a run that is missing, failed, of other settings or files, or without a
  ///   score. A run that diverged has no score either, but is an outcome: its candidate does not win.
  package static func found(by experiment: Experiment, _ findings: RunFindings) -> (outcome: TunedSettings?, lacks: [String]) {
    guard let search = experiment.search, let statement = experiment.searchStatement else {
      return (nil, ["\(experiment.id) is no search"])
    }
    var lacks: [String] = [], missing = 0
    var scores: [RunKey: Double?] = [:]
    for run in experiment.runs {
      switch SearchScore(run, findings, epoch: experiment.report.epoch) {
      case .score(let value): scores[RunKey(run)] = .some(value)
      case .diverged: scores[RunKey(run)] = .some(nil)
      case .missing: missing += 1
      case .unusable(let reason): lacks.append("\(run.shortName) \(reason)")
      }
    }
    if missing > 0 { lacks.insert("\(missing) of \(experiment.runs.count) runs missing", at: 0) }
    let records = experiment.runs.compactMap { run in findings.records[RunKey(run)].map { (run: run, record: $0) } }
    lacks +=
      unlike(records.map(\.record.digests.model), "models") + unlike(records.map(\.record.digests.tokenizer), "tokenizers")
      + unlike(records.map { "\($0.record.numericsVersion)" }, "versions of the arithmetic")
    let tasks = experiment.tasks.compactMap { task -> Task? in
      let own = records.filter { $0.run.task.id == task.id }
      lacks += unlike(own.map(\.record.digests.data), "versions of the data of \(task.id)")
      return own.first.map {
        Task(
          id: task.id, metric: $0.record.primary.metric, sets: $0.run.choosingSets, split: $0.run.training.split,
          retentionText: $0.run.training.retentionText, data: $0.record.digests.data)
      }
    }
    let methods = search.methods.map { method in
      Method(
        id: method.id,
        candidates: method.candidates.map { candidate in
          Candidate(
            values: candidate.values,
            scores: experiment.tasks.map { task in
              experiment.seeds.compactMap { scores[RunKey(row: candidate.row, task: task.id, seed: $0)] }
            })
        })
    }
    guard lacks.isEmpty, let first = records.first?.record else { return (nil, lacks) }
    let outcome = TunedSettings(
      search: experiment.id, profile: experiment.profile,
      model: Model(name: TableProvenance.modelName(first), digest: first.digests.model, tokenizer: first.digests.tokenizer),
      numericsVersion: first.numericsVersion, programs: TableProvenance.distinct(records.map { program($0.record) }).sorted(),
      statement: statement, epoch: experiment.report.epoch, settings: search.settings, seeds: experiment.seeds, tasks: tasks,
      methods: methods)
    return (outcome, [])
  }

  /// `the runs are of 2 models`; nothing where all are of one.
  private static func unlike(_ values: [String], _ noun: String) -> [String] {
    let count = Set(values).count
    return count > 1 ? ["the runs are of \(count) \(noun)"] : []
  }

  /// `0.1.0 (4f2c1ab)`
  private static func program(_ record: RunRecord) -> String {
    let state = [record.program.commit.map { String($0.prefix(12)) }, record.program.isModified ? "modified" : nil].compactMap(
      \.self)
    return record.program.version + (state.isEmpty ? "" : " (\(state.joined(separator: ", ")))")
  }
}

/// What a run of a search counts for.
private enum SearchScore {
  /// The primary metric of the epoch that counts, averaged over the sets that choose: never over rows that are only reported.
  case score(Double)
  case diverged
  case missing
  /// Why there is no score, the end of a sentence.
  case unusable(String)

  init(_ run: RunSpecification, _ findings: RunFindings, epoch choice: EpochChoice) {
    if let reason = findings.unreadable[RunKey(run)] {
      self = .unusable("cannot be used: \(reason)")
      return
    }
    guard let record = findings.records[RunKey(run)] else {
      self = .missing
      return
    }
    if let difference = findings.difference(run) {
      self = .unusable("is outdated: \(difference)")
      return
    }
    switch record.outcome {
    case .diverged: self = .diverged
    case .failed(let message): self = .unusable("failed: \(message)")
    case .completed:
      let epoch = choice == .best ? record.bestEpoch : record.lastEpoch
      let values = (epoch.flatMap { record.scores(epoch: $0) }?.scores ?? [])
        .filter { $0.metric == record.primary.metric && record.chooses(by: $0.split) }.map(\.value)
      // a correlation with one answer for everything has no value, and counts as 0 as it does in tables
      let isCollapsed = record.flags.contains(.collapsed)
      if let score = mean(values.map { $0.isNaN && isCollapsed ? 0 : $0 }) {
        self = .score(score)
      } else {
        self = .unusable("has no score '\(record.primary.metric)'")
      }
    }
  }
}
