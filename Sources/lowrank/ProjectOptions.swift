import ArgumentParser
import Devices
import Experiments
import Foundation
import Manifests
import Records
import Reporting
import Settings

/// Where the project and its results are.
struct ProjectOptions: ParsableArguments {
  @Option(help: ArgumentHelp("The project's root.", valueName: "folder"))
  var root = "."

  @Option(help: ArgumentHelp("Where results go; by default 'results' in the root.", valueName: "folder"))
  var results: String?

  func validate() throws {
    for (value, name) in [(root, "--root"), (results ?? ".", "--results")] where value.isEmpty {
      throw ValidationError("\(name) is empty, expected the name of a folder")
    }
  }

  func workspace() throws -> Workspace {
    try Workspace(root: URL(filePath: root), results: results.map { URL(filePath: $0) })
  }

  /// A path below the current folder as a person would type it.
  func readable(_ url: URL) -> String {
    let here = FileManager.default.currentDirectoryPath + "/"
    return url.path.hasPrefix(here) ? String(url.path.dropFirst(here.count)) : url.path
  }

  /// A model as manifests name it, from how the command line does: a folder that is there is meant from the current folder.
  func model(_ name: String) -> String {
    let path = (name as NSString).expandingTildeInPath
    let isRoot = URL(filePath: root).standardizedFileURL == URL(filePath: ".").standardizedFileURL
    return isRoot || !FileManager.default.fileExists(atPath: path) ? name : URL(filePath: path).standardizedFileURL.path
  }

  /// An experiment by its id, its alias or its file, with what the selection sets in it; of its other profiles nothing is read.
  /// - Parameter folder: the folder of manifests, in place of the project's own.
  func experiment(
    _ name: String, _ selection: SelectionOptions, in workspace: Workspace, folder: String? = nil
  ) throws -> Experiment {
    let folder = ExperimentFolder(path: folder ?? workspace.experiments.path), profile = selection.profile
    let manifest = try folder.manifest(
      named: home(name), profile: profile, overrides: selection.overrides(), methods: .registered)
    return try manifest.experiment(profile)
  }

  /// A path with the home folder written out.
  private func home(_ path: String) -> String { (path as NSString).expandingTildeInPath }

  /// An experiment that is trained, on a model of the user's where one is named. What is wrong with the manifest is said together
  /// with what is wrong with the model.
  func experiment(
    _ name: String, _ profile: Profile, _ overrides: Overrides = Overrides(), model typed: String?, in workspace: Workspace
  ) throws -> Experiment {
    let model = typed.map { self.model($0) }
    let folder = ExperimentFolder(path: workspace.experiments.path)
    do throws(ManifestError) {
      let manifest = try folder.manifest(
        named: home(name), profile: profile, overrides: overrides, methods: .registered,
        problemOfModel: { model == nil ? workspace.problem(ofModel: $0) : nil })
      let experiment = try manifest.experiment(profile)
      return model.map { experiment.on(model: $0) } ?? experiment
    } catch {
      guard case .invalid(let problems) = error, let problem = model.flatMap({ workspace.problem(ofModel: $0) }) else {
        throw error
      }
      throw ManifestError.invalid(problems + [Problem(at: nil, problem)])
    }
  }
}

/// What an experiment's runs read in place of the profile's own.
struct InputOptions: ParsableArguments {
  @Option(help: ArgumentHelp("A model in place of the profile's own.", valueName: "folder"))
  var model: String?

  @Option(help: ArgumentHelp("The folder of GLUE's files.", valueName: "folder"))
  var data: String?

  var dataFolder: URL? { data.map { URL(filePath: ($0 as NSString).expandingTildeInPath) } }
}

/// How a table is printed.
struct FormatOptions: ParsableArguments {
  @Option(help: "How the table is written: text, markdown, csv, json or latex; by default text on a terminal, markdown elsewhere.")
  var format: TableFormat?

  /// A report as it is to be printed.
  func text(_ report: Report) throws -> String { try text(report.rendered) }

  /// What is to be printed, in the form that is asked for or fits where it goes.
  func text(_ rendered: (TableFormat, TextTable.Layout) throws -> String) throws -> String {
    let isTerminal = isatty(STDOUT_FILENO) == 1
    var size = winsize()
    let columns = isTerminal && ioctl(STDOUT_FILENO, UInt(TIOCGWINSZ), &size) == 0 && size.ws_col > 0 ? Int(size.ws_col) : 120
    let environment = ProcessInfo.processInfo.environment
    let isStyled = isTerminal && environment["NO_COLOR"] == nil && environment["TERM"] != "dumb"
    return try rendered(
      format ?? (isTerminal ? .text : .markdown), TextTable.Layout(columns: columns, isStyled: isStyled))
  }
}

