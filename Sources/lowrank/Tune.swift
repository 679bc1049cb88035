import ArgumentParser
import Experiments
import Foundation
import Manifests
import Reporting
import Settings
import Storage

/// `lowrank tune tune-pocket-deberta`
struct Tune: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Search each method's settings as a manifest's 'tune' states it, and write the winners for recipes to name.",
    discussion:
      "Every candidate is trained as the runs of any experiment are: those that are done are not done again, and what was stopped goes on. "
      + "When all are there, what was found is printed and written to experiments/tuned/<search>.yaml, with every score. A narrowed call "
      + "is done with its part. Exits with 3 where a run that was asked for is missing or failed, or a method has no winner.")

  @Argument(help: "The search's id, alias or file; by default all searches of the profile, one after the other.")
  var search: String?

  @OptionGroup var selection: SelectionOptions
  @OptionGroup var read: InputOptions
  @OptionGroup var project: ProjectOptions
  @OptionGroup var training: TrainingOptions
  @OptionGroup var written: FormatOptions

  @Flag(help: "Print the plan with its cost; train nothing.")
  var dryRun = false

  func validate() throws {
    guard selection.settings.isEmpty else {
      throw ValidationError("--set makes another search, and recipes could not name it: write a manifest for it")
    }
    guard search == nil, try !selection.narrowing().isEmpty else { return }
    throw ValidationError("--tasks, --methods and --seeds are of one search: name it, as in: lowrank tune ID --methods lora")
  }

  func run() throws {
    let workspace = try project.workspace(), folder = ExperimentFolder(path: workspace.experiments.path)
    let inputs = RunInputs(workspace: workspace, data: read.dataFolder), store = RunStore(workspace)
    let (experiments, broken) = try searches(folder, workspace)
    let profile = experiments.first?.profile ?? selection.profile
    let plan = try Plan(experiments, profile: profile, narrowing: selection.narrowing(), inputs: inputs, store: store)
    if search != nil, !plan.problems.isEmpty { throw ManifestError.invalid(plan.problems) }
    for error in broken { complain(error.description) }
    if dryRun {
      say(try PlanTable(plan.runs, store: store, inputs: inputs).text)
      return
    }
    let outcome = try training.train(ExperimentSeries(plan, store: store), store, inputs) { experiment in
      try conclude(experiment, folder, workspace, inputs)
    }
    if let text = outcome.text(of: plan.items.count) { complain(text) }
    if !broken.isEmpty { throw ExitCode.failure }
    if !outcome.incomplete.isEmpty { throw ExitCode.incomplete }
  }

  /// The searches that are meant, and what is wrong with others.
  private func searches(
    _ folder: ExperimentFolder, _ workspace: Workspace
  ) throws -> (experiments: [Experiment], broken: [ManifestError]) {
    func onItsModel(_ experiment: Experiment) -> Experiment {
      read.model.map { experiment.on(model: project.model($0)) } ?? experiment
    }
    guard let search else {
      let listing = folder.list(profile: selection.profile, methods: .registered)
      let found = listing.manifests.filter(\.isSearch).flatMap(\.experiments).filter { $0.profile == selection.profile }
      let broken = listing.broken.filter { folder.searches.contains($0.file) }.map(\.error)
      guard !found.isEmpty || !broken.isEmpty else {
        throw Failure(
          description: "no manifest states a search under the profile \(selection.profile.rawValue) ('tune'; see 'lowrank keys').")
      }
      return (found.map(onItsModel), broken)
    }
    let name = (search as NSString).expandingTildeInPath
    guard Self.isFile(name) || !name.contains("+") else {
      throw Failure(
        description: "'\(name)' says settings or seeds of another search, which recipes could not name: write a manifest for it.")
    }
    let manifest = try folder.manifest(named: name, methods: .registered)
    guard manifest.isSearch, let experiment = manifest.experiments.first else {
      throw Failure(description: "\(manifest.id) states no search: its manifest has no 'tune' ('lowrank keys tune').")
    }
    guard !Self.isFile(name) || folder.holds(name) else {
      throw Failure(
        description: "\(name) lies outside of \(folder.path), where recipes look for the searches that they name: move it to "
          + "\(folder.path)/\(ExperimentFolder.searchFolder).")
    }
    return ([onItsModel(experiment)], [])
  }

  /// Whether a manifest is named by its file.
  private static func isFile(_ name: String) -> Bool { name.hasSuffix(".yaml") || name.hasSuffix(".yml") }

  /// Writes a search's table and figures, and, where it is whole, what it found; returns what it lacks.
  private func conclude(
    _ experiment: Experiment, _ folder: ExperimentFolder, _ workspace: Workspace, _ inputs: RunInputs
  ) throws -> [String] {
    let results = ResultsFolder(workspace.results)
    let findings = results.findings(for: experiment.runs, inputs: inputs.digestsAtHand)
    let report = try Report(experiment, findings), table = try report.write(to: results)
    defer { project.renewPage(of: experiment, workspace, inputs) }
    let (outcome, lacks) = TunedSettings.found(by: experiment, findings)
    guard let outcome else {
      tell("→ \(project.readable(table))")
      let narrowing = try selection.narrowing()
      if narrowing.isEmpty { return lacks }
      tell("the search is not whole yet, and nothing was found: \(lacks.joined(separator: "; "))")
      let part = try experiment.part(narrowing)
      return TunedSettings.found(by: part, results.findings(for: part.runs, inputs: inputs.digestsAtHand)).lacks
    }
    let file = URL(filePath: folder.tunedFile(of: experiment.id)), text = Data(outcome.text.utf8)
    let isNew = (try? Data(contentsOf: file)) != text
    if isNew {
      try Folder.make(at: file.deletingLastPathComponent())
      try AtomicFile.write(text, to: file)
    }
    let labels = Dictionary((experiment.search?.methods ?? []).map { ($0.id, $0.label) }) { first, _ in first }
    tell("")
    say(try written.text { try outcome.rendered($0, labels: labels, layout: $1) }, terminator: "")
    tell("→ \(project.readable(file))\(isNew ? "" : ", as it was"), \(project.readable(table))")
    try project.drawFigures(of: experiment, findings, results)
    return outcome.methods.filter { $0.winner == nil }.map { "\($0.id) has no winner: a run of every candidate diverged" }
  }
}
