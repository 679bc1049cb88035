// A project in a folder of its own: a random BERT of a few thousand parameters, a task of two dozen sentences, a manifest.
import Foundation
import Manifests
import Models
import Storage
import Records
import Synchronization
import Tensors
import Testing
import Training

@testable import Experiments

final class TinyProject {
  let root: URL
  static let words = ["the", "a", "sky", "sea", "fire", "leaf", "is", "was", "blue", "red", "green", "warm", "cold", "deep"]

  static let recipe = "defaults: {epochs: 2, batch: 4, learning_rate: 1e-2, max_length: 16}\n"
  static let manifest = """
    id: tiny
    title: tiny runs
    description: two methods on one small task
    model: model
    recipe: tiny
    tasks: [tasks/warmth.yaml]
    seeds: [0]
    methods: [lora, {aflora: {initial_epochs: 0.5, final_fraction: 0.3}}]
    profiles: {pocket: {}}

    """

  /// The program, where it was built beside the tests.
  static let program: URL? = {
    let places = [Bundle.main.executableURL, URL(filePath: CommandLine.arguments.first ?? "")]
    return places.compactMap { $0?.resolvingSymlinksInPath().deletingLastPathComponent().appending(path: "lowrank") }
      .first { FileManager.default.isExecutableFile(atPath: $0.path) }
  }()

  init(_ manifest: String = TinyProject.manifest) throws {
    root = FileManager.default.temporaryDirectory.appending(path: "lowrank-project-\(UUID().uuidString)").standardizedFileURL
    try write(manifest, to: "experiments/tiny.yaml")
    try write(Self.recipe, to: "experiments/recipes/tiny.yaml")
    try write(
      """
      id: warmth
      train: train.tsv
      validation: dev.tsv
      format: tsv
      columns: {text: [sentence], label: label}
      labels: [cold, warm]
      metric: [accuracy, f1]

      """, to: "experiments/tasks/warmth.yaml")
    try write(Self.rows(0..<24), to: "experiments/tasks/train.tsv")
    try write(Self.rows(24..<40), to: "experiments/tasks/dev.tsv")
    let vocabulary = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"] + Self.words
    let configuration = EncoderConfiguration(
      architecture: .bert, vocabularySize: vocabulary.count, hiddenSize: 16, layers: 2, heads: 2, intermediateSize: 24,
      maximumPositions: 20, initializerRange: 0.2)
    let backend = try CPUBackend(threads: 1)
    try ModelWriter.save(ModelLoader.random(configuration, seed: 9, on: backend), to: root.appending(path: "model"))
    try write(vocabulary.joined(separator: "\n") + "\n", to: "model/vocab.txt")
  }

  deinit { try? FileManager.default.removeItem(at: root) }

  /// A sentence's label follows from one of its words.
  static func rows(_ range: Range<Int>) -> String {
    let rows = range.map { row in
      let isWarm = row * 7 % 5 < 2
      let sentence =
        "\(words[row % 2]) \(words[2 + row % 4]) \(words[6 + row / 2 % 2]) \(words[8 + row % 3]) \(isWarm ? "warm" : "cold")"
      return "\(sentence)\t\(isWarm ? "warm" : "cold")"
    }
    return (["sentence\tlabel"] + rows).joined(separator: "\n") + "\n"
  }

