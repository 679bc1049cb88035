// Rows, layers of settings, narrowing and the runs that come of them.
import Foundation
import Records
import Settings
import Testing

@testable import Manifests

@Suite struct ResolutionTests {
  private func runs(_ folder: TestFolder, _ narrowing: Narrowing = Narrowing()) throws -> [RunSpecification] {
    try folder.load().experiment(.paper).part(narrowing).runs
  }

  @Test func canonicalJSONIsGolden() throws {
    let folder = try TestFolder.methods("- aflora: {final_epochs: 2, label: \"AFLoRA \\\"own\\\"\"}")
    let run = try #require(try runs(folder, Narrowing(tasks: ["rte"])).first)
    #expect(
      run.canonicalJSON == #"{"experiment":"m","label":"AFLoRA \"own\"","method":"aflora","model":"some-model","#
        + #""options":{"adaptive":["ffn"],"beta1":0.85,"beta2":0.95,"d_initial":0.1,"final_epochs":2,"#
        + #""initial_epochs":1,"rank":4,"score":"gradient","targets":["query","value"],"together":false},"#
        + #""profile":"paper","row":"aflora","seed":0,"task":"rte","training":{"batch":16,"betas":[0.9,0.999],"#
        + #""decay_vectors":false,"epochs":3,"epsilon":1e-08,"head_learning_rate":0.0005,"learning_rate":0.0005,"#
        + #""max_gradient_norm":1,"max_length":128,"warmup":0.06,"weight_decay":0}}"#)
    #expect(
      run.identityJSON
        == #"{"method":"aflora","options":{"adaptive":["ffn"],"beta1":0.85,"beta2":0.95,"d_initial":0.1,"#
        + #""final_epochs":2,"initial_epochs":1,"rank":4,"score":"gradient","targets":["query","value"],"#
        + #""together":false},"seed":0,"task":"rte","training":{"batch":16,"betas":[0.9,0.999],"decay_vectors":false,"#
        + #""epochs":3,"epsilon":1e-08,"head_learning_rate":0.0005,"learning_rate":0.0005,"max_gradient_norm":1,"#
        + #""max_length":128,"warmup":0.06,"weight_decay":0}}"#)
  }

  @Test func specificationsReadBack() throws {
    let folder = try TestFolder.methods(
      "- aflora: {final_fraction: 1, warmup_steps: 100, hidden_dropout: 0.25, training_rows: 64}\n- fft")
    for run in try runs(folder) {
      let fromCanonical = try JSONDecoder().decode(RunSpecification.self, from: Data(run.canonicalJSON.utf8))
      #expect(fromCanonical == run)
      #expect(fromCanonical.canonicalJSON == run.canonicalJSON)
      #expect(try JSONDecoder().decode(RunSpecification.self, from: JSONEncoder().encode(run)) == run)
    }
    let broken = #"{"epochs":3,"batch":16,"learning_rate":-1}"#
    #expect(throws: DecodingError.self) { try JSONDecoder().decode(TrainingSettings.self, from: Data(broken.utf8)) }
  }

