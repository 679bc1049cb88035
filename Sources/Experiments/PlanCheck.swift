// Whether every run of an experiment can start, before the first is trained. Options that are each within their limits may still make
// no sense together, or on this model, or over so many steps; a model may lack the positions, the words or the token types of a task's
// inputs; a file may be missing.
import Adapters
import Datasets
import Foundation
import Manifests
import Models
import Objectives
import Records
import Settings
import Storage
import Tensors
import Training

/// Plans the runs of an experiment, and collects what is wrong with them.
struct PlanCheck {
  /// What is wrong, each once, in the order in which it was met.
  private(set) var problems: [Problem] = []
  /// What is to be known of the runs' models and data, each once.
  private(set) var notes: [String] = []
  private let experiment: Experiment
  private let inputs: RunInputs
  private let store: RunStore
  /// What has been looked at, so that runs that differ in their seed alone are looked at once.
  private var seen: Set<String> = []
  /// The models with tasks whose files cannot be used: reading them takes long where they are large, and is tried once.
  private var unusable: Set<[String]> = []

  init(_ experiment: Experiment, inputs: RunInputs, store: RunStore) {
    self.experiment = experiment
    self.inputs = inputs
    self.store = store
  }

  /// The runs with their files and identities, as far as there is nothing wrong with them.
  mutating func plan(_ specifications: [RunSpecification]) -> [PlannedRun] {
    let manifest: String
    do {
      manifest = try FileDigest.sha256(ofAll: experiment.sources.map { URL(filePath: $0) })
    } catch {
      report("\(error)", at: nil)
      return []
    }
    var runs: [PlannedRun] = []
    for specification in specifications where !unusable.contains([specification.model, specification.task.id]) {
      do {
        let run = try inputs.plan(specification, manifestDigest: manifest)
        if store.record(run.identity) == nil { try check(run) }
        runs.append(run)
      } catch {
        report(error, of: specification)
      }
    }
    return runs
  }

  private mutating func report(_ message: String, at place: SourcePosition?) {
    let problem = Problem(at: place, message)
    if !problems.contains(problem) { problems.append(problem) }
  }

  /// Says what keeps a run from being trained, at the place in its files that decides it.
  private mutating func report(_ error: any Error, of run: RunSpecification) {
    switch error {
    // of this row alone
    case is AdapterError, ExperimentError.tooLong, ExperimentError.noPositions, ExperimentError.patience, ExperimentError.retention,
      CompletionError.longTarget, CompletionError.noRoom, DatasetError.nothingLeft:
      break
    default: unusable.insert([run.model, run.task.id])
    }
    switch error {
    case AdapterError.badOption(_, let option, _, _):
      report("\(run.row), \(run.task.id): \(error)", at: experiment.place(of: option, in: run))
    case AdapterError.noProjection: report("\(run.row), \(run.task.id): \(error)", at: experiment.place(of: "targets", in: run))
    case is AdapterError: report("\(run.row), \(run.task.id): \(error)", at: experiment.placeOfRow(run))
    case ExperimentError.patience: report("\(error)", at: experiment.place(of: "early_stopping_patience", in: run))
    case ExperimentError.retention:
      let key = run.training.retentionRows == nil ? "retention_text" : "retention_rows"
      report("\(run.task.id): \(error)", at: experiment.place(of: key, in: run))
    case ExperimentError.noPositions:
      report("\(run.row), \(run.task.id): \(error)", at: experiment.place(of: "virtual_tokens", in: run))
    case ExperimentError.tooLong: report("\(run.task.id): \(error)", at: experiment.place(of: "max_length", in: run))
    case CompletionError.longTarget, CompletionError.noRoom:
      report("\(error)", at: experiment.place(of: "max_length", in: run))
    case DatasetError.nothingLeft: report("\(run.task.id): \(error)", at: experiment.place(of: "tuning_rows", in: run))
    case ExperimentError.tokenTypes: report("\(run.task.id): \(error)", at: experiment.placeOfTask(run))
    case ExperimentError.noData: report("\(error)", at: nil)
    case ExperimentError.emptyTask, CompletionError.emptyPrompt, is DatasetError:
      report("\(error)", at: experiment.placeOfTask(run))
    default: report("\(error)", at: experiment.placeOfModel)
    }
  }

  /// Puts the run's method on the model that its files describe, without its weights, on a backend that computes nothing.
  ///
  /// - Throws: what keeps the run from being trained.
  private mutating func check(_ run: PlannedRun) throws {
    let specification = run.specification, training = specification.training
    let length = FineTuning.length(rows: try inputs.trainingRows(run), settings: training)
    let configuration = try ModelLoader.configuration(folder: run.modelFolder), target = specification.task.headTarget
    let types = configuration.limits.tokenTypes == nil ? 1 : try inputs.tokenTypes(run, configuration)
    let subject =
      "\(specification.row) \(specification.options) \(run.modelFolder.path) \(length) \(training.maximumLength) \(types) "
      + "\(training.earlyStoppingPatience ?? 0) \(training.retentionRows ?? 0) \(training.retentionText ?? "") "
      + "\(specification.task.id) \(target)"
    guard seen.insert(subject).inserted else { return }
    try configuration.checkInputs(length: training.maximumLength, tokenTypes: types, of: run.modelFolder)
    let words = try inputs.vocabularySize(run, configuration)
    guard words <= configuration.vocabularySize else {
      throw ExperimentError.vocabulary(model: run.modelFolder.path, tokenizer: words, embedding: configuration.vocabularySize)
    }
    let backend = PlanningBackend()
    let loaded = try ModelLoader.load(folder: run.modelFolder, seed: 0, on: backend, target: target) { $0.adapt(to: training) }
    let isExpected = loaded.head == .absent && Workspace.isPretrainedHere(specification.model)
    if !isExpected, let note = HeadNote(loaded, for: specification.task, folder: run.modelFolder)?.text { add([note]) }
    let method = try specification.attach(to: MethodHost(loaded.model, backend: backend, seed: 0, schedule: length))
    try loaded.model.checkPositions(length: training.maximumLength, of: run.modelFolder.path)
    if let reason = FineTuning.problem(ofPatience: training, method, asksForTexts: specification.task.headTarget == .words) {
      throw ExperimentError.patience(row: specification.row, task: specification.task.id, reason: reason)
    }
    try RunRetention(run, inputs: inputs)?.plan(on: PlanningBackend())
    if let note = RunRetention.note(run) { add([note]) }
    // held-out rows share no text with the others, and the validation files are not read for them
    if training.tuningRows == nil, seen.insert("splits \(run.digests.data)").inserted { notes += try inputs.splitNotes(run) }
    // a label's text is cut to any length; one that is written needs room, and a token that ends it
    guard case .text = specification.task.target else { return }
    add(try inputs.objective(of: run, modelType: configuration.architecture.modelType).notes)
  }

  private mutating func add(_ found: [String]) { for note in found where !notes.contains(note) { notes.append(note) } }
}
