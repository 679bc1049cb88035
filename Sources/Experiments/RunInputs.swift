// What a run reads, and the digests by which it is known.
import Datasets
import Foundation
import Manifests
import Metrics
import Models
import Pocket
import Records
import Storage
import Synchronization
import Tokenizers
import Training

/// A run with the files it reads, known by their digests.
public struct PlannedRun: Sendable {
  public let specification: RunSpecification
  public let modelFolder: URL
  public let digests: RunDigests
  /// SHA-256 of the specification, the digests and the numerics version.
  public let identity: String
}

/// Reads models' and tasks' files once for all the runs that need them.
public final class RunInputs: Sendable {
  private struct Cache {
    var models: [URL: (model: String, tokenizer: String)] = [:]
    /// By the task's id: experiments may each have a task of their own by the same name.
    var tasks: [String: [LoadedTask]] = [:]
    var encoded: [String: EncodedTask] = [:]
    var tokenTypes: [String: Int] = [:]
  }

  private struct LoadedTask {
    /// Nil where the task is built in.
    let definition: Manifests.TaskDefinition?
    let profile: Profile
    let data: TaskData
    let digest: String
  }

  public let workspace: Workspace
  /// The folder of GLUE's files, where the profile needs one.
  private let data: URL?
  private let cache = Mutex(Cache())

  public init(workspace: Workspace, data: URL?) {
    self.workspace = workspace
    self.data = data
  }

  /// The run's files and identity.
  ///
  /// - Throws: `ExperimentError`, `StorageError`, `DatasetError` about a file that is missing or wrong.
  public func plan(_ run: RunSpecification, manifestDigest: String) throws -> PlannedRun {
    let folder = try workspace.model(run.model)
    let model = try modelDigests(folder)
    let task = try task(run)
    let digests = RunDigests(
      specification: FileDigest.sha256(of: Array(run.identityJSON.utf8)), manifest: manifestDigest, model: model.model,
      tokenizer: model.tokenizer, data: task.digest, tensors: nil)
    let members = [digests.specification, digests.model, digests.tokenizer, digests.data, "\(Numerics.version)"]
    return PlannedRun(
      specification: run, modelFolder: folder, digests: digests,
      identity: FileDigest.sha256(of: Array(members.joined(separator: "\n").utf8)))
  }

  /// SHA-256 of the configuration and the weights in a model's folder, and of its tokenizer's files.
  func modelDigests(_ folder: URL) throws -> (model: String, tokenizer: String) {
    if let known = cache.withLock({ $0.models[folder] }) { return known }
    let checkpoint = try CheckpointFolder(url: folder)
    let weights = try digest([folder.appending(path: "config.json")] + checkpoint.weightFiles)
    let tokenizer = try digest(
      CheckpointFolder.tokenizerNames.map { folder.appending(path: $0) }.filter { FileManager.default.fileExists(atPath: $0.path) })
    cache.withLock { $0.models[folder] = (weights, tokenizer) }
    return (weights, tokenizer)
  }

  private func digest(_ files: [URL]) throws -> String {
    let lines = try files.map { "\($0.lastPathComponent)\t\(try FileDigest.sha256(of: $0))\n" }
    return FileDigest.sha256(of: Array(lines.joined().utf8))
  }

  private func task(_ run: RunSpecification) throws -> (data: TaskData, digest: String) {
    let known = cache.withLock { cache in
      cache.tasks[run.task]?.first { $0.definition == run.taskDefinition && $0.profile == run.profile }
    }
    if let known { return (known.data, known.digest) }
    let (definition, folder) = try source(run)
    let data = try TaskLoader.load(definition, from: folder)
    guard !data.train.examples.isEmpty, data.validation.allSatisfy({ !$0.examples.isEmpty }) else {
      throw ExperimentError.emptyTask(run.task)
    }
    let summary = try DatasetFiles(of: data).summary { try FileDigest.sha256(of: $0) }
    let digest = FileDigest.sha256(of: Array(summary.utf8))
    let loaded = LoadedTask(definition: run.taskDefinition, profile: run.profile, data: data, digest: digest)
    cache.withLock { $0.tasks[run.task, default: []].append(loaded) }
    return (data, digest)
  }

