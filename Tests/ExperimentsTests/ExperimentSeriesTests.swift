// Every experiment of a project in one call.
import Foundation
import Manifests
import Synchronization
import TestSupport
import Testing

@testable import Experiments

@Suite("All experiments")
struct ExperimentSeriesTests {
  /// `tiny`, `more` with one run of its own and one of tiny's, `broken` of a model that is not there, `small` without the profile, and
  /// a search.
  private static func project() throws -> TinyProject {
    let project = try TinyProject()
    func write(_ id: String, _ folder: String = "", _ change: (String) -> String) throws {
      try project.write(
        change(TinyProject.manifest.replacing("id: tiny", with: "id: \(id)")).replacing(
          "[tasks/", with: "[\(folder.isEmpty ? "" : "../")tasks/"),
        to: "experiments/\(folder)\(id).yaml")
    }
    try write("more") { $0.replacing("methods: [lora, {aflora", with: "methods: [lora, vera]\n#") }
    try write("broken") { $0.replacing("model: model", with: "model: elsewhere") }
    try write("small") { $0.replacing("pocket", with: "small") }
    try write("search", "tune/") {
      $0.replacing("tasks: [", with: "tune: {learning_rate: [1e-3, 1e-2], seeds: [100], tasks: [").replacing(
        "yaml]\n", with: "yaml]}\n"
      )
      .replacing("seeds: [0]\n", with: "").replacing("model: model\nrecipe: tiny\n", with: "")
      .replacing("{pocket: {}}", with: "{pocket: {model: model, recipe: tiny}}")
    }
    return project
  }

  private func series(_ project: TinyProject) throws -> (series: ExperimentSeries, store: RunStore, inputs: RunInputs) {
    let workspace = try project.workspace()
    let inputs = RunInputs(workspace: workspace, data: nil), store = RunStore(workspace)
    let folder = ExperimentFolder(path: workspace.experiments.path)
    let experiments = folder.list(folder.tables, methods: .registered).manifests.flatMap {
      $0.experiments.filter { $0.profile == .pocket }
    }
    let plan = try Plan(experiments, profile: .pocket, inputs: inputs, store: store)
    return (ExperimentSeries(plan, store: store), store, inputs)
  }

