// What people write: manifests and what they name, data, notebooks.
import Datasets
import Experiments
import Foundation
import Manifests
import Metrics
import Pocket
import Reporting
import Settings
import TestSupport

extension Format {
  static let textFormats = [manifest, experiments, tuned, pretraining, published, glue, glueTests, data, notebook]

  /// Manifests as they are shipped, with what they name.
  private static let manifest = Format("manifest", share: 1500) { folder in
    let shipped = Repository.root.appending(path: "experiments"), home = folder.appending(path: "experiments")
    func copied(_ name: String) throws -> Subject.Target {
      let text = try String(contentsOf: shipped.appending(path: name), encoding: .utf8)
      // the file of published figures has a format of its own, and takes long
      return try Subject.Target(home.appending(path: name), text: text.replacing(/published: [\w-]+,? ?/, with: ""))
    }
    let names = ["aflora-table3", "aflora-fig2", "loradrop-fig5", "prilora-ranks", "demo"].map { "\($0).yaml" }
    let recipes = [
      "aflora-deberta", "loradrop-roberta-large", "loradrop-roberta", "pocket-roberta", "pocket", "small", "small-loradrop",
    ]
    let others = try recipes.map { try copied("recipes/\($0).yaml") }
    let targets = try names.map(copied)
    return Subject(targets + targets + others) { target, _ in
      let isRecipe = target.folder.lastPathComponent == "recipes"
      let path = isRecipe ? targets[0].file.path : target.file.path
      let manifest = try Manifest.load(path: path, methods: .registered)
      for experiment in manifest.experiments { for run in experiment.runs { _ = run.identityJSON } }
    }
  }

  /// A project with a task of the user's own, as `check` and `run --dry-run` look at it.
  private static let experiments = Format("project", share: 500) { _ in
    let methods = [
      "lora", "{aflora: {initial_epochs: 0.5, final_fraction: 0.3}}", "{loradrop: {sample_ratio: 0.5, sample_epochs: 2, keep: 1}}",
      "{adalora: {initial_rank: 3, target_rank: 1, interval: 2}}", "{prilora: {rank_first: 2, rank_last: 4, interval: 2}}",
      "{sparseadapter: {epochs: 2}}", "{vera: {rank: 8}}", "{sora: {xi: 0.05, eta: 0.1}}",
    ]
    let project = try TinyProject(
      TinyProject.manifest.replacing(
        "[lora, {aflora: {initial_epochs: 0.5, final_fraction: 0.3}}]", with: "[\(methods.joined(separator: ", "))]"
      ).replacing("seeds: [0]", with: "seeds: {init: [0], order: [1]}"))
    let manifest = try Subject.Target(project.file("experiments/tiny.yaml"))
    let others = [
      "experiments/recipes/tiny.yaml", "experiments/tasks/warmth.yaml", "experiments/tasks/train.tsv", "model/config.json",
    ]
    return Subject([manifest, manifest] + (try others.map { try Subject.Target(project.file($0)) })) { _, _ in
      let workspace = try Workspace(root: project.root)
      let experiments = ExperimentFolder(path: workspace.experiments.path)
      if let broken = experiments.checked(methods: .registered).broken.first { throw broken.error }
      let inputs = RunInputs(workspace: workspace, data: nil), store = RunStore(workspace)
      for experiment in try experiments.manifest(named: "tiny", methods: .registered).experiments {
        let plan = try Plan([experiment], profile: experiment.profile, inputs: inputs, store: store)
        guard plan.problems.isEmpty else { throw ManifestError.invalid(plan.problems) }
        _ = try PlanTable(plan.runs, store: store, inputs: inputs).text
      }
    }
  }