  /// The task's definition and the folder of its files.
  private func source(_ run: RunSpecification) throws -> (Datasets.TaskDefinition, URL) {
    if let own = run.taskDefinition { return try (Datasets.TaskDefinition(own.custom), URL(filePath: "/")) }
    guard let task = GLUETask(rawValue: run.task) else { throw ExperimentError.noRun("task \(run.task)") }
    if run.profile == .pocket { return (task.definition, try PocketData.folder(at: workspace.pocketData)) }
    guard let data else { throw ExperimentError.noData(profile: run.profile.rawValue) }
    return (task.definition, data)
  }

  /// How many rows the run trains on.
  func trainingRows(_ run: PlannedRun) throws -> Int {
    let rows = try task(run.specification).data.train.examples.count
    return min(rows, run.specification.training.trainingRows ?? rows)
  }

  /// The metric that decides which epoch of a run is best; nil where the task cannot be read.
  func primaryMetric(of run: PlannedRun) -> Metric? { (try? task(run.specification))?.data.task.primaryMetric }

  /// How many outputs the run's task asks of a model.
  func outputs(_ run: PlannedRun) throws -> Int { try task(run.specification).data.task.outputCount }

  /// How many token types the run's inputs have, by its first row: a matter of the tokenizer, and of one text or two.
  func tokenTypes(_ run: PlannedRun, _ configuration: EncoderConfiguration) throws -> Int {
    let data = try task(run.specification).data
    guard let example = data.train.examples.first else { return 1 }
    let key = "\(run.digests.tokenizer)/\(example.second == nil)"
    if let known = cache.withLock({ $0.tokenTypes[key] }) { return known }
    let tokenizer = try TokenizerFolder.load(from: run.modelFolder, modelType: configuration.architecture.rawValue)
    let types = Int(tokenizer.encode(example.first, example.second).segments.max() ?? 0) + 1
    cache.withLock { $0.tokenTypes[key] = types }
    return types
  }

  /// The run's examples as token ids, cut to its length and number of rows.
  func encoded(_ run: PlannedRun, modelType: String?) throws -> EncodedTask {
    let recipe = run.specification.training
    // Tasks may read the same files in different ways.
    let definition = run.specification.taskDefinition.map { "\($0)" } ?? run.specification.task
    let key = [
      definition, run.digests.data, run.digests.tokenizer, "\(recipe.maximumLength)", "\(recipe.trainingRows ?? 0)",
      "\(recipe.validationRows ?? 0)",
    ].joined(separator: "/")
    if let known = cache.withLock({ $0.encoded[key] }) { return known }
    let tokenizer = try TokenizerFolder.load(from: run.modelFolder, modelType: modelType)
    let data = try task(run.specification).data.limited(train: recipe.trainingRows, validation: recipe.validationRows)
    let encoded = EncodedTask(
      train: data.train.encoded(with: tokenizer, maximumLength: recipe.maximumLength),
      validation: data.validation.map {
        ValidationSet(name: $0.name, examples: $0.encoded(with: tokenizer, maximumLength: recipe.maximumLength))
      },
      metrics: data.task.metrics, outputs: data.task.outputCount)
    cache.withLock { $0.encoded[key] = encoded }
    return encoded
  }
}

extension Manifests.TaskDefinition {
  /// The same task in the loader's words, its files by their paths from the root: they need not lie in one folder.
  fileprivate var custom: CustomTask {
    let columns = textColumns.map(column)
    var labels: [String]?
    if case .classification(let names) = target { labels = names }
    return CustomTask(
      id: id, title: title, format: format.rawValue, hasHeader: hasHeader, train: Self.path(trainingFile),
      validation: [.init(name: "validation", file: Self.path(validationFile))],
      columns: .init(first: columns[0], second: columns.dropFirst().first, label: column(labelColumn)), labels: labels,
      metrics: metrics)
  }

  /// A path from the root without its first slash, and without `.` and `..`.
  private static func path(_ file: String) -> String {
    String(URL(filePath: file).standardizedFileURL.path.drop { $0 == "/" })
  }

  private func column(_ name: String) -> Datasets.TaskDefinition.Column {
    if !hasHeader, format == .tsv, let index = Int(name) { .index(index) } else { .name(name) }
  }
}