  @Test("one after the other, shared runs once, past one that cannot be run")
  func order() throws {
    let project = try Self.project()
    let (series, store, inputs) = try series(project)
    #expect(series.plan.items.map(\.experiment.id) == ["broken", "more", "tiny"])
    #expect(
      series.summary == "3 experiments · pocket · 4 runs, 3 of them different, 0 done before, 3 to go; cannot be run: broken"
    )
    let runner = Runner(store: store, executor: RunExecutor(inputs: inputs, options: ExecutionOptions()), jobs: 2)
    let trained = Mutex<[String]>([])
    var events: [String] = []
    func run(_ series: ExperimentSeries) -> ExperimentSeries.Outcome {
      series.run(
        runner: { _ in runner },
        progress: { place in
          events.append("progress of \(place)")
          return RunProgress(.lines) { text in
            if text.contains(#/\d/\d  \S+ warmth/#) { trained.withLock { $0.append(text) } }
          }
        }, say: { events.append($0) },
        report: { experiment in
          events.append("table of \(experiment.id)")
          return experiment.id == "more" ? (1...5).map { "cell \($0) is missing" } : []
        })
    }
    let outcome = run(series)
    let reason =
      "\(project.root.path)/experiments/broken.yaml:4:8: model 'elsewhere' is not here, there is no such folder: name a folder that holds its config.json, weights and tokenizer: MODEL=<folder>"
    #expect(
      events == [
        "[1/3] broken · cannot be run: \(reason)",
        "[2/3] more · 2 methods × 1 task × 1 seed = 2 runs, 0 done before, 2 to go", "progress of 2/3 more", "table of more",
        "[3/3] tiny · 2 methods × 1 task × 1 seed = 2 runs, 1 done before, 1 to go", "progress of 3/3 tiny", "table of tiny",
      ])
    #expect(trained.withLock { $0.count } == 3)
    #expect(outcome.trained == 3 && !outcome.wasStopped)
    #expect(
      outcome.text(of: 3) == """
        2 of 3 experiments are incomplete:
          broken: \(reason)
          more: cell 1 is missing
          more: cell 2 is missing
          more: cell 3 is missing
          more: … and 2 more
        """)
    for run in series.plan.runs { #expect(store.linkedIdentity(run.specification) == run.identity) }

    let again = run(try self.series(project).series)
    #expect(again.trained == 0 && trained.withLock { $0.count } == 3)
  }

  @Test("a signal stops all of them")
  func stopping() throws {
    let project = try Self.project()
    let (series, store, inputs) = try series(project)
    var options = ExecutionOptions()
    options.shouldStop = { true }
    let runner = Runner(store: store, executor: RunExecutor(inputs: inputs, options: options), jobs: 1)
    var reports = 0
    let outcome = series.run(
      runner: { _ in runner }, progress: { _ in RunProgress(.lines) { _ in } }, say: { _ in }
    ) { _ in
      reports += 1
      return []
    }
    #expect(outcome.wasStopped && outcome.trained == 0 && reports == 0)
  }

  @Test("tasks of one name in two experiments are two tasks")
  func ownTasks() throws {
    let project = try TinyProject()
    let other = "id: warmth\ntrain: dev.tsv\nvalidation: dev.tsv\nformat: tsv\ncolumns: {text: [sentence], label: label}\n"
    try project.write(other + "labels: [cold, warm]\nmetric: [accuracy]\n", to: "experiments/tasks/other.yaml")
    try project.write(
      TinyProject.manifest.replacing("id: tiny", with: "id: other").replacing("warmth.yaml", with: "other.yaml"),
      to: "experiments/other.yaml")
    let (series, _, _) = try series(project)
    #expect(series.plan.problems == [])
    #expect(series.plan.items[0].runs[0].digests.data != series.plan.items[1].runs[0].digests.data)
  }

  @Test(
    "the program's exit status and last lines")
  func program() throws {
    let program = try Program.url
    let project = try Self.project()
    let result = try execute(program, ["all", "--root", project.root.path, "--jobs", "1"])
    #expect(result.status == 3)
    #expect(
      result.output.hasSuffix(
        """
        1 of 3 experiments is incomplete:
          broken: \(project.root.path)/experiments/broken.yaml:4:8: model 'elsewhere' is not here, there is no such folder: name a folder that holds its config.json, weights and tokenizer: MODEL=<folder>

        """), "\(result.output)")
    let tables = try FileManager.default.contentsOfDirectory(atPath: project.root.appending(path: "results").path).filter {
      $0.hasSuffix(".md")
    }
    #expect(tables.sorted() == ["more-cost.md", "more.md", "tiny-cost.md", "tiny.md"])
    try FileManager.default.removeItem(at: project.root.appending(path: "experiments/broken.yaml"))
    let whole = try execute(program, ["all", "--root", project.root.path, "--jobs", "1"])
    #expect(whole.status == 0, "\(whole.output)")
    let list = try execute(program, ["list", "--root", project.root.path])
    #expect(list.output.contains("  tiny: tiny runs\n      runs: pocket 2 of 2 done · paper 2\n"), "\(list.output)")
  }

  @Test("Ctrl-C ends the program with 130")
  func interruption() throws {
    let program = try Program.url
    let project = try TinyProject()
    try project.write(TinyProject.recipe.replacing("epochs: 2", with: "epochs: 1000"), to: "experiments/recipes/tiny.yaml")
    let process = Process(), output = Pipe()
    process.executableURL = program
    process.arguments = ["all", "--root", project.root.path, "--jobs", "1"]
    process.standardOutput = FileHandle.nullDevice
    process.standardError = output
    process.standardInput = FileHandle.nullDevice
    try process.run()
    // the line of the first experiment: its runs begin
    var text = ""
    while !text.contains("tiny · pocket"), let next = try output.fileHandleForReading.read(upToCount: 64), !next.isEmpty {
      text += String(decoding: next, as: UTF8.self)
    }
    process.interrupt()
    let rest = output.fileHandleForReading.readDataToEndOfFile()
    process.waitUntilExit()
    #expect(process.terminationStatus == 130)
    #expect(String(decoding: rest, as: UTF8.self).hasSuffix("stopped after 0 of 2 runs; the same command goes on from here\n"))
  }
}