  /// What a search found, as a table whose recipe names it reads it: every change is seen, and what is sealed anew is read to its end.
  private static let tuned = Format("tuned", share: 600) { folder in
    let (digest, home) = (String(repeating: "d", count: 64), folder.appending(path: "experiments"))
    let outcome = TunedSettings(
      search: "rates", profile: .pocket, model: .init(name: "a model", digest: digest, tokenizer: digest), numericsVersion: 2,
      programs: ["0.1.0 (4f2c1ab)"], statement: digest, epoch: .best, settings: ["learning_rate", "head_learning_rate"],
      seeds: [100, 101], tasks: [.init(id: "rte", metric: "accuracy", sets: ["validation"], data: digest)],
      methods: ["fft", "lora"].map { id in
        .init(
          id: id,
          candidates: [1e-4, 1e-3].map {
            .init(values: [.number($0), .number(1e-3)], scores: [[0.5 + $0, id == "fft" ? nil : 0.25]])
          })
      })
    let target = try Subject.Target(home.appending(path: "tuned/rates.yaml"), text: outcome.text)
    _ = try Subject.Target(
      home.appending(path: "recipes/r.yaml"), text: "defaults: {epochs: 2, batch: 4, learning_rate: 1e-3}\ntuned: rates\n")
    let table = try Subject.Target(
      home.appending(path: "m.yaml"), text: "id: m\nmodel: x\nrecipe: r\ntasks: [rte]\nseeds: [0]\nmethods: [fft, lora]\n")
    return Subject([target]) { target, isChanged in
      func load() throws {
        let experiment = try Manifest.load(path: table.file.path, methods: .registered).experiment(.paper)
        _ = experiment.tuningBudget(among: experiment.runs)
      }
      let plain = Result { try load() }
      if isChanged, case .success = plain {
        throw Wrong(description: "a file that was changed was taken for what the search found")
      }
      let text = String(decoding: try Data(contentsOf: target.file), as: UTF8.self)
      try Data(TunedSettings.sealed(text.replacing(/\n?seal: [^\n]*\n?$/, with: "\n")).utf8).write(to: target.file)
      _ = try? load()
      try plain.get()
    }
  }

  private static let pretraining = Format("pre-training", share: 1500) { folder in
    let text = try String(contentsOf: Repository.fixtures.appending(path: "bits/short-pretraining.yaml"), encoding: .utf8)
    let target = try Subject.Target(folder.appending(path: "short-pretraining.yaml"), text: text)
    return Subject([target]) { target, _ in _ = try PretrainingManifest.load(path: target.file.path) }
  }

  private static let published = Format("published", share: 600) { folder in
    let text = """
      papers:
        aflora: {title: "AFLoRA: Adaptive Freezing", arxiv: "2403.13269", venue: ACL 2024 (short), seeds: 5, statistic: mean}
      metrics: {bleu: BLEU}
      tasks: {e2e: E2E NLG}
      tables:
        aflora-1:
          paper: aflora
          title: Table 1
          number: 1
          model: deberta-v3-base
          rows:
            - method: lora
              setting: r=8
              parameters: 1330000
              quoted: true
              average: 88.38
              scores: {cola: {matthews: [69.73, 0.2]}, mnli: {accuracy.matched: 90.47, accuracy.mismatched: 90.46}, e2e: {bleu: 70}}
            - {method: fft, parameters: 184000000, average: 87.82, scores: {sst2: {accuracy: 95.64}}}

      """
    let target = try Subject.Target(folder.appending(path: "published.yaml"), text: text)
    return Subject([target]) { target, _ in _ = try ExperimentFolder(path: target.folder.path).papers() }
  }

  /// GLUE's files of every task, a few rows each.
  private static let glue = Format("glue-tsv", share: 3000) { folder in
    let rows: [(GLUETask, String)] = [
      (.cola, "gj04\t1\t\tThe sea is deep.\ngj04\t0\t*\tSea the deep is.\n"), (.sst2, "sentence\tlabel\nwarm \t1\ncold \t0\n"),
      (.mrpc, "\u{FEFF}Quality\t#1 ID\t#2 ID\t#1 String\t#2 String\n1\t7\t8\tA sea.\tThe \"sea\n0\t7\t8\ta\tb\n"),
      (.qqp, "id\tqid1\tqid2\tquestion1\tquestion2\tis_duplicate\n1\t2\t3\tWhy?\tHow?\t0\n4\t5\n1\t2\t3\tWhy?\tWhy\t1\n"),
      (.stsb, "index\tgenre\tsentence1\tsentence2\tscore\n0\tx\ta sea\tthe sea\t4.750\n1\tx\ta\tb\t0\n"),
      (.rte, "index\tsentence1\tsentence2\tlabel\n0\ta sea\tthe sea\tentailment\n1\ta\tb\tnot_entailment\n"),
      (.mnli, "index\tsentence1\tsentence2\tgold_label\n0\ta\tb\tneutral\n1\ta\tb\t-\n2\ta\tb\tentailment\n"),
    ]
    var targets: [Subject.Target] = []
    for (task, text) in rows {
      let definition = task.definition, home = folder.appending(path: definition.folders[0])
      for file in ["train.tsv"] + definition.validation.map(\.file) {
        targets.append(try Subject.Target(home.appending(path: file), text: text))
      }
    }
    let tasks = Dictionary(uniqueKeysWithValues: rows.map { ($0.0.definition.folders[0], $0.0.definition) })
    return Subject(targets) { target, _ in
      guard let task = tasks[target.folder.lastPathComponent] else { return }
      _ = try TaskLoader.load(task, from: folder).splitNotes
    }
  }

