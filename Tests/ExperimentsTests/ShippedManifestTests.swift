// The project's own manifests and recipes are good, and say what the papers say.
import Adapters
import Foundation
import Records
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
    #expect(try manifest.experiment(.pocket).runs.count == 16 * 8 * 5)
    #expect(rows.first { $0.id == "vera" }?.label == "ELoRA")
    let four = ["fft", "lora", "elora", "aflora"]
    #expect(try manifest.experiment(.pocket).part(Narrowing(methods: four)).runs.count == 4 * 8 * 5)
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

  @Test func seedVarianceCrossesItsSeedsAndSharesRunsWithTable1() throws {
    let manifest = try folder.manifest(named: "seed-variance", methods: .registered)
    let table1 = try folder.manifest(named: "table1", methods: .registered).experiment(.pocket)
    #expect(manifest.profiles == [.pocket, .small, .paper])
    for profile in manifest.profiles { #expect(try manifest.experiment(profile).seeds.areCrossed, "\(profile)") }
    let pocket = try manifest.experiment(.pocket), part = Narrowing(tasks: ["rte"], methods: ["lora"], seeds: [0, 1])
    #expect(pocket.runs.count == 4 * 4 * 16)
    #expect(try pocket.part(part).runs.map(\.identityJSON) == table1.part(part).runs.map(\.identityJSON))
  }

  @Test("one table has one budget for all rows under every profile; a paper's own table keeps the paper's")
  func budgets() throws {
    func budgets(_ name: String, _ profile: Profile, _ task: String) throws -> Set<[Int]> {
      let runs = try folder.manifest(named: name, methods: .registered).experiment(profile).runs
      return Set(runs.filter { $0.task.id == task }.map { [$0.training.epochs, $0.training.batchSize] })
    }
    for (task, epochs) in [
      ("cola", 20), ("sst2", 10), ("mrpc", 20), ("qnli", 10), ("stsb", 20), ("rte", 20), ("mnli", 10), ("qqp", 10),
    ] {
      #expect(try budgets("table1", .paper, task) == [[epochs, 64]])
      for profile in [Profile.pocket, .small] { #expect(try budgets("table1", profile, task).count == 1) }
      if !["mnli", "qqp"].contains(task) { #expect(try budgets("aflora-fig3", .paper, task) == [[epochs, 64]]) }
    }
    for task in ["e2e", "dart", "dialogsum", "gsm8k"] { #expect(try budgets("generation-table1", .paper, task).count == 1) }
    #expect(try budgets("aflora-table1", .paper, "rte") == [[20, 64], [50, 8], [50, 32]])
    #expect(try budgets("prilora-main", .paper, "mnli") == [[10, 64], [10, 8], [7, 32]])
  }

  @Test("what is counted in updates is in proportion to the one budget")
  func schedules() throws {
    func planned(_ name: String) throws -> [(run: RunSpecification, updates: Int)] {
      let narrowing = Narrowing(methods: ["adalora", "sora"], seeds: [0])
      let runs = try folder.manifest(named: name, methods: .registered).experiment(.paper).part(narrowing).runs
      return zip(runs, try #require(try PlanTable(withoutFiles: runs)).updates).map { ($0, $1.updates) }
    }
    let own = try planned("aflora-table1"), shared = try planned("table1")
    #expect(own.count == 16 && own.map(\.run.shortName) == shared.map(\.run.shortName))
    for ((run, updates), (same, fewer)) in zip(own, shared) {
      func number(_ run: RunSpecification, _ option: String) throws -> Double { try #require(run.options[option]?.number) }
      guard run.method == "adalora" else {
        // the gates shrink by as much over a run, but for the last batches of epochs
        let gates = try number(same, "xi") * Double(fewer) / (number(run, "xi") * Double(updates))
        #expect(abs(gates - 1) < 0.02, "\(run.task.id)")
        continue
      }
      for part in ["initial", "final"] {
        let share = try number(run, "\(part)_steps") / Double(updates)
        #expect(try abs(share - number(same, "\(part)_fraction")) < 0.006, "\(run.task.id) \(part)")
        #expect(same.options["\(part)_steps"] == nil)
      }
      #expect(same.options["interval"] == .integer(0))
    }
  }

  @Test("counts that papers print after pruning stand beside what is kept")
  func counts() throws {
    func counts(_ name: String) throws -> [String: String] {
      let table = try #require(try folder.manifest(named: name, methods: .registered).experiment(.paper).published)
      return Dictionary(table.rows.compactMap { row in row.countedAs.map { (row.method, $0) } }) { first, _ in first }
    }
    let kept = "kept.parameters", own = "own.parameters"
    #expect(try counts("table1") == ["adalora": kept, "sora": kept])
    #expect(try counts("prilora-main") == ["adalora": kept])
    #expect(try counts("loradrop-table1") == ["sora": kept, "loradrop": own])
    for manifest in shipped where manifest.profiles.contains(.paper) {
      let experiment = try manifest.experiment(.paper)
      for row in experiment.published?.rows ?? [] where experiment.rows.contains(where: { $0.method == row.method }) {
        guard let name = row.countedAs else { continue }
        #expect(experiment.report.columns.contains(name), "\(manifest.id): \(row.method)")
      }
    }
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

  @Test("every search tries four candidates of each method, on two seeds and two tasks or more")
  func searches() throws {
    let searches = shipped.filter(\.isSearch)
    #expect(
      searches.map(\.id) == [
        "tune-pocket-deberta", "tune-pocket-llama", "tune-pocket-llama-labels", "tune-pocket-roberta", "tune-small-minilm",
      ])
    for experiment in searches.flatMap(\.experiments) {
      let search = try #require(experiment.search)
      #expect(search.settings == ["learning_rate"] && search.candidateCount == 4, "\(experiment.id)")
      #expect(experiment.seeds == [100, 101] && experiment.tasks.count >= 2, "\(experiment.id)")
      for method in search.methods {
        let runs = experiment.runs.filter { $0.method == method.id }.count
        #expect(runs == 4 * experiment.seeds.count * experiment.tasks.count, "\(experiment.id) \(method.id)")
        // half a decade apart, so that all grids are equally wide
        let rates = method.candidates.compactMap { $0.values[0].number }
        #expect(zip(rates, rates.dropFirst()).allSatisfy { (2.99...3.4).contains($1 / $0) }, "\(experiment.id) \(method.id)")
      }
    }
  }

  @Test("each recipe names the search whose manifest is for it, which has every method of the recipe's tables")
  func tunedRecipes() throws {
    let searches = shipped.filter(\.isSearch).flatMap(\.experiments)
    for experiment in shipped.filter({ !$0.isSearch }).flatMap(\.experiments)
    where experiment.profile != .paper && !experiment.isTimed {
      guard let named = experiment.tuned.last else { continue }
      let search = try #require(searches.first { $0.id == named.search }, "\(experiment.id)")
      // its own recipe, or one that it includes
      let file = "\(folder.recipes)/\(search.recipe).yaml"
      #expect(experiment.sources.contains(file) && search.profile == experiment.profile, "\(experiment.id)")
      let methods = Set(experiment.rows.map(\.method)).subtracting(search.search?.methods.map(\.id) ?? [])
      #expect(methods.isEmpty, "\(experiment.id): \(named.search) has not searched \(methods.sorted())")
    }
    #expect(Set(searches.map(\.recipe)).count == searches.count)
  }

  @Test("what a search found stands nowhere else: its recipe gives none of it")
  func onePlace() throws {
    for search in shipped.filter(\.isSearch).flatMap(\.experiments) {
      guard FileManager.default.fileExists(atPath: folder.tunedFile(of: search.id)) else { continue }
      let path = "\(folder.recipes)/\(search.recipe).yaml"
      let reader = MappingReader(methods: .registered, problems: ProblemCollector(mainFile: path))
      let recipe = try #require(
        RecipeReader(reader: reader, folder: folder.recipes, tasks: TaskDefinition.builtIn.map(\.id), appliesTuned: false).recipe(
          named: search.recipe, at: SourcePosition(file: path, line: 1, column: 1)))
      for method in search.search?.methods ?? [] {
        let own = recipe.methods.filter { $0.method == method.id }.flatMap(\.settings.common.positions)
        let left = own.filter { name, place in (search.search?.settings ?? []).contains(name) && place.file == path }.map(\.key)
        #expect(left.isEmpty, "\(path): take \(left.sorted()) of \(method.id) out: \(folder.tunedFile(of: search.id)) gives it")
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
