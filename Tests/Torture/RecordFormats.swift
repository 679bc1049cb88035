// What runs leave, and what other runs, tables and figures read of it.
import Experiments
import Foundation
import Manifests
import Records
import Reporting
import Settings
import Storage
import Tensors
import TestSupport
import Training

extension Format {
  static let recordFormats = [record, timing, runFolder, report, plan, checkpoint]

  private static func made(tensors: String, best: String) throws -> RunRecord {
    let digest = String(repeating: "a", count: 64)
    let counts = TrainableParameters(initial: 40, final: 20, average: 30.5)
    let scores = [("accuracy", 0.5), ("f1", Double.nan)].map { Score(split: "validation", metric: $0, value: $1) }
    return RunRecord(
      identity: digest, specification: try JSONValue(json: #"{"method": "lora", "options": {"rank": 8}, "seed": 0}"#),
      outcome: .completed, flags: [.collapsed],
      epochs: (1...2).map { EpochScores(epoch: $0, step: 2 * $0, scores: scores) },
      primary: PrimaryScore(split: "validation", metric: "accuracy"), trainableParameters: counts,
      trainableParametersWithHead: counts, steps: 4, flops: 100, measures: ["kept.parameters": 20],
      digests: RunDigests(
        specification: digest, manifest: digest, model: digest, tokenizer: digest, data: digest, tensors: tensors, best: best,
        last: best),
      numericsVersion: 1, program: ProgramVersion(version: "0.1.0", commit: nil, isModified: false),
      environment: RunEnvironment(threads: 1, processor: "", operatingSystem: ""))
  }

  private static func timings(_ identity: String) throws -> Data {
    let segment = TimingSegment(
      started: "2026-11-21T10:00:00Z", firstStep: 0, lastStep: 2, trainingSeconds: 1, evaluationSeconds: 0.5, otherSeconds: 0.25,
      tokens: 640, peakMemoryBytes: 1 << 20, threads: 1, stepSeconds: [0.5, 0.5])
    return try TimingRecord(identity: identity, segments: [segment, segment]).jsonData()
  }

  /// With its seal, where nothing else may be taken, and without, as records of older versions are.
  private static let record = Format("record.json", share: 3000) { folder in
    let digest = String(repeating: "b", count: 64), whole = try made(tensors: digest, best: digest)
    let sealed = try Subject.Target(folder.appending(path: "sealed/record.json"), whole.jsonData())
    let bare = try Subject.Target(folder.appending(path: "bare/record.json"), unsealed(whole.jsonData()))
    return Subject([sealed, bare, bare]) { target, isChanged in
      let read = try RunRecord(jsonData: Data(contentsOf: target.file), file: target.file.path)
      _ = try read.jsonData()
      if isChanged, read.seal != nil { throw Wrong(description: "a sealed record that was changed is taken") }
    }
  }

  private static let timing = Format("timing.json", share: 3000) { folder in
    let target = try Subject.Target(folder.appending(path: "timing.json"), timings("x"))
    return Subject([target]) { target, _ in
      let read = try TimingRecord(jsonData: Data(contentsOf: target.file), file: target.file.path)
      guard read.totalSeconds >= 0, read.trainingSeconds >= 0, read.peakMemoryBytes >= 0, read.resumedCount >= 0 else {
        throw Wrong(description: "a sum of the timing is negative")
      }
      _ = try read.jsonData()
    }
  }

  /// A run's folder as `show` and `verify` look at it: the tensors' file is compared with its digest before the library opens it.
  private static let runFolder = Format("run-folder", share: 2000) { folder in
    let home = folder.appending(path: "run")
    let tree = HDF5Group(
      groups: [("epochs", HDF5Group(datasets: [("mean_loss", .numbers([1, 2], "epoch"))]))],
      datasets: [("loss", .numbers([1, 2, 3, 4], "step"))])
    let tensors = try Subject.Target(home.appending(path: "tensors.h5"), HDF5File.data(tree))
    let weights = try SafetensorsWriter.data([SafetensorsEntry(name: "a", shape: [2], values: [1, 2])])
    let best = try Subject.Target(home.appending(path: "best.safetensors"), weights, .safetensors)
    let last = try Subject.Target(home.appending(path: "last.safetensors"), weights)
    let whole = try made(tensors: FileDigest.sha256(of: tensors.bytes), best: FileDigest.sha256(of: weights))
    let record = try Subject.Target(home.appending(path: "record.json"), whole.jsonData())
    let timing = try Subject.Target(home.appending(path: "timing.json"), timings(whole.identity))
    let sealed = ["tensors.h5", "best.safetensors", "last.safetensors"]
    return Subject([tensors, tensors, best, last, record, timing]) { target, isChanged in
      let run = try RunDescription(folder: target.folder)
      guard !run.text.isEmpty else { throw Wrong(description: "nothing is said of the run") }
      let isSeen = !run.damage.isEmpty, name = target.file.lastPathComponent
      if isSeen != (isChanged && sealed.contains(name)) { throw Wrong(description: "\(name): damage is seen: \(isSeen)") }
      let verification = RunVerification([target.folder])
      if verification.isWhole == isSeen { throw Wrong(description: "\(name): verify says otherwise than show") }
      if isSeen { throw Refused() }
    }
  }

  /// The tiny project after its runs.
  private static func trained(_ manifest: String = TinyProject.manifest) throws -> (project: TinyProject, call: ProjectCall) {
    let project = try TinyProject(manifest)
    let call = try ProjectCall(project)
    for run in call.plan {
      let folder = call.workspace.run(run.identity)
      try Folder.make(at: folder)
      _ = try RunExecutor(inputs: call.inputs, options: ExecutionOptions()).execute(run, in: folder)
      try call.store.link(run)
    }
    return (project, call)
  }

  /// A table, its costs and its figures, in all forms, from records without a seal.
  private static let report = Format("report", share: 400) { folder in
    let kinds = ["bars", "learning-curves", "cost-bars", "cost-curves", "pareto"]
    let figures = kinds.map { "  - \($0): {title: A figure}\n" }.joined()
    let (project, call) = try trained(TinyProject.manifest + "figures:\n" + figures)
    // in gnuplot's place: what it would be given is made, and nothing is drawn
    let programs = folder.appending(path: "programs")
    try FileManager.default.createDirectory(at: programs, withIntermediateDirectories: true)
    try FileManager.default.createSymbolicLink(
      at: programs.appending(path: "gnuplot"), withDestinationURL: URL(filePath: "/bin/true"))
    let gnuplot = try Gnuplot(path: programs.path)
    var targets: [Subject.Target] = []
    for run in call.plan {
      let folder = call.workspace.run(run.identity)
      let record = RunFile.record.url(in: folder), timing = RunFile.timing.url(in: folder)
      targets.append(try Subject.Target(record, unsealed(Data(contentsOf: record))))
      targets.append(try Subject.Target(timing))
    }
    return Subject(targets) { _, _ in
      let results = ResultsFolder(project.file("results"))
      let findings = results.findings(for: call.experiment.runs, inputs: call.inputs.digestsAtHand)
      let report = try Report(call.experiment, findings)
      for format in TableFormat.allCases { _ = try report.rendered(format) }
      _ = report.cost.markdown
      _ = try ExperimentFigures(call.experiment, findings, results: results).draw(with: gnuplot).map { $0.text(\.path) }
      if !findings.unreadable.isEmpty { throw Refused() }
    }
  }

  private static let plan = Format("plan", share: 600) { folder in
    let call = try ProjectCall(TinyProject())
    let plan = try Plan([call.experiment], profile: .pocket, inputs: call.inputs, store: call.store)
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys]
    let target = try Subject.Target(folder.appending(path: "plan.json"), encoder.encode(plan))
    return Subject([target]) { target, _ in
      do {
        let plan = try JSONDecoder().decode(Plan.self, from: Data(contentsOf: target.file))
        _ = plan.runs.map(\.specification.identityJSON)
      } catch is DecodingError { throw Refused() }
    }
  }