  func write(_ text: String, to name: String) throws {
    let file = root.appending(path: name)
    try FileManager.default.createDirectory(at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
    try Data(text.utf8).write(to: file)
  }

  func workspace(results: String? = nil) throws -> Workspace {
    try Workspace(root: root, results: results.map { root.appending(path: $0) })
  }

  /// All that one call of `lowrank run tiny` would use, read afresh.
  func call(results: String? = nil, jobs: Int = 1, options: ExecutionOptions = ExecutionOptions()) throws -> TinyCall {
    let workspace = try workspace(results: results)
    let manifest = try ExperimentFolder(path: workspace.experiments.path).manifest(named: "tiny", methods: .registered)
    let inputs = RunInputs(workspace: workspace, data: nil)
    let experiment = try manifest.experiment(.pocket)
    let digest = try FileDigest.sha256(ofAll: experiment.sources.map { URL(filePath: $0) })
    let store = RunStore(workspace)
    return TinyCall(
      experiment: experiment, plan: try experiment.runs.map { try inputs.plan($0, manifestDigest: digest) }, store: store,
      inputs: inputs, runner: Runner(store: store, executor: RunExecutor(inputs: inputs, options: options), jobs: jobs))
  }

  /// Every file below a folder, by path, without locks.
  func files(_ folder: String) -> [String: Data] {
    let base = root.appending(path: folder)
    let names = FileManager.default.enumerator(atPath: base.path)?.allObjects.compactMap { $0 as? String } ?? []
    var files: [String: Data] = [:]
    for name in names where !name.hasSuffix(".lock") { files[name] = try? Data(contentsOf: base.appending(path: name)) }
    return files
  }
}

struct TinyCall: Sendable {
  let experiment: Experiment
  let plan: [PlannedRun]
  let store: RunStore
  let inputs: RunInputs
  let runner: Runner

  /// Makes the runs; the lines that a person would see come too.
  func run() throws -> (summary: RunnerSummary, lines: String) {
    let lines = Mutex("")
    let progress = RunProgress(isTerminal: false) { text in lines.withLock { $0 += text } }
    let summary = try runner.run(plan, progress: progress)
    return (summary, lines.withLock { $0 })
  }

  /// The call's plan as a checked value.
  func checked() throws -> Plan { try Plan([experiment], profile: experiment.profile, inputs: inputs, store: store) }

  /// What is wrong with the plan, by the paths below the project's root.
  func problems() throws -> [String] {
    try checked().problems.map { "\($0)".replacing(store.workspace.root.path + "/", with: "") }
  }

  func record(_ index: Int) throws -> RunRecord { try #require(store.record(plan[index].identity)) }
  func folder(_ index: Int) -> URL { store.workspace.run(plan[index].identity) }
}

/// What a program printed, and how it ended.
struct ProgramResult {
  var output: String
  var status: Int32
}

/// Runs a program to its end.
/// - Parameter environment: in place of this process's own.
func execute(_ program: URL, _ arguments: [String], environment: [String: String]? = nil) throws -> ProgramResult {
  let process = Process()
  process.executableURL = program
  process.arguments = arguments
  if let environment { process.environment = environment }
  let pipe = Pipe()
  process.standardOutput = pipe
  process.standardError = pipe
  process.standardInput = FileHandle.nullDevice
  try process.run()
  let data = pipe.fileHandleForReading.readDataToEndOfFile()
  process.waitUntilExit()
  return ProgramResult(output: String(decoding: data, as: UTF8.self), status: process.terminationStatus)
}

/// Starts a program and sends it a signal as soon as `isTime`; waits for its end.
/// - Parameter again: sends the signal a second time as soon as the first is answered.
func interrupted(
  _ program: URL, _ arguments: [String], environment: [String: String], by signal: Int32, again: Bool = false,
  when isTime: () -> Bool
) throws -> ProgramResult {
  let process = Process()
  process.executableURL = program
  process.arguments = arguments
  process.environment = environment
  let log = FileManager.default.temporaryDirectory.appending(path: "lowrank-log-\(UUID().uuidString)")
  try Data().write(to: log)
  defer { try? FileManager.default.removeItem(at: log) }
  let output = try FileHandle(forWritingTo: log)
  process.standardOutput = output
  process.standardError = output
  process.standardInput = FileHandle.nullDevice
  try process.run()
  while process.isRunning, !isTime() { usleep(500) }
  kill(process.processIdentifier, signal)
  if again {
    while process.isRunning, try String(contentsOf: log, encoding: .utf8).range(of: "again to quit") == nil { usleep(500) }
    kill(process.processIdentifier, signal)
  }
  process.waitUntilExit()
  return ProgramResult(output: try String(contentsOf: log, encoding: .utf8), status: process.terminationStatus)
}