  /// GLUE's test files, which have no labels, and answers to them.
  private static let glueTests = Format("glue-test", share: 1500) { folder in
    let pairs = "index\tsentence1\tsentence2\n0\ta sea\tthe sea\n1\t\tb\n"
    let texts: [(GLUETask, String)] = [
      (.cola, "index\tsentence\n0\tThe sea.\n1\tDeep.\n"), (.mnli, pairs), (.stsb, pairs),
      (.qqp, "id\tquestion1\tquestion2\n0\tWhy?\tHow?\n1\t\"Why\tWhy?\n"),
    ]
    let files = texts.flatMap { task, text in GLUETestFile.files(of: task).map { (test: $0, text: text) } }
    let targets = try files.map { file in
      try Subject.Target(folder.appending(path: "\(file.test.task.definition.title)/\(file.test.name)"), text: file.text)
    }
    return Subject(targets) { target, _ in
      for (test, _) in files where target.file.pathComponents.suffix(2) == [test.task.definition.title, test.name] {
        let rows = try test.rows(in: folder)
        _ = try GLUEAnswers(rows.rows.map { _ in test.task == .stsb ? .score(2.5) : .class(0) }, to: rows, of: test)
      }
    }
  }

  /// Data of the user's own, in both forms.
  private static let data = Format("user-data", share: 3000) { folder in
    func task(_ id: String, _ format: TaskDefinition.Format, _ target: TaskDefinition.Target) -> TaskDefinition {
      TaskDefinition(
        id: id, title: id, format: format, train: "train.\(id)", validation: [.init(name: "validation", file: "dev.\(id)")],
        columns: .init(first: .name("text"), second: .name("other"), label: .name("label")), target: target, metrics: [.accuracy])
    }
    let tasks = [
      task("tsv", .tsv, .classes(["cold", "warm"])), task("jsonl", .jsonl, .classes(["0", "true"])),
    ]
    let table = "text\tother\tlabel\nthe sea\t\twarm\n\"a\"\tb\tcold\n"
    let lines = """
      {"text": "a", "other": "b", "label": 0}
      {"label": true, "other": "é", "text": "\\u0041\\n", "more": {"a": [1, null]}}

      """
    let targets = try [("train.tsv", table), ("dev.tsv", table), ("train.jsonl", lines), ("dev.jsonl", lines)].map {
      try Subject.Target(folder.appending(path: $0.0), text: $0.1)
    }
    return Subject(targets) { target, _ in
      for task in tasks where target.file.pathExtension == task.id {
        _ = try TaskLoader.load(task, from: folder).splitNotes
        _ = try UnlabelledRows(contentsOf: target.file, of: task)
      }
    }
  }

  private static let notebook = Format("notebook", share: 4000) { folder in
    let text = """
      # A page

      <!-- lowrank table tiny select=last aggregate=median -->
      | a | b |
      |---|--:|
      <!-- /lowrank -->

      ```
      <!-- lowrank table tiny -->
      ```
         <!-- lowrank figure tiny curves profile=small -->
      ![a](figures/a.svg)
         <!-- /lowrank -->
      <!-- lowrank runs tiny profile=paper -->
      <!-- /lowrank -->

      """
    struct Source: BlockSource {
      func content(of request: BlockRequest) throws -> BlockContent { .markdown("\(request)\n") }
    }
    let target = try Subject.Target(folder.appending(path: "page.md"), text: text)
    return Subject([target]) { target, _ in
      let notebooks = try NotebookFiles([target.file], root: folder, source: Source())
      _ = (notebooks.differences, notebooks.unavailable, notebooks.summary)
    }
  }
}