/// What numbers on the command line may be.
enum Limits {
  /// Refuses a number of threads or jobs that no machine is asked for.
  static func validate(_ count: Int?, _ name: String) throws {
    guard let count, !(1...Device.mostThreads).contains(count) else { return }
    throw ValidationError("\(name) is \(count), expected 1 to \(Device.mostThreads)")
  }
}

/// How runs are trained; none of it changes a number.
struct TrainingOptions: ParsableArguments {
  @Option(
    help: "Runs at the same time; by default as many as the machine has cores. Runs that are there to be timed go one at a time.")
  var jobs: Int?

  @Option(
    help: "Threads of each run, by default 1, and as many as the machine has cores for runs that are timed; they change no number.")
  var threads: Int?

  @Option(help: "How the program speaks of what it does, on standard error: text, or json, an object a line.")
  var log = Voice.text

  @Option(
    help: ArgumentHelp(
      "Also write every run's losses, rates and scores there for TensorBoard, while it is trained; of runs that are done, from "
        + "what they left.", valueName: "folder"))
  var tensorboard: String?

  @Flag(name: .shortAndLong, help: "Nothing but results, and what goes wrong.")
  var quiet = false

  @Option(help: "Seconds between checkpoints.")
  var checkpointSeconds = 20.0

  func validate() throws {
    try Limits.validate(jobs, "--jobs")
    try Limits.validate(threads, "--threads")
    if tensorboard?.isEmpty ?? false { throw ValidationError("--tensorboard is empty, expected the name of a folder") }
    guard (0...1e9).contains(checkpointSeconds) else { throw ValidationError("--checkpoint-seconds is 0 to 1000000000") }
  }

  /// Carries a series out until a signal comes, which ends the program; says what it is about to do, and how far it came.
  /// - Parameter report: writes what an experiment leaves; returns what it lacks.
  func train(
    _ series: ExperimentSeries, _ store: RunStore, _ inputs: RunInputs, report: (Experiment) throws -> [String]
  ) throws -> ExperimentSeries.Outcome {
    Voice.current.withLock { $0 = quiet ? nil : log }
    let style: RunProgress.Style = log == .json ? .json : isatty(STDERR_FILENO) == 1 ? .live : .lines, isQuiet = quiet
    let curves = try tensorboard.map { try CurveFolder(URL(filePath: ($0 as NSString).expandingTildeInPath)) }
    let stop = StopSignal(answersInJSON: log == .json), toTrain = series.toTrain, workspace = store.workspace
    let board = toTrain > 0 ? CallBoard(in: workspace.layout.calls) : nil
    defer { board?.end() }
    tell(series.summary)
    for note in series.notes { tell("note: \(note)") }
    let outcome = series.run(
      runner: { runner(store, inputs, stop, curves, isTimed: $0.isTimed) },
      progress: { place in
        RunProgress(style, subject: place, logsIn: { workspace.run($0.identity) }, board: board) {
          if !isQuiet { show($0) }
        }
      }, say: { tell($0) }, report: report)
    stop.end()
    if quiet { for problem in curves?.problems ?? [] { complain(problem) } }
    if outcome.wasStopped {
      complain("stopped after \(outcome.trained) of \(toTrain) runs; the same command goes on from here")
      throw ExitCode(128 + stop.received)
    }
    return outcome
  }

  /// Trains runs of a store until a signal comes.
  /// - Parameter isTimed: whether the runs are there to be timed.
  private func runner(_ store: RunStore, _ inputs: RunInputs, _ stop: StopSignal, _ curves: CurveFolder?, isTimed: Bool) -> Runner {
    var options = ExecutionOptions()
    let cores = ProcessInfo.processInfo.activeProcessorCount
    options.threads = threads ?? (isTimed ? cores : 1)
    options.keepsStepTimes = isTimed
    options.checkpointInterval = checkpointSeconds
    options.shouldStop = { stop.received != 0 }
    let jobs = isTimed ? 1 : jobs ?? max(1, cores / options.threads)
    return Runner(store: store, executor: RunExecutor(inputs: inputs, options: options), jobs: jobs, curves: curves)
  }
}

extension Voice: ExpressibleByArgument {}
