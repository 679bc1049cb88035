// Every message that a bad manifest can bring, word for word.
import Settings
import Testing

@testable import Manifests

@Suite struct ManifestProblemTests {
  /// What every method takes, as a message lists it.
  private static let settings = "settings: " + TrainingSettings.schemas.map(\.name).joined(separator: ", ")

  @Test func manyProblemsAtOnce() throws {
    let folder = try TestFolder.manifest(
      """
      id: Loradrop Table
      aliases: ablation-threshold
      modle: roberta-base
      model: roberta-base
      recipe: plain
      tasks: [rte, colla]
      seeds: 3
      methods:
        - loradrop: {treshold: 0.9}
        - lora: {rank: 8.5, targets: [query, valeu]}
        - aflor
        - aflora: {together: yes, score: gradiant}
      report: {protocol: first, metric: {stsb: pearsn}}
      """)
    #expect(
      folder.complaint() == """
        m.yaml:1:5: 'id' must be lower-case letters, digits, '-', '_' and '.', starting with a letter or digit, but is 'Loradrop Table'.
        m.yaml:2:10: 'aliases' must be a list, but is 'ablation-threshold'. Write [ablation-threshold].
        m.yaml:3:1: 'modle' is not a key of a manifest. Did you mean 'model'? (known: id, aliases, paper, group, profiles, title, description, preregistered, model, recipe, tasks, seeds, tune, methods, training, report, figures, timed)
        m.yaml:6:14: task 'colla' is not known. Did you mean 'cola'? (known: cola, sst2, mrpc, qqp, stsb, mnli, qnli, rte, e2e, dart, dialogsum, gsm8k)
        m.yaml:7:8: 'seeds' must be a list, but is '3'. Write [3].
        m.yaml:9:16: 'treshold' is not an option of loradrop. Did you mean 'threshold'? (options: threshold; keys: id, label, tasks; \(Self.settings))
        m.yaml:10:18: 'rank' must be a whole number from 1 to 1024, but is '8.5'.
        m.yaml:10:32: 'targets' must be a list of names from query, key, value, attention-output, intermediate, output, all-linear, but is a list. 'valeu' is none of them. Did you mean 'value'?
        m.yaml:11:5: method 'aflor' is not known. Did you mean 'aflora'? (known: fft, lora, vera, aflora, loradrop)
        m.yaml:12:24: 'together' must be true or false, but is 'yes'. Write true.
        m.yaml:12:36: 'score' must be one of gradient, weight-gradient, gradient-over-weight, but is 'gradiant'. Did you mean 'gradient'?
        m.yaml:13:20: 'protocol' must be one of best, last, but is 'first'.
        m.yaml:13:42: metric 'pearsn' is not known. Did you mean 'pearson'? (known: accuracy, f1, matthews, pearson, spearman, pearson-spearman-mean, accuracy-f1-mean, bleu, multi-bleu, rouge1, rouge2, rougeL, rouge-mean, rouge1-best, rouge2-best, rougeL-best, gsm8k, gsm8k-flexible)
        13 problems; nothing was run.
        """)
  }

  @Test(arguments: [
    (
      "- lora: {learning_rate: fast}",
      "m.yaml:7:25: 'learning_rate' must be a number above 0, at most 10, but is 'fast'."
    ),
    (
      "- lora: {learning_rate: \"5e-5\"}",
      "m.yaml:7:25: 'learning_rate' must be a number above 0, at most 10, but is the text '5e-5'. Leave the quotes out."
    ),
    ("- lora: {learning_rate: 0}", "m.yaml:7:25: 'learning_rate' must be a number above 0, at most 10, but is '0'."),
    (
      "- lora: {learning_rate: .inf}",
      "m.yaml:7:25: 'learning_rate' must be a number above 0, at most 10, but is '.inf'."
    ),
    (
      "- lora: {learning_rate: 1e999}",
      "m.yaml:7:25: 'learning_rate' must be a number above 0, at most 10, but is '1e999'."
    ),
    (
      "- lora: {learning_rate: 1_000}",
      "m.yaml:7:25: 'learning_rate' must be a number above 0, at most 10, but is '1_000'."
    ),
    ("- lora: {rank: 0x10}", "m.yaml:7:16: 'rank' must be a whole number from 1 to 1024, but is '0x10'."),
    ("- lora: {rank: 12:30}", "m.yaml:7:16: 'rank' must be a whole number from 1 to 1024, but is '12:30'."),
    (
      "- lora: {rank: 99999999999999999999}",
      "m.yaml:7:16: 'rank' must be a whole number from 1 to 1024, but is '99999999999999999999'."
    ),
    ("- lora: {rank: }", "m.yaml:7:16: 'rank' must be a whole number from 1 to 1024, but is empty."),
    ("- lora: {rank: {a: 1}}", "m.yaml:7:16: 'rank' must be a whole number from 1 to 1024, but is a mapping."),
    ("- lora: {rank: [8, x]}", "m.yaml:7:20: 'rank' must be a whole number from 1 to 1024, but is 'x'."),
    ("- lora: {rank: [8, 8]}", "m.yaml:7:20: 8 stands twice in 'rank'."),
    (
      "- lora: {lable: x}",
      "m.yaml:7:10: 'lable' is not an option of lora. Did you mean 'label'? (options: rank, alpha, dropout, targets; keys: id, label, tasks; \(settings))"
    ),
    ("- fft: {rank: 8}", "m.yaml:7:9: 'rank' is not an option of fft. (keys: id, label, tasks; \(settings))"),
    ("- lora: 8", "m.yaml:7:9: 'lora' must be a mapping of keys to values, but is '8'."),
    (
      "- {lora: {}, fft: {}}",
      "m.yaml:7:3: an item of 'methods' must have one key, the method, as in '- lora: {rank: 8}', but has 2."
    ),
    ("- [lora]", "m.yaml:7:3: an item of 'methods' must be a method, but is a list."),
    (
      "- lora\n- lora",
      "m.yaml:8:3: two rows would have the id 'lora': make an option differ, or give this one an 'id'."
    ),
    (
      "- lora: {tasks: {rta: {epochs: 2}}}",
      "m.yaml:7:18: task 'rta' is not known. Did you mean 'rte'? (known: cola, sst2, mrpc, qqp, stsb, mnli, qnli, rte, e2e, dart, dialogsum, gsm8k)"
    ),
    (
      "- lora: {tasks: {rte: {epoch: 2}}}",
      "m.yaml:7:24: 'epoch' is not an option of lora. Did you mean 'epochs'? (options: rank, alpha, dropout, targets; \(settings))"
    ),
    (
      "- aflora: {final_fraction: 0.5, final_epochs: 2}",
      "m.yaml:7:33: 'final_epochs' and 'final_fraction' cannot be given together; keep one."
    ),
    (
      "- lora\n- lora: {rnk: 3}",
      "m.yaml:8:10: 'rnk' is not an option of lora. Did you mean 'rank'? (options: rank, alpha, dropout, targets; keys: id, label, tasks; \(settings))"
    ),
    ("- lora\n\t- aflora", "m.yaml:8:1: is indented by a tab: YAML takes spaces only."),
    ("- lora: {betas: [0.9]}", "m.yaml:7:17: 'betas' must be a list of 2 numbers from 0 to 0.999999, but is a list."),
    (
      "- lora: {id: a b}",
      "m.yaml:7:14: 'id' must be lower-case letters, digits, '-', '_' and '.', starting with a letter or digit, but is 'a b'."
    ),
  ])
  func rowProblem(row: String, message: String) throws {
    #expect(try TestFolder.methods(row).complaint() == message + "\n1 problem; nothing was run.")
  }

  @Test(arguments: [
    (
      "id: m\n\n",
      "m.yaml:1:1: 'model' is missing.\nm.yaml:1:1: 'recipe' is missing.\nm.yaml:1:1: 'tasks' is missing.\nm.yaml:1:1: 'seeds' is missing.\nm.yaml:1:1: 'methods' is missing.\n5 problems; nothing was run."
    ),
    ("", "m.yaml:1:1: is empty.\n1 problem; nothing was run."),
    ("- a", "m.yaml:1:1: a manifest must be a mapping of keys to values, but is a list.\n1 problem; nothing was run."),
    ("id: m\nid: n\n", "m.yaml:1:1: 'id' is given more than once in this mapping; keep one."),
    ("a: [1, 2", "m.yaml:2:1: is not YAML here: while parsing a flow sequence, did not find expected ',' or ']'."),
    (
      "id: &x m\n",
      "m.yaml:1:5: anchors and aliases are not allowed: write the value out, or quote a text that starts with '&'."
    ),
    (
      "id: *x\n",
      "m.yaml:1:5: anchors and aliases are not allowed: write the value out, or quote a text that starts with '*'."
    ),
    (
      "id: !!str m\n",
      "m.yaml:1:5: tags are not allowed: types follow from the key, so quote a text that starts with '!'."
    ),
    ("%YAML 1.1\n---\nid: m\n", "m.yaml:1:1: directives are not allowed."),
    (
      "id: m\n? [a]\n: b\nid2: n\n",
      "m.yaml:1:1: 'model' is missing.\nm.yaml:1:1: 'recipe' is missing.\nm.yaml:1:1: 'tasks' is missing.\nm.yaml:1:1: 'seeds' is missing.\nm.yaml:1:1: 'methods' is missing.\nm.yaml:2:3: a key must be a name, not a list or a mapping."
    ),
    (
      "id: m\n---\nid: n\n",
      "m.yaml:2:1: is not YAML here: expected a single document in the stream, but found another document."
    ),
  ])
  func fileProblem(text: String, message: String) throws {
    let complaint = try TestFolder.manifest(text).complaint()
    #expect(complaint.hasPrefix(message), "\(complaint)")
  }

  @Test func duplicateKeysAreAllFoundBesideOtherProblems() throws {
    let folder = try TestFolder.manifest(
      """
      id: m
      model: some-model
      model: other
      recipe: plain
      tasks: [rte]
      seeds: [0]
      methods:
        - lora: {rank: 4, alpha: 8, rank: 8}
        - loar
      """)
    #expect(
      folder.complaint() == """
        m.yaml:2:1: 'model' is given more than once in this mapping; keep one.
        m.yaml:8:12: 'rank' is given more than once in this mapping; keep one.
        m.yaml:9:5: method 'loar' is not known. Did you mean 'lora'? (known: fft, lora, vera, aflora, loradrop)
        3 problems; nothing was run.
        """)
  }

  @Test func missingSettingNamesTheTasks() throws {
    let folder = try TestFolder.methods("- lora: {epochs: 2}", recipe: "tasks: {rte: {learning_rate: 1e-3}}\n")
    #expect(
      folder.complaint() == """
        m.yaml:7:3: 'batch' of lora is given neither by the recipe 'plain' nor by the manifest for rte, mrpc (profile paper). \
        Give it in the manifest, as in 'training: {batch: 16}', or in the recipe, as in 'methods: {lora: {batch: 16}}'.
        m.yaml:7:3: 'learning_rate' of lora is given neither by the recipe 'plain' nor by the manifest for mrpc (profile paper). \
        Give it in the manifest, as in 'training: {tasks: {mrpc: {learning_rate: 1e-3}}}', or in the recipe, as in \
        'tasks: {mrpc: {learning_rate: 1e-3}}'.
        2 problems; nothing was run.
        """)
  }

  @Test func profileProblems() throws {
    let folder = try TestFolder.manifest(
      """
      id: m
      tasks: [rte]
      seeds: [0, 0]
      methods: [lora]
      profiles:
        pokcet: {recipe: plain}
        small: {recipe: plane, id: n}
      """)
    #expect(
      folder.complaint() == """
        m.yaml:3:12: '0' stands twice in 'seeds'.
        m.yaml:6:3: 'pokcet' is not a key of 'profiles'. Did you mean 'pocket'? (known: pocket, small, paper)
        m.yaml:7:3: 'model' is given neither by the profile 'small' nor at the top level.
        m.yaml:7:19: recipe 'plane' is not in recipes. Did you mean 'plain'? (known: plain)
        m.yaml:7:26: 'id' is not a key of a profile. (known: title, description, preregistered, model, recipe, tasks, seeds, tune, methods, training, report, figures, timed)
        5 problems; nothing was run.
        """)
  }

  @Test func recipesMayNotCircleNorLeaveTheirFolder() throws {
    let folder = try TestFolder.methods("- lora", recipe: "include: other\n")
    try folder.write("include: plain\n", to: "recipes/other.yaml")
    #expect(
      folder.complaint() == """
        recipes/other.yaml:1:10: recipes include each other in a circle: plain → other → plain.
        1 problem; nothing was run.
        """)
    try folder.write("include: ../../etc/passwd\n", to: "recipes/plain.yaml")
    #expect(folder.complaint().hasPrefix("recipes/plain.yaml:1:10: '../../etc/passwd' is not the name of a recipe: "))
  }

  @Test func reportNamesWhatTheTableHas() throws {
    let folder = try TestFolder.methods(
      "- loradrop: {threshold: [0.9, 1]}\nreport: {rows: method.treshold, baseline: loradrop}")
    #expect(
      folder.complaint() == """
        m.yaml:8:1: 'baseline' must be the id of a row, but 'loradrop' is none. (known: loradrop-threshold-0.9, loradrop-threshold-1)
        m.yaml:8:1: 'rows' names the option 'treshold', which no method of the table has. Did you mean 'threshold'? (known: threshold)
        2 problems; nothing was run.
        """)
  }

  @Test func aBoundOfEquivalenceIsANumberOfPoints() throws {
    let folder = try TestFolder.methods("- lora\nreport: {baseline: lora, equivalence: 0.5}")
    #expect(try folder.load().experiment(.paper).report.equivalence == 0.5)
    #expect(try TestFolder.methods("- lora\nreport: {baseline: lora}").load().experiment(.paper).report.equivalence == nil)
    for (value, found) in [("0", "'0'"), ("101", "'101'"), ("small", "'small'")] {
      #expect(
        try TestFolder.methods("- lora\nreport: {equivalence: \(value)}").complaint() == """
          m.yaml:8:23: 'equivalence' must be a number above 0, at most 100, but is \(found).
          1 problem; nothing was run.
          """)
    }
  }

  @Test func missingFile() throws {
    let folder = try TestFolder()
    #expect(folder.complaint() == "m.yaml: cannot be read: there is no such file, or it may not be read.")
  }
}
