// The project's own manifests and recipes are good, and say what the papers say.
import Adapters
import Foundation
import Settings
import TestSupport
import Testing

@testable import Experiments
@testable import Manifests

@Suite struct ShippedManifestTests {
  private static let experiments = URL(fileURLWithPath: #filePath)
    .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
    .appendingPathComponent("experiments").path

  private let folder = ExperimentFolder(path: experiments)

  private var shipped: [Manifest] { folder.list(methods: .registered).manifests }

  @Test func everyFileIsGoodUnderEveryProfile() {
    let listing = folder.checked(methods: .registered)
    #expect(listing.broken.map { "\($0.error)" } == [])
    #expect(listing.manifests.count == folder.files.count)
    #expect(MethodCatalog.registered.clashes == [])
  }

  @Test func everyRunOnTheShippedModelsCanStart() throws {
    let root = URL(filePath: Self.experiments).deletingLastPathComponent()
    let results = FileManager.default.temporaryDirectory.appending(path: "lowrank-plans-\(UUID().uuidString)")
    defer { try? FileManager.default.removeItem(at: results) }
    let workspace = try Workspace(root: root, results: results)
    let inputs = RunInputs(workspace: workspace, data: nil)
    let experiments = try shipped.filter { $0.profiles.contains(.pocket) }.map { try $0.experiment(.pocket) }
    let plan = try Plan(
      experiments.filter { $0.runs.allSatisfy { inputs.isAtHand($0) } }, profile: .pocket, inputs: inputs,
      store: RunStore(workspace))
    #expect(plan.problems == [])
    #expect(plan.items.count > 20)
  }

  @Test("the guide's task of texts is one")
  func guideTextTask() throws {
    let file = "experiments/tasks/sums.yaml"
    let text = try Pages.manifest(file), block = try #require(text)
    let files = [
      ("tasks/sums.yaml", block), ("recipes/plain.yaml", "defaults: {epochs: 3, batch: 16, learning_rate: 5e-4}\n"),
      ("m.yaml", "id: m\nmodel: x\nrecipe: plain\ntasks: [sums]\nseeds: [0]\nmethods: [lora]\n"),
    ]
    let task = try withTemporaryFolder { folder in
      for (name, text) in files {
        let url = folder.appending(path: name)
        try FileManager.default.createDirectory(at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
        try Data(text.utf8).write(to: url)
      }
      let manifest = try Manifest.load(path: folder.appending(path: "m.yaml").path, methods: .registered)
      return try manifest.experiment(.paper).runs[0].task
    }
    let completion = TaskDefinition.Completion(
      prompt: .init("Question: {question}\nAnswer:"), references: ["long", "short"], targets: ["long"],
      rewrites: ["long": .withoutCalculations])
    #expect(task.target == .text(completion))
    #expect(task.metrics == [.gsm8k, .gsm8kFlexible] && task.format == .jsonl)
  }

  @Test func table1HoldsItsRunsInEachProfile() throws {
    let manifest = try folder.manifest(named: "table1", methods: .registered)
    #expect(manifest.profiles == [.pocket, .small, .paper])
    let rows = try manifest.experiment(.pocket).rows
    let others = ["table2-more", "table2-more-roberta"]
    let more = try others.flatMap { try folder.manifest(named: $0, methods: .registered).experiment(.pocket).rows.map(\.id) }
    #expect(rows.map(\.id) == MethodRegistry.descriptions.map(\.id).filter { $0 == "lora" || !more.contains($0) })
    #expect(Set(rows.map(\.id) + more) == Set(MethodRegistry.descriptions.map(\.id)))
    #expect(try manifest.experiment(.pocket).runs.count == 16 * 8 * 2)
    #expect(rows.first { $0.id == "vera" }?.label == "ELoRA")
    let four = ["fft", "lora", "elora", "aflora"]
    #expect(try manifest.experiment(.pocket).part(Narrowing(methods: four)).runs.count == 4 * 8 * 2)
    #expect(try manifest.experiment(.paper).part(Narrowing(methods: four)).runs.count == 4 * 8 * 5)
  }

  @Test(arguments: [
    ("cola", 20, 1e-2, 4e-2, 14), ("sst2", 10, 4e-3, 4e-3, 7), ("mrpc", 20, 1e-2, 8e-2, 14),
    ("qnli", 10, 1e-3, 4e-3, 7),
    ("stsb", 20, 2e-3, 2e-2, 14), ("rte", 20, 1e-3, 4e-2, 14), ("mnli", 10, 1e-3, 4e-3, 7), ("qqp", 10, 4e-3, 4e-3, 7),
  ])
  func afloraRecipeIsTheirTable5(task: String, epochs: Int, rate: Double, headRate: Double, final: Int) throws {
    let manifest = try folder.manifest(named: "table1", methods: .registered)
    let narrowing = Narrowing(tasks: [task], methods: ["aflora"], seeds: [4])
    let run = try #require(try manifest.experiment(.paper).part(narrowing).runs.first)
    #expect(run.training.epochs == epochs)
    #expect(run.training.learningRate == rate)
    #expect(run.training.headLearningRate == headRate)
    #expect(run.training.batchSize == 64)
    #expect(run.training.maximumLength == 256)
    #expect(run.training.warmup == .ratio(0.06))
    #expect(run.options["final_epochs"] == .integer(final))
    #expect(run.options["final_fraction"] == nil)
    #expect(run.options["initial_epochs"] == .integer(1))
    #expect(run.options["rank"] == .integer(4))
  }

  @Test func afloraCanFreezeWithinEveryRun() throws {
    // t_i must lie before T - t_f, or all matrices would freeze at one step.
    for manifest in shipped {
      for profile in manifest.profiles {
        for run in try manifest.experiment(profile).runs where run.method == "aflora" {
          let epochs = Double(run.training.epochs)
          let share = try #require(
            run.options["final_epochs"]?.number ?? run.options["final_fraction"].flatMap(\.number).map { $0 * epochs })
          #expect(try #require(run.options["initial_epochs"]?.number) < epochs - share, "\(manifest.id) \(run.task.id)")
        }
      }
    }
  }

  @Test func afloraFig4IsDrawn() throws {
    let manifest = try folder.manifest(named: "ablation-score", methods: .registered)
    for profile in manifest.profiles {
      let plan = try manifest.experiment(profile)
      #expect(plan.figures.map(\.kind) == [.bars])
      #expect(plan.figures.map(\.id) == ["scores"])
      #expect(plan.figures.map(\.rows) == [plan.rows.map(\.id)])
      #expect(plan.figures.map(\.tasks) == [["cola", "sst2", "mrpc", "qnli", "stsb", "rte"]])
    }
  }

  @Test func pilotsGiveEveryMethodTheSameBudget() throws {
    for (name, budget) in [("pilot-pocket", 8), ("pilot-pocket-roberta", 8), ("pilot-small", 3)] {
      let manifest = try folder.manifest(named: name, methods: .registered)
      let profile = try #require(manifest.profiles.first)
      let runs = try manifest.experiment(profile).runs
      for method in Set(runs.map(\.method)).sorted() {
        #expect(runs.filter { $0.method == method }.count == budget, "\(name) \(method)")
      }
    }
  }

  @Test func paperPlansNeedNoFiles() throws {
    for manifest in shipped where manifest.profiles.contains(.paper) {
      for run in try manifest.experiment(.paper).runs {
        #expect(PublishedSizes.configuration(of: run.model) != nil, "\(manifest.id): \(run.model)")
      }
    }
    let manifest = try folder.manifest(named: "aflora-table1", methods: .registered)
    let narrowing = Narrowing(tasks: ["rte"], methods: ["lora"], seeds: [0, 1])
    let table = try #require(try PlanTable(withoutFiles: manifest.experiment(.paper).part(narrowing).runs))
    let lines = table.text.split(separator: "\n").map { $0.split(separator: " ").map(String.init) }
    // the published 1.33M; 50 epochs of 2,490 rows by 8
    #expect(lines[1].prefix(6) == ["lora", "rte", "seed", "0", "1327104", "1919234"])
    #expect(lines[1][6] == "15600" && lines[2][3] == "1")
    #expect(
      table.text.contains(#/1 method × 1 task × 2 seeds = 2 runs: \d+\.\d+ PFLOP, about \d.* here for one job, 31 MB on disk\n/#))
    let pocket = try manifest.experiment(.pocket).part(narrowing).runs
    #expect(try PlanTable(withoutFiles: pocket)?.text == nil, "the pocket's files are always here")
  }
}
