// Measures what the gate of the pocket profile asks for: runs of full fine-tuning through the ordinary machinery, and baselines. The
// gate and its baselines are Pocket's; this stands with the runner, which reads Pocket's data.
import Devices
import Foundation
import Layers
import Manifests
import Metrics
import Models
import Pocket
import Objectives
import Records
import Settings
import Storage
import Training

/// A check of the pocket profile.
package struct PocketCheck: Sendable {
  /// The table whose recipe, tasks and PEFT rows are meant.
  package let experiment: Experiment
  /// The project whose gate is measured.
  package let workspace: Workspace
  /// The model that is checked.
  package let model: String
  /// The ids of the tasks, in the table's order.
  package let tasks: [String]
  /// The seeds that each row is measured on.
  package let seeds: [Int]
  private let terms: PocketGate.Terms
  private let inputs: RunInputs
  private let digest: String
  private static let method = "fft"

  /// - Parameters:
  ///   - experiment: a table under the pocket profile.
  ///   - tasks: only these; the gate asks for all.
  /// - Throws: `ManifestError` when the table has no row of full fine-tuning, or not these tasks; `ExperimentError.unlikeTasks`.
  package init(_ experiment: Experiment, in workspace: Workspace, tasks: [String]? = nil, seeds: [Int]) throws {
    self.experiment = experiment
    self.workspace = workspace
    self.seeds = seeds
    inputs = RunInputs(workspace: workspace, data: nil)
    digest = try FileDigest.sha256(ofAll: experiment.sources.map { URL(filePath: $0) })
    let runs = try experiment.part(Narrowing(tasks: tasks, methods: [Self.method])).runs
    guard let first = runs.first else { throw ExperimentError.noRun("\(Self.method) of \(experiment.id)") }
    self.model = first.model
    var seen: [TaskDefinition] = []
    for run in runs where !seen.contains(where: { $0.id == run.task.id }) { seen.append(run.task) }
    self.tasks = seen.map(\.id)
    let texts = seen.filter(\.asksForText).map(\.id), labels = seen.filter { !$0.asksForText }.map(\.id)
    guard texts.isEmpty || labels.isEmpty else {
      throw ExperimentError.unlikeTasks(experiment.id, texts: texts, labels: labels)
    }
    terms = labels.isEmpty ? .texts : .labels
  }

  /// The runs of full fine-tuning: of the model, and of the same model from random weights. Those of the model are the
  /// table's own, whatever they are linked under.
  ///
  /// - Throws: `ExperimentError`, `ModelError`, `StorageError` where the model or a task cannot be used.
  package func plan() throws -> [PlannedRun] {
    let untrained = try Dictionary(
      seeds.map { ($0, try randomModel(seed: $0)) }, uniquingKeysWith: { first, _ in first })
    let runs = try experiment.part(Narrowing(tasks: tasks, methods: [Self.method])).runs
    return try tasks.flatMap { task -> [PlannedRun] in
      guard let run = runs.first(where: { $0.task.id == task }) else { return [] }
      return try seeds.flatMap { seed in
        try [
          inputs.plan(Self.run(run, row: "fft", model: model, seed: seed), manifestDigest: digest),
          inputs.plan(Self.run(run, row: "random-weights", model: untrained[seed] ?? model, seed: seed), manifestDigest: digest),
        ]
      }
    }
  }

  private static func run(_ run: RunSpecification, row: String, model: String, seed: Int) -> RunSpecification {
    RunSpecification(
      experiment: "check-pocket", profile: run.profile, row: row, label: row, method: run.method, options: run.options,
      training: run.training, model: model, task: run.task, seed: RunSeed(seed))
  }

  /// Writes the model with the weights that pre-training would have started from, and returns what names it.
  private func randomModel(seed: Int) throws -> String {
    let source = try workspace.model(model)
    let folder = workspace.results.appending(path: "data/random-\(source.lastPathComponent)-\(seed)")
    try RandomModel.write(RandomModel.sizes(of: source), like: source, seed: seed, to: folder)
    // records name models; a path of this machine would say nothing elsewhere
    let root = workspace.root.path + "/"
    return folder.path.hasPrefix(root) ? String(folder.path.dropFirst(root.count)) : folder.path
  }

  /// Trains what is not there yet, `jobs` at a time, then measures the baselines.
  ///
  /// - Parameter note: told what is being measured.
  /// - Throws: what planning, training or a baseline throws; a run that fails is in the summary instead.
  /// - Returns: the gate, and the summary of the runs; `nil` for the gate where they were stopped.
  package func measure(
    jobs: Int, options: ExecutionOptions, progress: RunProgress, note: (String) -> Void
  ) throws -> (gate: PocketGate?, summary: RunnerSummary) {
    let plan = try plan()
    let store = RunStore(workspace)
    let runner = Runner(store: store, executor: RunExecutor(inputs: inputs, options: options), jobs: jobs)
    let summary = try runner.run(plan, progress: progress)
    guard !summary.wasStopped else { return (nil, summary) }
    let backend = try Device.processor.backend(threads: min(max(1, jobs), Device.mostThreads))
    var measurements: [PocketGate.Measurement] = []
    for task in tasks {
      guard let example = plan.first(where: { $0.specification.task.id == task && $0.specification.row == "fft" }) else {
        continue
      }
      let loaded = try ModelLoader.load(
        folder: example.modelFolder, seed: 0, on: backend, target: example.specification.task.headTarget)
      let objective = try inputs.objective(of: example, modelType: loaded.model.configuration.architecture.modelType)
      note(task)
      let scores = { (row: String) in
        plan.filter { $0.specification.task.id == task && $0.specification.row == row }
          .map { store.record($0.identity)?.lastScore ?? .nan }
      }
      let (tuned, untrained) = (scores("fft"), scores("random-weights"))
      let ofTexts: PocketGate.Measurement?
      do {
        ofTexts = try PocketGate.Measurement(
          inputs.examples(of: example), objective, on: loaded.model, tuned: tuned, untrained: untrained
        ) { if options.shouldStop() { throw Interruption() } }
      } catch is Interruption { return (nil, summary) }
      measurements.append(
        ofTexts
          ?? PocketGate.Measurement(
            task, objective, on: loaded.model, tuned: tuned, untrained: untrained,
            ceiling: PocketData.ceiling(of: example.specification.task), backend: backend))
    }
    return (PocketGate(measurements, spreads: try spreads(store), terms: terms), summary)
  }

  /// The scores of the table's PEFT rows, for the tasks where every run is there.
  private func spreads(_ store: RunStore) throws -> [PocketGate.Spread] {
    let runs = try experiment.part(Narrowing(tasks: tasks)).runs
    return try tasks.compactMap { task in
      var rows: [(row: String, scores: [Double])] = []
      for run in runs where run.task.id == task && run.method != Self.method {
        let planned = try inputs.plan(run, manifestDigest: digest)
        guard let score = store.record(planned.identity)?.lastScore else { return nil }
        if rows.last?.row == run.row {
          rows[rows.count - 1].scores.append(score)
        } else {
          rows.append((run.row, [score]))
        }
      }
      return PocketGate.Spread(task: task, rows: rows.map(\.scores))
    }
  }
}

extension RunRecord {
  /// The last epoch's primary metric, averaged over the sets that a table reports, as a percentage; `nil` for a run that did not end well.
  ///
  /// The last and not the best epoch: none is chosen by the very rows that it is scored on.
  var lastScore: Double? {
    guard outcome == .completed, let lastEpoch, let epoch = scores(epoch: lastEpoch) else { return nil }
    let values = epoch.scores.filter { $0.metric == primary.metric && reports($0.split) }.map { $0.value.isNaN ? 0 : $0.value }
    return mean(values).map { 100 * $0 }
  }
}
