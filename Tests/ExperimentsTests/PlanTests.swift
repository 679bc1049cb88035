// A plan as one value.
import Foundation
import Manifests
import Settings
import TestSupport
import Testing

@testable import Experiments

@Suite struct PlanTests {
  @Test("it can be written to a file, with a task of the user's own, and reads back equal")
  func file() throws {
    let project = try TinyProject()
    let plan = try project.call().checked()
    #expect(plan.problems.isEmpty && plan.runs.count == 2)
    let file = project.root.appending(path: "plan.json")
    try JSONEncoder().encode(plan).write(to: file)
    let again = try JSONDecoder().decode(Plan.self, from: Data(contentsOf: file))
    #expect(again == plan)
    #expect(
      again.runs[0].specification.task.train == project.root.appending(path: "experiments/tasks/train.tsv").standardizedFileURL.path
    )
    // what it says is enough to train a run
    let call = try project.call()
    let progress = RunProgress(.lines) { _ in }
    #expect(try call.runner.run(again.runs, progress: progress).trained == 2)
  }

  @Test("every shipped experiment reads back equal, with its report, figures and published table")
  func shipped() throws {
    let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
    let folder = ExperimentFolder(path: root.appending(path: "experiments").path)
    for id in ["demo", "aflora-table1", "loradrop-fig9", "prilora-ranks"] {
      for experiment in try folder.manifest(named: id, methods: .registered).experiments {
        #expect(try JSONDecoder().decode(Experiment.self, from: JSONEncoder().encode(experiment)) == experiment, "\(id)")
      }
    }
  }

  @Test("each problem has the place that decides it, and all come at once")
  func problems() throws {
    let project = try TinyProject()
    try project.write(TinyProject.recipe.replacing("max_length: 16", with: "max_length: 21"), to: "experiments/recipes/tiny.yaml")
    try project.write("[PAD]\n[UNK]\n[CLS]\n[SEP]\n[MASK]\n" + (0..<90).map { "w\($0)\n" }.joined(), to: "model/vocab.txt")
    let tooMany = try project.call().problems()
    #expect(tooMany.count == 1 && tooMany[0].contains("max_length is 21"), "\(tooMany)")
    try project.write(TinyProject.recipe, to: "experiments/recipes/tiny.yaml")
    let words = try project.call().problems()
    #expect(words.count == 1, "\(words)")
    #expect(
      words.first?.hasPrefix("experiments/tiny.yaml:4:8: model: the tokenizer has 95 entries but the embedding only ") == true,
      "\(words)")
  }

  @Test("virtual tokens that leave inputs no position are a problem where they are named")
  func positions() throws {
    func problems(_ methods: String) throws -> [String] {
      let manifest = TinyProject.manifest.replacing(
        "[lora, {aflora: {initial_epochs: 0.5, final_fraction: 0.3}}]", with: methods)
      let project = try TinyProject(manifest)
      defer { withExtendedLifetime(project) {} }
      return try project.call().problems()
    }
    for id in ["prompt-tuning", "prefix-tuning"] {
      let found = try problems("[lora, {\(id): {virtual_tokens: 5}}]")
      let text =
        "5 virtual tokens stand before inputs of up to 16 tokens (max_length), which takes 21 positions, but the model has 20. Lower "
        + "virtual_tokens, or max_length in the recipe"
      #expect(found.count == 1 && found[0].hasPrefix("experiments/tiny.yaml:8:") && found[0].contains(text), "\(found)")
      #expect(try problems("[lora, {\(id): {virtual_tokens: 4}}]") == [])
    }
  }

  @Test("a method that the model has no place for is a problem at its row, before anything is trained")
  func unsuitedModel() throws {
    let manifest = TinyProject.manifest.replacing("model: model", with: "model: pocket-deberta")
      .replacing("[lora, {aflora: {initial_epochs: 0.5, final_fraction: 0.3}}]", with: "[lora, prefix-tuning]")
    let project = try TinyProject(manifest)
    try FileManager.default.createSymbolicLink(
      at: project.file("experiments/pretrain"), withDestinationURL: Repository.root.appending(path: "experiments/pretrain"))
    let problems = try project.call().problems()
    #expect(problems.count == 1, "\(problems)")
    #expect(
      problems.first?.hasPrefix("experiments/tiny.yaml:8:17: prefix-tuning, warmth: prefix-tuning: this model's attention") == true,
      "\(problems)")
  }

  @Test("tokens added beside the vocabulary count")
  func addedTokens() throws {
    let project = try TinyProject()
    let vocabulary = try String(contentsOf: project.file("model/vocab.txt"), encoding: .utf8)
    let count = vocabulary.split(separator: "\n").count
    #expect(try project.call().problems() == [])
    try project.write("{\"<new>\": \(count)}", to: "model/added_tokens.json")
    let words = try project.call().problems()
    #expect(
      words.first?.hasPrefix(
        "experiments/tiny.yaml:4:8: model: the tokenizer has \(count + 1) entries but the embedding only \(count)")
        == true, "\(words)")
  }

  @Test("a task whose files cannot be used is read and reported once, whatever the rows")
  func unusable() throws {
    let project = try TinyProject()
    let call = try project.call()
    try project.write("sentence\tlabel\nthe sky\tlukewarm\n", to: "experiments/tasks/train.tsv")
    let inputs = RunInputs(workspace: call.store.workspace, data: nil)
    let plan = try Plan([call.experiment], profile: .pocket, inputs: inputs, store: call.store)
    #expect(plan.runs.isEmpty && plan.problems.count == 1)
    #expect("\(plan.problems[0])".contains("experiments/tiny.yaml:6:9: "), "\(plan.problems)")
    #expect("\(plan.problems[0])".contains("train.tsv:2: unknown label 'lukewarm'"), "\(plan.problems)")
  }

  @Test("texts to be written are among the tasks that the pocket profile makes", arguments: ["e2e", "dart", "dialogsum", "gsm8k"])
  func generatedTexts(task: String) throws {
    let project = try TinyProject(TinyProject.manifest.replacing("tasks/warmth.yaml", with: task))
    let workspace = try project.workspace(), folder = ExperimentFolder(path: workspace.experiments.path)
    let run = try folder.manifest(named: "tiny", profile: .pocket, methods: .registered).experiment(.pocket).runs[0]
    let inputs = RunInputs(workspace: workspace, data: nil)
    #expect(inputs.digestsAtHand(of: run).data == nil && inputs.isAtHand(run))
    #expect(inputs.digestsAtHand(of: run).data != nil)
  }

  @Test("what is narrowed away is not looked at, and what is not there is said")
  func narrowing() throws {
    let project = try TinyProject(), call = try project.call()
    func plan(_ narrowing: Narrowing) throws -> Plan {
      try Plan([call.experiment], profile: .pocket, narrowing: narrowing, inputs: call.inputs, store: call.store)
    }
    #expect(try plan(Narrowing(methods: ["lora"])).runs.map(\.specification.row) == ["lora"])
    #expect(throws: ManifestError.self) { try plan(Narrowing(methods: ["vera"])) }
  }
}