  @Test func runsComeInTheOrderOfTheTable() throws {
    let folder = try TestFolder.manifest(
      "id: m\nmodel: x\nrecipe: plain\ntasks: [rte, mrpc]\nseeds: [3, 1]\nmethods: [lora, fft]\n")
    #expect(
      try runs(folder).map { "\($0.row)/\($0.task.id)/\($0.seed)" } == [
        "lora/rte/3", "lora/rte/1", "lora/mrpc/3", "lora/mrpc/1", "fft/rte/3", "fft/rte/1", "fft/mrpc/3", "fft/mrpc/1",
      ])
  }

  @Test func listsBecomeRows() throws {
    let folder = try TestFolder.methods(
      """
      - lora: {learning_rate: [1e-3, 5e-5], rank: [4, 8]}
      - lora: {targets: [[query], [query, value]], label: Targets, id: aimed}
      - vera: {d_initial: [0.5]}
      - fft
      """)
    let plan = try folder.load().experiment(.paper)
    #expect(
      plan.rows.map(\.id) == [
        "lora-rank-4-learning-rate-0.001", "lora-rank-8-learning-rate-0.001", "lora-rank-4-learning-rate-5e-5",
        "lora-rank-8-learning-rate-5e-5", "aimed-targets-query", "aimed-targets-query+value", "vera", "fft",
      ])
    #expect(
      plan.rows.map(\.label) == [
        "LoRA, rank 4, learning rate 0.001", "LoRA, rank 8, learning rate 0.001", "LoRA, rank 4, learning rate 5e-5",
        "LoRA, rank 8, learning rate 5e-5", "Targets, targets query", "Targets, targets query+value",
        "VeRA", "Full fine-tuning",
      ])
    #expect(plan.runs.count == 16)
    let run = try #require(try runs(folder, Narrowing(methods: ["lora-rank-8-learning-rate-5e-5"])).first)
    #expect(run.training.learningRate == 5e-5)
    #expect(run.training.headLearningRate == 5e-5)
    #expect(run.options["rank"] == .integer(8))
  }

  @Test func rowsAreNamedByWhatVaries() throws {
    let folder = try TestFolder.methods(
      """
      - loradrop: {threshold: 1.0, label: "1 (LoRA)"}
      - loradrop: {threshold: 0.9}
      - loradrop
      - lora: {rank: 4}
      """)
    let rows = try folder.load().experiment(.paper).rows
    #expect(rows.map(\.id) == ["loradrop-threshold-1", "loradrop-threshold-0.9", "loradrop", "lora"])
    #expect(rows.map(\.label) == ["1 (LoRA)", "LoRA-drop, threshold 0.9", "LoRA-drop", "LoRA"])
  }

  @Test func layersOverrideInOrder() throws {
    let folder = try TestFolder.manifest(
      """
      id: m
      model: x
      recipe: plain
      tasks: [rte, mrpc, cola]
      seeds: [0]
      training: {batch: 8, tasks: {cola: {batch: 4}}}
      methods:
        - aflora: {epochs: 7, tasks: {cola: {epochs: 9, final_fraction: 0.5}}}
        - fft
      """,
      recipe: """
        include: base
        defaults: {epochs: 3}
        tasks: {rte: {learning_rate: 1e-2, epochs: 5}}
        methods: {aflora: {rank: 2, warmup_steps: 10, tasks: {mrpc: {learning_rate: 0.5}, cola: {final_epochs: 1}}}}
        """)
    try folder.write(
      "defaults: {epochs: 1, batch: 32, learning_rate: 1e-3, warmup: 0.2}\ntasks: {rte: {batch: 64}}\nmethods: {aflora: {rank: 1, beta1: 0.5}}\n",
      to: "recipes/base.yaml")
    let runs = try runs(folder)
    let training = runs.map(\.training)
    #expect(training.map(\.epochs) == [7, 7, 9, 5, 3, 3])
    #expect(training.map(\.batchSize) == [8, 8, 4, 8, 8, 4])
    #expect(training.map(\.learningRate) == [1e-2, 0.5, 1e-3, 1e-2, 1e-3, 1e-3])
    #expect(training.map(\.warmup) == [.steps(10), .steps(10), .steps(10), .ratio(0.2), .ratio(0.2), .ratio(0.2)])
    #expect(runs[0].options["rank"] == .integer(2))
    #expect(runs[0].options["beta1"] == .number(0.5))
    #expect(runs[0].options["final_fraction"] == .number(0.7))
    // The row's own task gives a share, which replaces the recipe's epochs.
    #expect(runs[2].options["final_fraction"] == .number(0.5))
    #expect(runs[2].options["final_epochs"] == nil)
    #expect(
      try folder.load().experiment(.paper).sources.map { ($0 as NSString).lastPathComponent } == [
        "m.yaml", "base.yaml", "plain.yaml",
      ])
  }

  @Test func profilesReplaceKeys() throws {
    let folder = try TestFolder.manifest(
      """
      id: m
      title: t
      model: big
      recipe: plain
      tasks: [rte, mrpc]
      seeds: [0, 1, 2]
      methods: [lora]
      profiles:
        pocket: {model: little, seeds: [5], methods: [{vera: {rank: 16}}, fft], title: little table}
      """)
    let manifest = try folder.load()
    #expect(manifest.profiles == [.pocket, .paper])
    #expect(try manifest.experiment(.pocket).title == "little table")
    let pocket = try manifest.experiment(.pocket).runs
    #expect(pocket.map(\.row) == ["vera", "vera", "fft", "fft"])
    #expect(pocket.allSatisfy { $0.model == "little" && $0.seed == 5 && $0.profile == .pocket })
    #expect(try manifest.experiment(.paper).runs.count == 6)
    #expect(try manifest.experiment(.paper).on(model: "/models/other").runs.allSatisfy { $0.model == "/models/other" })
    #expect(throws: ManifestError.unknownProfile("small", experiment: "m", known: ["pocket", "paper"])) {
      try manifest.experiment(.small).runs
    }
    // Only labels, paths and profiles differ: the run is the same, and lives once.
    let row = try manifest.experiment(.paper).part(Narrowing(tasks: ["rte"], seeds: [0])).runs[0]
    let other = try manifest.experiment(.paper).on(model: "y").part(Narrowing(tasks: ["rte"], seeds: [0])).runs[0]
    #expect(row.identityJSON == other.identityJSON)
    #expect(row.canonicalJSON != other.canonicalJSON)
  }

  @Test func narrowing() throws {
    let folder = try TestFolder.manifest(
      "id: m\nmodel: x\nrecipe: plain\ntasks: [rte, mrpc]\nseeds: [0, 1]\nmethods: [{vera: {rank: [4, 8]}}, lora]\n")
    let manifest = try folder.load()
    func rows(_ methods: [String]) throws -> [String] {
      try manifest.experiment(.paper).part(Narrowing(tasks: ["mrpc"], methods: methods, seeds: [1])).runs.map(
        \.row)
    }
    #expect(try rows(["vera"]) == ["vera-rank-4", "vera-rank-8"])
    #expect(try rows(["elora"]) == ["vera-rank-4", "vera-rank-8"])
    #expect(try rows(["lora", "vera-rank-8"]) == ["vera-rank-8", "lora"])
    let bad = Narrowing(tasks: ["rta"], methods: ["lora", "vera-rank-9"], seeds: [7])
    let error = #expect(throws: ManifestError.self) { try manifest.experiment(.paper).part(bad) }
    #expect(
      error?.description == """
        m: task 'rta' is not in this manifest. Did you mean 'rte'? (known: rte, mrpc)
        m: method 'vera-rank-9' is not in this manifest. Did you mean 'vera-rank-4'? (known: vera-rank-4, vera-rank-8, lora, vera)
        m: seed '7' is not in this manifest. (known: 0, 1)
        3 problems; nothing was run.
        """)
  }

  @Test func scalarsAreWhatTheyLookLike() throws {
    let folder = try TestFolder.manifest(
      """
      id: 010
      title: no
      model: 1_000
      recipe: plain
      tasks: [rte]
      seeds: [010, 7]
      methods:
        - lora: {rank: 0010, label: yes, learning_rate: +5E-5, alpha: .5, dropout: 0., warmup: 1e-1}
      """)
    let manifest = try folder.load()
    #expect(manifest.id == "010")
    #expect(try manifest.experiment(.paper).title == "no")
    let run = try #require(try runs(folder).first)
    #expect(run.seed == 10)
    #expect(run.model == "1_000")
    #expect(run.label == "yes")
    #expect(run.options["rank"] == .integer(10))
    #expect(run.options["alpha"] == .number(0.5))
    #expect(run.options["dropout"] == .number(0))
    #expect(run.training.learningRate == 5e-5)
    #expect(run.training.warmup == .ratio(0.1))
  }

  @Test(arguments: [(0.1 + 0.2, "0.30000000000000004"), (1e-8, "1e-08"), (1, "1"), (-0.0, "0"), (1e16, "1e+16")])
  func numbersAreWrittenShort(value: Double, text: String) {
    #expect(JSONValue.number(value).compact == text)
    #expect(Double(text) == value)
  }
}
