import ArgumentParser
import Foundation
import Manifests
import Records
import Settings

/// The part of an experiment that is meant; every verb that takes an experiment takes these.
struct SelectionOptions: ParsableArguments {
  @Option(help: "The size: pocket, small or paper.")
  var profile = Profile.pocket

  @Option(
    name: [.customLong("tasks"), .customLong("task")],
    help: ArgumentHelp("Only these tasks, with commas between.", valueName: "ids"))
  var tasks: String?

  @Option(
    name: [.customLong("methods"), .customLong("method")],
    help: ArgumentHelp("Only these methods or rows, with commas between.", valueName: "ids"))
  var methods: String?

  @Option(
    name: [.customLong("seeds"), .customLong("seed")],
    help: ArgumentHelp(
      "Only these seeds, or others than the manifest's, with commas between; 0x1 is initialisation 0 with order 1.",
      valueName: "numbers"))
  var seeds: String?

  @Option(
    name: .customLong("set"), parsing: .unconditionalSingleValue,
    help: ArgumentHelp(
      "A setting of all runs, or of a method's, row's or task's, as in learning_rate=1e-3, lora.rank=16 or rte.epochs=3; may be given "
        + "several times. The table is then one of its own.", valueName: "key=value"))
  var settings: [String] = []

  func validate() throws {
    _ = try narrowing()
    _ = try overrides()
  }

  /// Whether less than all of an experiment is meant, or another one than its manifest's.
  var isPart: Bool { get throws { try !narrowing().isEmpty || !settings.isEmpty } }

  /// What is asked for in place of what the manifest says.
  func overrides() throws -> Overrides {
    let settings = try settings.map { text in
      guard let setting = Overrides.Setting(text) else {
        throw ValidationError("--set takes key=value, as in learning_rate=1e-3 or lora.rank=16, and was given '\(text)'")
      }
      return setting
    }
    return Overrides(settings: settings, seeds: try narrowing().seeds)
  }

  func narrowing() throws -> Narrowing {
    let list = { (text: String?) in text.map { $0.split(separator: ",").map { $0.trimmingCharacters(in: .whitespaces) } } }
    let seeds = try list(seeds)?.map { text in
      guard let seed = RunSeed(text) else {
        throw ValidationError(
          "'\(text)' is not a seed: seeds are whole numbers of at least 0, or two with an x between as in 0x1, initialisation 0 with "
            + "order 1")
      }
      return seed
    }
    if let seeds, let twice = seeds.indices.first(where: { seeds[..<$0].contains(seeds[$0]) }) {
      throw ValidationError("seed \(seeds[twice]) is given twice")
    }
    return Narrowing(tasks: list(tasks), methods: list(methods), seeds: seeds)
  }

  /// The one run of an experiment that is meant.
  /// - Throws: `Failure` that says what tells the runs apart, where it is not one.
  func onlyRun(of experiment: Experiment) throws -> RunSpecification {
    let part = try experiment.part(narrowing())
    if part.runs.count == 1, let run = part.runs.first { return run }
    throw Failure(
      description: "one run of \(experiment.id) is asked for, and \(part.runs.count) are meant: "
        + Self.open([("--methods", part.rows.map(\.id)), ("--tasks", part.tasks.map(\.id)), Self.seeds(part)]))
  }

  /// The runs of one row and one seed that are meant, one for each task.
  /// - Throws: `Failure` that says what tells the rows and seeds apart, where there are several.
  func runsByTask(of experiment: Experiment) throws -> [RunSpecification] {
    let part = try experiment.part(narrowing())
    if part.rows.count == 1, part.seeds.count == 1, !part.runs.isEmpty { return part.runs }
    throw Failure(
      description: "runs of one row and one seed of \(experiment.id) are asked for, and \(part.runs.count) are meant: "
        + Self.open([("--methods", part.rows.map(\.id)), Self.seeds(part)]))
  }

  private static func seeds(_ part: Experiment) -> (String, [String]) { ("--seeds", part.seeds.map(\.description)) }

  /// The axes that have more than one value.
  private static func open(_ axes: [(name: String, values: [String])]) -> String {
    axes.filter { $0.values.count > 1 }.map { "\($0.name) leaves \($0.values.joined(separator: ", "))" }.joined(separator: "; ")
  }
}

extension Profile: ExpressibleByArgument {}