  /// A run that goes on from a checkpoint, and stops after its next update.
  private static let checkpoint = Format("checkpoint", share: 400) { _ in
    let methods = [
      "{lora: {epochs: 2}}", "{aflora: {epochs: 2, initial_epochs: 0.5, final_fraction: 0.3}}",
      "{loradrop: {sample_ratio: 0.5, sample_epochs: 2, keep: 1}}", "{adalora: {initial_rank: 3, target_rank: 1, interval: 2}}",
      "{prilora: {rank_first: 2, rank_last: 4, interval: 2}}", "{sparseadapter: {epochs: 2}}",
    ]
    let project = try TinyProject(
      TinyProject.manifest.replacing(
        "[lora, {aflora: {initial_epochs: 0.5, final_fraction: 0.3}}]", with: "[\(methods.joined(separator: ", "))]"))
    let call = try ProjectCall(project)
    var targets: [Subject.Target] = [], runs: [URL: PlannedRun] = [:]
    func execute(_ run: PlannedRun, updates: Int) throws {
      var options = ExecutionOptions()
      options.checkpointInterval = 0
      let countdown = Countdown(updates)
      options.shouldStop = { countdown.isOver() }
      _ = try RunExecutor(inputs: call.inputs, options: options).execute(run, in: call.workspace.run(run.identity))
    }
    for (number, run) in call.plan.enumerated() {
      let folder = call.workspace.run(run.identity)
      try Folder.make(at: folder)
      do { try execute(run, updates: 4 + 3 * (number % 2)) } catch is Interruption {}
      let file = RunFile.checkpoint.url(in: folder)
      targets.append(try Subject.Target(file, .sealed))
      runs[file] = run
    }
    return Subject(targets) { target, _ in
      guard let run = runs[target.file] else { return }
      do { try execute(run, updates: 1) } catch is Interruption {}
      _ = project.root
    }
  }
}

/// All that a call of the program would use, made once.
struct ProjectCall: Sendable {
  let workspace: Workspace
  let experiment: Experiment
  let inputs: RunInputs
  let store: RunStore
  let plan: [PlannedRun]

  init(_ project: TinyProject) throws {
    let workspace = try Workspace(root: project.root)
    let inputs = RunInputs(workspace: workspace, data: nil)
    self.workspace = workspace
    self.inputs = inputs
    experiment = try ExperimentFolder(path: workspace.experiments.path).manifest(
      named: "tiny", profile: .pocket, methods: .registered
    ).experiment(.pocket)
    store = RunStore(workspace)
    let digest = try FileDigest.sha256(ofAll: experiment.sources.map { URL(filePath: $0) })
    plan = try experiment.runs.map { try inputs.plan($0, manifestDigest: digest) }
  }
}
