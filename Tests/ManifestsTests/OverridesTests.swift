// What a call sets in place of what a manifest says: values by their schemas, the experiment's name, and what is refused.
import Foundation
import Records
import Settings
import Testing

@testable import Manifests

@Suite("Overrides")
struct OverridesTests {
  private static let manifest = """
    id: m
    model: x
    recipe: plain
    tasks: [rte, mrpc]
    seeds: [0, 1]
    methods: [{lora: {rank: 4}}, {vera: {rank: [16, 32]}}, aflora]
    figures: [bars, {learning-curves: {rows: [lora], task: rte, seed: 1}}]

    """

  private func experiment(
    _ settings: [String] = [], seeds: [RunSeed]? = nil, of manifest: String = Self.manifest, named name: String = "m"
  ) throws -> Experiment {
    let folder = try TestFolder.manifest(manifest)
    let overrides = Overrides(settings: try settings.map { try #require(Overrides.Setting($0)) }, seeds: seeds)
    return try ExperimentFolder(path: folder.path).manifest(named: name, overrides: overrides, methods: .test).experiment(.paper)
  }

  private func complaint(_ settings: [String]) -> String {
    do {
      _ = try experiment(settings)
      return ""
    } catch { return "\(error)" }
  }

  @Test("a setting is for all runs, or for those of a row, a method or a task; the name says which")
  func values() throws {
    let all = try experiment(["learning_rate=1e-3", "elora.d_initial=0.5", "rte.epochs=7", "targets=key,value", "epochs=2"])
    #expect(all.id == "m+epochs=2+learning_rate=0.001+rte.epochs=7+targets=key,value+vera.d_initial=0.5")
    #expect(all.runs.allSatisfy { $0.experiment == all.id && $0.training.learningRate == 1e-3 })
    #expect(all.runs.allSatisfy { $0.training.epochs == ($0.task.id == "rte" ? 7 : 2) })
    #expect(all.runs.allSatisfy { $0.options["targets"] == .texts(["key", "value"]) })
    for run in all.runs { #expect(run.options["d_initial"] == ["vera": 0.5, "aflora": 0.1][run.method].map { .number($0) }) }
    let plain = try experiment()
    #expect(plain.id == "m" && plain.runs.map(\.identityJSON) != all.runs.map(\.identityJSON))
    let same = try experiment(["learning_rate=5e-4"])
    #expect(same.id == "m+learning_rate=0.0005" && same.runs.map(\.identityJSON) == plain.runs.map(\.identityJSON), "one run")
  }

  @Test("an experiment's own name asks for what it says")
  func names() throws {
    let asked = try experiment(["lora.dropout=0.25", "betas=0.5,0.9"], seeds: [5, 6])
    #expect(asked.id == "m+betas=0.5,0.9+lora.dropout=0.25+seeds=5,6")
    #expect(try experiment(named: asked.id).runs == asked.runs)
    #expect(try experiment(["lora.dropout=0.25"], named: "m+seeds=5,6+betas=0.5,0.9").id == asked.id)
    for name in ["m+", "m+x", "m+seeds=a", "m+seeds=-1", "m+seeds=5,5", "m+file=a", "m+=1"] {
      #expect(throws: ManifestError.unknownExperiment(name, known: [], folder: "f")) {
        var overrides = Overrides()
        _ = try overrides.take(outOf: name, in: "f")
      }
    }
    #expect(throws: ManifestError.self, "those are the manifest's own") { try experiment(named: "m+seeds=0") }
    let wild = OverrideReader.name("m", ["a=ö/../b", "c=1"])
    #expect(wild.hasPrefix("m+a=_") && !wild.contains("/") && wild != OverrideReader.name("m", ["a=ü/../b", "c=1"]))
    let long = OverrideReader.name("m", (0..<40).map { "setting_\($0)=1" })
    #expect(long.utf8.count < 120 && long != OverrideReader.name("m", (0..<41).map { "setting_\($0)=1" }))
  }

  @Test("what is for fewer runs holds for them, in whichever order it was typed; two of one width are refused")
  func order() throws {
    for settings in [
      ["lora.dropout=0.5", "dropout=0.25", "rte.epochs=9", "epochs=2"],
      ["epochs=2", "dropout=0.25", "rte.epochs=9", "lora.dropout=0.5"],
    ] {
      let experiment = try experiment(settings)
      #expect(experiment.id == "m+dropout=0.25+epochs=2+lora.dropout=0.5+rte.epochs=9")
      #expect(experiment.runs.filter { $0.method == "lora" }.allSatisfy { $0.options["dropout"] == .number(0.5) })
      #expect(experiment.runs.allSatisfy { $0.training.epochs == ($0.task.id == "rte" ? 9 : 2) })
    }
    #expect(complaint(["elora.d_initial=0.5", "vera.d_initial=0.25"]).contains("'d_initial' of vera-rank-16 is set twice"))
    #expect(complaint(["warmup=0.5", "warmup_steps=3"]).contains("'warmup_steps' and 'warmup' cannot be set together; keep one."))
    #expect(complaint(["micro_batch=4", "gradient_accumulation=2"]).contains("cannot be set together"))
    #expect(try experiment(["warmup=0.5", "lora.warmup_steps=3"]).runs.first?.training.warmup == .steps(3))
  }

  @Test("lists need no brackets, and a text of one has its place in words")
  func lists() throws {
    #expect(try experiment(["targets=[key, value]"]).runs.first?.options["targets"] == .texts(["key", "value"]))
    #expect(complaint(["targets=kye"]).hasPrefix("--set targets: 'targets' must be a list of names"))
    #expect(complaint(["targets=,"]).hasPrefix("--set targets: 'targets' must be a list of names"))
    #expect(complaint(["lora.rank=[1"]).hasPrefix("--set lora.rank: 'rank' "))
  }

  @Test("a label that may speak of the row's own value says the other; rows that a value tells apart refuse another")
  func labels() throws {
    #expect(try experiment(["lora.rank=16"]).rows.map(\.label)[0] == "LoRA, rank 16")
    #expect(try experiment(["lora.alpha=4"]).rows.map(\.label)[0] == "LoRA")
    let refused = "--set rank: 'rank' is what the rows of vera are told apart and named by, vera-rank-16 among them"
    #expect(complaint(["rank=16"]).hasPrefix(refused))
  }

  @Test("seeds beyond the manifest's make a table of their own, its figures with it; seeds of it narrow")
  func seeds() throws {
    let own = try experiment(seeds: [1])
    #expect(own.id == "m" && own.seeds == [0, 1])
    let other = try experiment(seeds: [1, 5])
    #expect(other.id == "m+seeds=1,5" && other.seeds == [1, 5] && Set(other.runs.map(\.seed)) == [1, 5])
    #expect(other.figures.map(\.seeds) == [[1, 5], [1]])
    #expect(try experiment(seeds: [7, 8]).figures.map(\.seeds) == [[7, 8], [7]])
    #expect(try other.part(Narrowing(seeds: [1, 5])) == other)
  }

  @Test("what cannot be set is said with its place, all at once")
  func problems() {
    let text = complaint(["rank=abc", "lora.rnk=3", "epochs=0", "bla.rank=4", "foo=1", "dropout=0", "dropout=0.5", "warmup: x=1"])
    for line in [
      "--set rank: 'rank' must be a whole number", "--set lora.rnk: 'rnk' is neither a training setting nor an option of 'lora'.",
      "Did you mean 'rank'?", "--set epochs: 'epochs' must be a whole number from 1 to 10000, but is '0'.",
      "--set bla.rank: 'bla' is neither a row nor a task of this manifest. (known: lora, vera-rank-16, vera-rank-32, aflora, rte, mrpc)",
      "--set foo: 'foo' is neither a training setting nor an option of any row.",
      "--set dropout: 'dropout' of lora is set twice; keep one.",
    ] { #expect(text.contains(line), "\(line)\n\(text)") }
    for wrong in ["x", "=1", "rank=", ".rank=1", "lora.=1"] { #expect(Overrides.Setting(wrong) == nil, "\(wrong)") }
    #expect(
      complaint(["gradient_accumulation=3"]).contains(
        "'gradient_accumulation' must divide 'batch', but lora has a batch of 16 in 3"))
    #expect(!complaint(["vera.epochs=[1"]).isEmpty)
  }

  @Test("a manifest anywhere finds the project's recipes; one with the id of another has a name of its own")
  func files() throws {
    let folder = try TestFolder.manifest(Self.manifest)
    try folder.write(Self.manifest.replacing("seeds: [0, 1]", with: "seeds: [3, 1]"), to: "elsewhere/deep/mine.yaml")
    try folder.write(Self.manifest.replacing("id: m", with: "id: other"), to: "elsewhere/deep/other.yml")
    let project = ExperimentFolder(path: folder.path), deep = folder.path + "/elsewhere/deep/"
    let mine = try project.manifest(named: deep + "mine.yaml", methods: .test).experiment(.paper)
    #expect(mine.callName == deep + "mine.yaml")
    try folder.write(Self.manifest.replacing("id: m", with: "id: m-cost"), to: "elsewhere/deep/cost.yaml")
    let cost = try project.manifest(
      named: deep + "cost.yaml", overrides: Overrides(settings: [try #require(Overrides.Setting("epochs=1"))]), methods: .test)
    #expect(try cost.experiment(.paper).id == "m-cost+epochs=1+file=cost", "its table would be m's costs")
    #expect(try cost.experiment(.paper).callName == deep + "cost.yaml --set epochs=1")
    try FileManager.default.createSymbolicLink(atPath: deep + "link.yaml", withDestinationPath: folder.path + "/m.yaml")
    #expect(try project.manifest(named: deep + "link.yaml", methods: .test).experiment(.paper).id == "m")
    try folder.write(Self.manifest.replacing("id: m", with: "id: n"), to: "wrong.yaml")
    #expect(throws: ManifestError.self, "its name is not its id") {
      try project.manifest(named: folder.path + "/wrong.yaml", methods: .test)
    }
    try FileManager.default.removeItem(atPath: folder.path + "/wrong.yaml")
    #expect(mine.id == "m+file=mine" && mine.seeds == [3, 1] && mine.runs.count == 16)
    #expect(try project.manifest(named: deep + "other.yml", methods: .test).experiment(.paper).id == "other")
    let own = try project.manifest(named: folder.path + "/./m.yaml", methods: .test).experiment(.paper)
    #expect(try own == project.manifest(named: "m", methods: .test).experiment(.paper), "its own path is its id")
    #expect(throws: ManifestError.self) { try project.manifest(named: deep + "none.yaml", methods: .test) }
  }

  @Test("parts of a step's batch and their size are one setting")
  func accumulation() throws {
    let parts = try experiment(["gradient_accumulation=4"]), size = try experiment(["micro_batch=4"])
    #expect(parts.runs.allSatisfy { $0.training.microBatchSize == 4 })
    #expect(parts.runs.map(\.identityJSON) == size.runs.map(\.identityJSON))
    #expect(try experiment(["gradient_accumulation=1"]).runs.map(\.identityJSON) == experiment().runs.map(\.identityJSON))
  }

  @Test("a figure of a part is of what the part has")
  func parts() throws {
    let whole = try experiment(of: Self.manifest)
    #expect(try whole.part(Narrowing(methods: ["vera"])).figures.map(\.rows) == [["vera-rank-16", "vera-rank-32"]])
    #expect(try whole.part(Narrowing(tasks: ["rte"], seeds: [1])).figures.map(\.tasks) == [["rte"], ["rte"]])
  }
}
