// From what training returned to the record of the run.
import Foundation
import Metrics
import Objectives
import Records
import Settings
import Training

extension RunRecord {
  init(
    _ run: PlannedRun, _ history: TrainingHistory, _ outcome: TrainingOutcome, objective: any Objective, measures: [String: Double],
    tensors: String, texts: [RunFile: String], threads: Int
  ) {
    self.init(
      identity: run.identity, specification: run.specification.json,
      outcome: RunOutcome(outcome),
      flags: history.isCollapsed(objective) ? [.collapsed] : [],
      epochs: history.epochs.enumerated().map { EpochScores($1, number: $0 + 1) },
      primary: PrimaryScore(
        split: objective.validation.first?.name ?? "validation", metric: run.specification.task.primaryMetric.rawValue),
      heldOut: objective.validation.filter(\.isHeldOut).map(\.name),
      trainableParameters: TrainableParameters(
        initial: history.steps.first?.trainable ?? 0, final: history.steps.last?.trainable ?? 0, average: history.averageTrainable),
      trainableParametersWithHead: TrainableParameters(
        initial: history.steps.first?.trainableWithHead ?? 0, final: history.steps.last?.trainableWithHead ?? 0,
        average: history.steps.isEmpty
          ? 0 : history.steps.reduce(0) { $0 + Double($1.trainableWithHead) } / Double(history.steps.count)),
      steps: history.steps.count, preliminarySteps: history.preliminary.isEmpty ? nil : history.preliminary.count,
      flops: history.operations, measures: measures,
      digests: run.digests.with(tensors: tensors, weights: history.weights, texts: texts), numericsVersion: Numerics.version,
      program: .current,
      environment: .current(threads: threads))
  }

  /// A run that could not be trained.
  init(failed run: PlannedRun, message: String, threads: Int) {
    let none = TrainableParameters(initial: 0, final: 0, average: 0)
    self.init(
      identity: run.identity, specification: run.specification.json, outcome: .failed(message: message), flags: [], epochs: [],
      primary: PrimaryScore(split: "validation", metric: run.specification.task.primaryMetric.rawValue), trainableParameters: none,
      trainableParametersWithHead: none, steps: 0, flops: 0, digests: run.digests, numericsVersion: Numerics.version,
      program: .current, environment: .current(threads: threads))
  }
}

extension EpochScores {
  /// The scores of an epoch, counted from 1; undefined ones are not a number.
  init(_ epoch: TrainingHistory.Epoch, number: Int) {
    self.init(
      epoch: number, step: epoch.updates,
      scores: epoch.evaluations.flatMap { evaluation in
        evaluation.scores.entries.map { Score(split: evaluation.name, metric: $0.metric.rawValue, value: $0.value ?? .nan) }
      })
  }
}

extension RunSpecification {
  /// The whole specification as a record holds it.
  fileprivate var json: JSONValue {
    // canonical JSON always reads back
    (try? JSONValue(json: canonicalJSON)) ?? .text(canonicalJSON)
  }
}

extension RunDigests {
  /// These digests with those of what the run left.
  fileprivate func with(tensors: String, weights: [String: String], texts: [RunFile: String]) -> RunDigests {
    RunDigests(
      specification: specification, manifest: manifest, model: model, tokenizer: tokenizer, data: data, tensors: tensors,
      best: weights["best"], last: weights["last"], bestTexts: texts[.bestTexts], lastTexts: texts[.lastTexts])
  }
}

extension RunOutcome {
  init(_ outcome: TrainingOutcome) {
    switch outcome {
    case .completed: self = .completed
    case .diverged(let divergence): self = .diverged(step: divergence.step + 1)  // records count from 1
    }
  }
}

extension TrainingHistory {
  /// Whether the model of the best or the last epoch gives one answer to everything although the right answers differ.
  func isCollapsed(_ objective: any Objective) -> Bool {
    [best, epochs.indices.last].compactMap { $0 }.contains { index in
      epochs[index].evaluations.enumerated().contains { objective.isCollapsed($1.predictions, set: $0) }
    }
  }
}
