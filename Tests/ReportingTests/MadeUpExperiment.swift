// A small experiment with records that were never computed: every number in the expected tables can be checked by hand.
import Foundation
import Manifests
import Records
import Reporting
import Settings
import Storage
import Testing

/// A manifest in a folder of its own, and records for its runs.
final class MadeUpExperiment {
  let folder: URL
  let manifest: Manifest
  var findings = RunFindings()

  static let plain = """
    id: t1
    title: two methods
    model: some-model
    recipe: plain
    tasks: [rte, mrpc]
    seeds: [0, 1]
    methods: [lora, aflora]
    profiles:
      pocket: {}
      small: {}

    """

  /// - Parameters:
  ///   - published: the text of the file of published figures, where there is one.
  ///   - others: texts of further files, or of the recipe `recipes/plain.yaml`, by their paths.
  init(_ text: String = MadeUpExperiment.plain, published: String? = nil, others: [String: String] = [:]) throws {
    folder = URL(filePath: NSTemporaryDirectory()).appending(path: "lowrank-reporting-" + UUID().uuidString)
    try FileManager.default.createDirectory(at: folder.appending(path: "recipes"), withIntermediateDirectories: true)
    try Data("defaults: {epochs: 2, batch: 16, learning_rate: 5e-4}\n".utf8).write(to: folder.appending(path: "recipes/plain.yaml"))
    if let published { try Data(published.utf8).write(to: folder.appending(path: "published.yaml")) }
    for (name, text) in others {
      let file = folder.appending(path: name)
      try FileManager.default.createDirectory(at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
      try Data(text.utf8).write(to: file)
    }
    let id = text.firstMatch(of: /id: (\S+)/).map { String($0.1) } ?? "m"
    let file = folder.appending(path: "\(id).yaml")
    try Data(text.utf8).write(to: file)
    manifest = try Manifest.load(path: file.path, recipes: folder.appending(path: "recipes").path, methods: Self.methods)
  }

  deinit { try? FileManager.default.removeItem(at: folder) }

  static let methods = MethodCatalog([
    MethodSchema(
      id: "lora", label: "LoRA", source: "Low-rank adaptation.",
      options: [OptionSchema("rank", .integer(1...64), default: .integer(8), "Rank.")]),
    MethodSchema(id: "aflora", label: "AFLoRA", source: "Adaptive freezing.", options: []),
    MethodSchema(id: "fft", label: "Full fine-tuning", source: "Trains everything.", options: []),
  ])

  static func digest(_ digit: Character) -> String { String(repeating: digit, count: 64) }

  func runs(_ profile: Profile = .pocket) throws -> [RunSpecification] { try manifest.experiment(profile).runs }

  /// What is there of the runs in a folder of results, where no input is at hand to compare with.
  func findings(_ results: ResultsFolder, _ profile: Profile = .pocket) throws -> RunFindings {
    results.findings(for: try runs(profile)) { _ in InputDigests() }
  }

  func specification(_ row: String, _ task: String, _ seed: Int, profile: Profile = .pocket) throws -> RunSpecification {
    try specification(row, task, RunSeed(seed), profile: profile)
  }

  func specification(_ row: String, _ task: String, _ seed: RunSeed, profile: Profile = .pocket) throws -> RunSpecification {
    try #require(try runs(profile).first { $0.row == row && $0.task.id == task && $0.seed == seed })
  }

  /// A record of this run whose epochs have these scores, each a value for every validation set.
  func record(
    _ run: RunSpecification, _ epochs: [[Double]], metric: String = "accuracy", splits: [String] = ["validation"],
    heldOut: [String] = [], outcome: RunOutcome = .completed, flags: [RunFlag] = [], parameters: TrainableParameters? = nil,
    model: Character = "d", identity: String = digest("a"), tensors: String? = nil, lastTexts: String? = nil,
    extra: [Score] = [], measures: [String: Double]? = nil, preliminarySteps: Int? = nil, commit: String? = "4f2c1ab"
  ) throws -> RunRecord {
    let parameters = parameters ?? TrainableParameters(initial: 20_000, final: 20_000, average: 20_000)
    return RunRecord(
      identity: identity, specification: try JSONValue(json: run.canonicalJSON), outcome: outcome, flags: flags,
      epochs: epochs.enumerated().map { index, values in
        EpochScores(
          epoch: index + 1, step: 10 * (index + 1),
          scores: zip(splits, values).map { Score(split: $0, metric: metric, value: $1) } + extra)
      },
      primary: PrimaryScore(split: splits[0], metric: metric), heldOut: heldOut, trainableParameters: parameters,
      trainableParametersWithHead: parameters, steps: 20, preliminarySteps: preliminarySteps, flops: 1000, measures: measures,
      digests: RunDigests(
        specification: Self.digest("b"), manifest: Self.digest("c"), model: Self.digest(model),
        tokenizer: Self.digest("e"), data: Self.digest("f"), tensors: tensors,
        lastTexts: lastTexts),
      numericsVersion: Numerics.version, program: ProgramVersion(version: "0.1.0", commit: commit, isModified: true),
      environment: RunEnvironment(threads: 2, processor: "a processor", operatingSystem: "Debian 12"))
  }

  /// Adds a record for one run.
  func add(
    _ row: String, _ task: String, _ seed: Int, _ epochs: [Double], profile: Profile = .pocket,
    outcome: RunOutcome = .completed, flags: [RunFlag] = [], parameters: TrainableParameters? = nil, model: Character = "d"
  ) throws {
    try add(
      row, task, RunSeed(seed), epochs, profile: profile, outcome: outcome, flags: flags, parameters: parameters, model: model)
  }

  /// Adds a record for one run.
  func add(
    _ row: String, _ task: String, _ seed: RunSeed, _ epochs: [Double], profile: Profile = .pocket,
    outcome: RunOutcome = .completed, flags: [RunFlag] = [], parameters: TrainableParameters? = nil, model: Character = "d"
  ) throws {
    findings.records[RunKey(row: row, task: task, seed: seed)] = try record(
      try specification(row, task, seed, profile: profile), epochs.map { [$0] }, outcome: outcome, flags: flags,
      parameters: parameters, model: model)
  }

  /// Every run completed with the scores 0.80 (LoRA) and 0.90 (AFLoRA), the second seed 0.02 better.
  func addAll() throws {
    for run in try runs() {
      let base = run.row == "lora" ? 0.80 : 0.90
      let parameters =
        run.row == "lora"
        ? nil : TrainableParameters(initial: 30_000, final: 1_000, average: run.task.id == "rte" ? 12_345 : 12_355)
      try add(run.row, run.task.id, run.seed, [base + 0.02 * Double(run.seed.order), 0.5], parameters: parameters)
    }
  }

  func table(_ profile: Profile = .pocket, _ evaluation: EvaluationProtocol? = nil) throws -> TableModel {
    try TableModel(try manifest.experiment(profile), findings, evaluation: evaluation, manifestDigest: Self.digest("9"))
  }

  /// The rows of the Markdown table, without its header.
  func lines(_ profile: Profile = .pocket) throws -> [String] {
    MarkdownTable.render(try table(profile)).split(separator: "\n").filter { $0.hasPrefix("| ") }.dropFirst().map(String.init)
  }
}
