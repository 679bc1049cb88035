// A search over the learning rates of three methods, with records that were never computed.
import Foundation
import Manifests
import Records
import Testing

@testable import Reporting

/// A search whose LoRA is best at its highest rate, full fine-tuning in the middle, and AFLoRA nowhere: one run of each candidate diverged.
enum MadeUpSearch {
  static let text = """
    id: s
    title: rates
    methods: [lora, fft, {aflora: {label: Freezing}}]
    tune: {learning_rate: {default: [1e-3, 3e-3, 1e-2], fft: [1e-4, 3e-4, 1e-3]}, seeds: [100, 101], tasks: [rte, mrpc]}
    figures: [tuning]
    profiles: {pocket: {model: some-model, recipe: plain}}

    """

  /// Scores by row: the first seed's on rte; the second has 0.1 more, mrpc 0.02 more.
  private static let scores: [String: Double] = [
    "lora-learning-rate-0.001": 0.5, "lora-learning-rate-0.003": 0.6, "lora-learning-rate-0.01": 0.7,
    "fft-learning-rate-0.0001": 0.4, "fft-learning-rate-0.0003": 0.8, "fft-learning-rate-0.001": 0.6,
  ]

  /// The search with a record for each run.
  static func experiment(_ text: String = text) throws -> MadeUpExperiment {
    let experiment = try MadeUpExperiment(text)
    for run in try experiment.runs() {
      let hasDiverged = run.row.hasPrefix("aflora") && run.seed == 101
      let score = (scores[run.row] ?? 0.3) + (run.seed == 101 ? 0.1 : 0) + (run.task.id == "mrpc" ? 0.02 : 0)
      try experiment.add(
        run.row, run.task.id, run.seed, [0.1, score, 0.2], outcome: hasDiverged ? .diverged(step: 7) : .completed)
    }
    return experiment
  }

  /// What it found.
  static func found() throws -> TunedSettings {
    let made = try experiment()
    let (outcome, lacks) = TunedSettings.found(by: try made.manifest.experiment(.pocket), made.findings)
    #expect(lacks == [])
    return try #require(outcome)
  }

  /// A table of the same recipe, which names the search, with the search's manifest and what it found.
  static func table(
    methods: String = "[lora, fft, aflora]", outcome: TunedSettings? = nil, figures: String = "[tuning]", training: String = "{}"
  ) throws -> MadeUpExperiment {
    let recipe = "defaults: {epochs: 2, batch: 16, learning_rate: 5e-4}\ntuned: s\n"
    let outcome = try outcome ?? found()
    return try MadeUpExperiment(
      """
      id: t1
      title: tuned alike
      model: some-model
      recipe: plain
      tasks: [rte, cola]
      seeds: [0, 1]
      methods: \(methods)
      figures: \(figures)
      training: \(training)
      profiles: {pocket: {}}

      """, others: ["recipes/plain.yaml": recipe, "tune/s.yaml": text, "tuned/s.yaml": outcome.text])
  }
}
