// What a run reads, and the digests by which it is known.
import Datasets
import Foundation
import Models
import Objectives
import Pocket
import Records
import Settings
import Storage
import Synchronization
import Tokenizers

/// Reads models' and tasks' files once for all the runs that need them.
package final class RunInputs: Sendable {
  private struct Cache {
    var models: [URL: (model: String, tokenizer: String)] = [:]
    var tasks: [LoadedTask] = []
    var heldOut: [HeldOutTask] = []
    var digests: [[URL]: String] = [:]
    /// The first lines of texts that retention is measured on.
    var lines: [URL: [String]] = [:]
    var tokenTypes: [String: Int] = [:]
    var vocabularies: [URL: Int] = [:]
    /// The files that were read, as they were before.
    var stamps: [URL: FileStamp] = [:]
  }

  private struct LoadedTask {
    /// Experiments may each have a task of their own by the same name.
    let definition: TaskDefinition
    let folder: URL
    let data: TaskData
  }

  /// A task of whose training rows some are held out.
  private struct HeldOutTask {
    let definition: TaskDefinition
    let folder: URL
    let rows: Int
    let data: TaskData
  }

  /// Encoding takes seconds: jobs that need the same task wait for the first of them.
  private final class EncodedOnce: Sendable {
    let objective = Mutex<(any Objective)?>(nil)
  }

  /// The project that models, pocket data and caches lie in.
  package let workspace: Workspace
  /// The folder of the built-in tasks' files, where the profile needs one.
  private let data: URL?
  private let cache = Mutex(Cache())
  private let encoded = Mutex<[String: EncodedOnce]>([:])
  /// What measurements of retention share.
  let retention = SharedRetention()

  /// Looks for the built-in tasks' files in `data`; without it, tasks on real data are not at hand.
  package init(workspace: Workspace, data: URL?) {
    self.workspace = workspace
    self.data = data
  }

  /// The run's files and identity.
  ///
  /// - Throws: `ExperimentError`, `StorageError`, `DatasetError` about a file that is missing or wrong.
  package func plan(_ run: RunSpecification, manifestDigest: String) throws -> PlannedRun {
    let folder = try workspace.model(run.model)
    let model = try modelDigests(folder)
    let dataFolder = try self.dataFolder(of: run)
    _ = try task(run.dividedTask, in: dataFolder)
    let digests = RunDigests(
      specification: FileDigest.sha256(of: Array(run.identityJSON.utf8)), manifest: manifestDigest, model: model.model,
      tokenizer: model.tokenizer, data: try dataDigest(of: run, in: dataFolder), tensors: nil)
    let members = [digests.specification, digests.model, digests.tokenizer, digests.data, "\(Numerics.version)"]
    return PlannedRun(
      specification: run, modelFolder: folder, dataFolder: dataFolder, digests: digests,
      identity: FileDigest.sha256(of: Array(members.joined(separator: "\n").utf8)))
  }

  /// What the run would read now, as far as it is at hand. Nothing is made, fetched or loaded.
  package func digestsAtHand(of run: RunSpecification) -> InputDigests {
    let model = workspace.modelAtHand(run.model).flatMap { modelDigestsAtHand($0) }
    return InputDigests(
      model: model?.model, tokenizer: model?.tokenizer,
      data: folderAtHand(of: run).flatMap { try? dataDigest(of: run, in: $0) })
  }

  /// What the validation examples of a run say, each its only text or both, the first `count` of each set.
  ///
  /// - Returns: nil where the files are not at hand or are none of the task; nothing is made or fetched.
  package func validationTexts(of run: RunSpecification, first count: Int) -> [(set: String, texts: [[String]])]? {
    guard let folder = folderAtHand(of: run), let data = try? task(run.dividedTask, in: folder) else { return nil }
    return data.limited(train: 1, validation: run.training.validationRows).validation.map { set in
      (set.name, set.examples.prefix(count).map { [$0.first] + ($0.second.map { [$0] } ?? []) })
    }
  }

  /// The folder of a run's files where it is there.
  private func folderAtHand(of run: RunSpecification) -> URL? {
    let isGenerated = run.profile == .pocket && run.task.isBuiltIn, pocket = workspace.pocketData
    return isGenerated ? (PocketData.isWhole(pocket) ? pocket : nil) : try? dataFolder(of: run)
  }

  /// Whether the run could be planned without making or fetching a model; generated tasks do not count.
  package func isAtHand(_ run: RunSpecification) -> Bool {
    workspace.modelAtHand(run.model) != nil && (try? dataFolder(of: run)) != nil
  }

  /// SHA-256 of the configuration and the weights in a model's folder, and of its tokenizer's files.
  func modelDigests(_ folder: URL) throws -> (model: String, tokenizer: String) {
    if let known = cache.withLock({ $0.models[folder] }) { return known }
    let files = try Self.modelFiles(folder)
    remember(files.weights + files.tokenizer)
    let weights = try digest(files.weights, InputReading.head(folder)),
      tokenizer = try digest(files.tokenizer, InputReading.tokenizer(files.tokenizer))
    cache.withLock { $0.models[folder] = (weights, tokenizer) }
    return (weights, tokenizer)
  }

  /// The same of a folder that need not be whole. Files that cannot be opened as a model are none that a run was made of; nil where
  /// there are no weights at all.
  private func modelDigestsAtHand(_ folder: URL) -> (model: String, tokenizer: String?)? {
    do {
      let (model, tokenizer) = try modelDigests(folder)
      return (model, tokenizer)
    } catch StorageError.noCheckpoint {
      return nil
    } catch {
      // what no file has for its digest
      return ("damaged", nil)
    }
  }

  private static func modelFiles(_ folder: URL) throws -> (weights: [URL], tokenizer: [URL]) {
    let tokenizer = CheckpointFolder.tokenizerNames.map { folder.appending(path: $0) }
    return (
      [folder.appending(path: "config.json")] + (try CheckpointFolder(url: folder).weightFiles),
      tokenizer.filter { FileManager.default.fileExists(atPath: $0.path) }
    )
  }

  /// Remembers how files are before they are read for the first time.
  private func remember(_ files: [URL]) {
    cache.withLock { cache in
      for file in files where cache.stamps[file] == nil { cache.stamps[file] = FileStamp(file) }
    }
  }

  /// Compares the run's files with what they were when its identity was made of them. A run that has read others is none of this
  /// identity.
  ///
  /// - Throws: `ExperimentError.changedInput`.
  func requireUnchanged(_ run: PlannedRun) throws {
    let model = try Self.modelFiles(run.modelFolder)
    let files =
      model.weights + model.tokenizer + (try DatasetFiles(of: run.specification.dividedTask, in: run.dataFolder)).files.map(\.url)
      + (try retentionText(of: run.specification).map { [$0] } ?? [])
    let known = cache.withLock { $0.stamps }
    if let file = files.first(where: { known[$0] == nil || known[$0] != FileStamp($0) }) {
      throw ExperimentError.changedInput(file.path)
    }
  }

  /// - Parameter reading: the version of how they are read, where it is not the first.
  private func digest(_ files: [URL], _ reading: String? = nil) throws -> String {
    let lines =
      try files.map { "\($0.lastPathComponent)\t\(try FileDigest.sha256(of: $0))\n" } + (reading.map { ["\($0)\n"] } ?? [])
    return FileDigest.sha256(of: Array(lines.joined().utf8))
  }

  /// The file that a run's retention is measured on; nil where it is on no file.
  ///
  /// - Throws: `ExperimentError.retention` where its path leaves the folder of data, or nothing is there.
  func retentionText(of run: RunSpecification) throws -> URL? {
    guard let name = run.training.retentionText else { return nil }
    let parts = name.split(separator: "/", omittingEmptySubsequences: false)
    guard !parts.contains(where: { ["", ".", ".."].contains($0) }) else {
      throw ExperimentError.retention("retention_text is '\(name)'; name a file within the folder of data, as texts/held-out.txt")
    }
    let file = (data ?? workspace.root).appending(path: name)
    guard FileManager.default.fileExists(atPath: file.path) else {
      throw ExperimentError.retention(
        "\(file.path): there is no such file. retention_text names a text within the folder of data (--data)")
    }
    return file
  }

  /// SHA-256 of what the run reads of its task, and of the text that its retention is measured on.
  private func dataDigest(of run: RunSpecification, in folder: URL) throws -> String {
    let task = try dataDigest(of: run.dividedTask, in: folder)
    guard let text = try retentionText(of: run) else { return task }
    return FileDigest.sha256(of: Array("\(task)\n\(try digest(of: text))".utf8))
  }

  /// SHA-256 of a file's bytes, read once.
  private func digest(of file: URL) throws -> String {
    if let known = cache.withLock({ $0.digests[[file]] }) { return known }
    remember([file])
    let digest = try FileDigest.sha256(of: file)
    cache.withLock { $0.digests[[file]] = digest }
    return digest
  }

  /// The first `count` lines of a text, of those that are not blank, read once.
  ///
  /// - Throws: `ExperimentError.retention` where there are not so many; `StorageError`.
  func lines(of text: URL, _ count: Int) throws -> [String] {
    if let known = cache.withLock({ $0.lines[text] }), known.count == count { return known }
    let whole = String(decoding: try SmallFile.contents(of: text, limit: 1 << 30), as: UTF8.self)
    let lines =
      whole.split(whereSeparator: \.isNewline).lazy.filter { !$0.allSatisfy(\.isWhitespace) }.prefix(count).map { String($0) }
      as [String]
    guard lines.count == count else {
      throw ExperimentError.retention("\(text.path) has \(lines.count) lines of text, and retention_rows is \(count). Lower it")
    }
    cache.withLock { $0.lines[text] = lines }
    return lines
  }

  private func dataDigest(of task: TaskDefinition, in folder: URL) throws -> String {
    let files = try DatasetFiles(of: task, in: folder), key = files.files.map(\.url)
    if let known = cache.withLock({ $0.digests[key] }) { return known }
    remember(key)
    let digest = FileDigest.sha256(of: Array(try files.summary { try FileDigest.sha256(of: $0) }.utf8))
    cache.withLock { $0.digests[key] = digest }
    return digest
  }

  /// The folder of the task's files.
  private func dataFolder(of run: RunSpecification) throws -> URL {
    if !run.task.isBuiltIn { return URL(filePath: "/") }
    if run.profile == .pocket { return try PocketData.folder(at: workspace.pocketData) }
    guard let data else { throw ExperimentError.noData(profile: run.profile.rawValue) }
    return data
  }

  private func task(_ definition: TaskDefinition, in folder: URL) throws -> TaskData {
    let known = cache.withLock { $0.tasks.first { $0.definition == definition && $0.folder == folder } }
    if let known { return known.data }
    remember(try DatasetFiles(of: definition, in: folder).files.map(\.url))
    let data = try TaskLoader.load(definition, from: folder)
    guard !data.train.examples.isEmpty, data.validation.allSatisfy({ !$0.examples.isEmpty }) else {
      throw ExperimentError.emptyTask(definition.id)
    }
    cache.withLock { $0.tasks.append(LoadedTask(definition: definition, folder: folder, data: data)) }
    return data
  }

  /// The run's task, some of its training rows held out where the run asks for that.
  private func task(_ run: PlannedRun) throws -> TaskData {
    let (definition, folder) = (run.specification.dividedTask, run.dataFolder)
    let whole = try task(definition, in: folder)
    guard let rows = run.specification.training.tuningRows else { return whole }
    func known(_ cache: Cache) -> HeldOutTask? {
      cache.heldOut.first { $0.definition == definition && $0.folder == folder && $0.rows == rows }
    }
    if let found = cache.withLock({ known($0) }) { return found.data }
    let data = try whole.holdingOut(rows)
    cache.withLock { $0.heldOut.append(HeldOutTask(definition: definition, folder: folder, rows: rows, data: data)) }
    return data
  }

  /// The rows that the run trains on and is scored on.
  func examples(of run: PlannedRun) throws -> TaskData {
    let training = run.specification.training
    return try task(run).limited(train: training.trainingRows, validation: training.validationRows)
  }

  /// How many rows the run trains on.
  func trainingRows(_ run: PlannedRun) throws -> Int {
    let rows = try task(run).train.examples.count
    return min(rows, run.specification.training.trainingRows ?? rows)
  }

  /// What is doubtful about the splits of the run's task, a sentence each.
  func splitNotes(_ run: PlannedRun) throws -> [String] { try task(run).splitNotes }

  /// How many token types the run's inputs have, by its first row: a matter of the tokenizer, and of one text or two.
  func tokenTypes(_ run: PlannedRun, _ configuration: any ModelConfiguration) throws -> Int {
    guard let example = try task(run).train.examples.first else { return 1 }
    let key = "\(run.digests.tokenizer)/\(example.second == nil)"
    if let known = cache.withLock({ $0.tokenTypes[key] }) { return known }
    let tokenizer = try TokenizerFolder.load(from: run.modelFolder, modelType: configuration.architecture.modelType)
    let types = Int(tokenizer.encode(example.first, example.second).segments.max() ?? 0) + 1
    cache.withLock { $0.tokenTypes[key] = types }
    return types
  }

  /// How many ids the tokenizer of a model has.
  func vocabularySize(_ run: PlannedRun, _ configuration: any ModelConfiguration) throws -> Int {
    if let known = cache.withLock({ $0.vocabularies[run.modelFolder] }) { return known }
    let size = try TokenizerFolder.load(from: run.modelFolder, modelType: configuration.architecture.modelType).vocabularySize
    cache.withLock { $0.vocabularies[run.modelFolder] = size }
    return size
  }

  /// The run's task, its texts as token ids, cut to its length and number of rows.
  func objective(of run: PlannedRun, modelType: String?) throws -> any Objective {
    let training = run.specification.training, definition = run.specification.dividedTask
    // tasks may read the same files in different ways
    let key = [
      definition.isBuiltIn ? "\(definition.id) \(training.split)" : "\(definition)", run.digests.data, run.digests.tokenizer,
      "\(training.maximumLength)", "\(training.trainingRows ?? 0)", "\(training.validationRows ?? 0)",
      "\(training.tuningRows ?? 0)", "\(training.generation)",
    ].joined(separator: "/")
    let once = encoded.withLock { encoded in
      let once = encoded[key] ?? EncodedOnce()
      encoded[key] = once
      return once
    }
    return try once.objective.withLock { found in
      if let found { return found }
      let tokenizer = try TokenizerFolder.load(from: run.modelFolder, modelType: modelType)
      let objective = try examples(of: run).objective(with: tokenizer, training)
      found = objective
      return objective
    }
  }
}
