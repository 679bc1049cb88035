// Searches over settings: their candidates, and everything that can be wrong with one.
import Records
import Settings
import Testing

@testable import Manifests

@Suite("A manifest's search")
struct GridReaderTests {
  /// A manifest with this `tune` and these rows.
  private func folder(_ tune: String, methods: String = "[fft, lora]", _ rest: String = "", recipe: String = TestFolder.plainRecipe)
    throws -> TestFolder
  {
    try TestFolder.manifest(
      "id: m\nmodel: some-model\nrecipe: plain\nmethods: \(methods)\ntune: \(tune)\n\(rest)", recipe: recipe)
  }

  @Test("a row for each candidate, on the search's own tasks and seeds")
  func candidates() throws {
    let experiment = try folder(
      "{learning_rate: {default: [1e-3, 3e-3], fft: [1e-4, 3e-4]}, seeds: [100, 101], tasks: [rte, mrpc]}"
    ).load().experiment(.paper)
    #expect(
      experiment.rows.map(\.id) == [
        "fft-learning-rate-0.0001", "fft-learning-rate-0.0003", "lora-learning-rate-0.001", "lora-learning-rate-0.003",
      ])
    #expect(experiment.tasks.map(\.id) == ["rte", "mrpc"] && experiment.seeds == [100, 101] && experiment.runs.count == 16)
    #expect(experiment.runs.map(\.training.learningRate).prefix(5) == [1e-4, 1e-4, 1e-4, 1e-4, 3e-4])
    let search = try #require(experiment.search)
    #expect(search.settings == ["learning_rate"] && search.candidateCount == 2)
    #expect(search.methods.map(\.id) == ["fft", "lora"] && search.methods.map(\.label) == ["Full fine-tuning", "LoRA"])
    #expect(search.methods[1].candidates.map(\.values) == [[.number(1e-3)], [.number(3e-3)]])
    #expect(search.methods[1].candidates.map(\.row) == experiment.rows.suffix(2).map(\.id))
  }

  @Test("several settings make the product of their values; options are settings too")
  func product() throws {
    let experiment = try folder(
      "{learning_rate: [1e-3, 3e-3], rank: [4, 8], seeds: [100], tasks: [rte]}", methods: "[lora, {vera: {label: ELoRA}}]"
    ).load().experiment(.paper)
    let search = try #require(experiment.search)
    #expect(search.candidateCount == 4 && search.methods.map(\.label) == ["LoRA", "ELoRA"])
    #expect(
      search.methods[0].candidates.map(\.values) == [
        [.number(1e-3), .integer(4)], [.number(1e-3), .integer(8)], [.number(3e-3), .integer(4)], [.number(3e-3), .integer(8)],
      ])
    #expect(experiment.runs.first { $0.row == "lora-rank-8-learning-rate-0.003" }?.options["rank"] == .integer(8))
  }

  @Test("what is tried is a statement: it changes with candidates, tasks, seeds, settings, epoch, and with nothing else")
  func statement() throws {
    func statement(_ tune: String, _ rest: String = "", recipe: String = TestFolder.plainRecipe) throws -> String {
      try #require(try folder(tune, rest, recipe: recipe).load().experiment(.paper).searchStatement)
    }
    let plain = "{learning_rate: [1e-3, 3e-3], seeds: [100], tasks: [rte]}"
    let own = try statement(plain)
    #expect(try statement(plain, "title: another\ndescription: d\nfigures: [bars]\n") == own)
    // the recipe's rate is what the search is to find
    #expect(try statement(plain, recipe: "defaults: {epochs: 3, batch: 16, learning_rate: 7e-4}\n") == own)
    for other in ["[1e-3, 5e-3]", "[1e-3, 3e-3, 1e-2]"] {
      #expect(try statement(plain.replacing("[1e-3, 3e-3]", with: other)) != own, "\(other)")
    }
    for (from, to) in [("[100]", "[101]"), ("[rte]", "[mrpc]")] { #expect(try statement(plain.replacing(from, with: to)) != own) }
    #expect(try statement(plain, recipe: TestFolder.plainRecipe.replacing("epochs: 3", with: "epochs: 4")) != own)
    #expect(try statement(plain, "report: {protocol: last}\n") != own)
    #expect(try statement(plain, "training: {tuning_rows: 64}\n") != own)
    #expect(try TestFolder.methods("- lora").load().experiment(.paper).searchStatement == nil)
  }

  @Test(
    "what is wrong with one, with its place",
    arguments: [
      ("{learning_rate: [1e-3, 3e-3], seeds: [100]}", "[lora]", "m.yaml:5:1: 'tasks' is missing in 'tune'."),
      ("{learning_rate: [1e-3, 3e-3], tasks: [rte]}", "[lora]", "m.yaml:5:1: 'seeds' is missing in 'tune'."),
      ("[1e-3]", "[lora]", "m.yaml:5:7: 'tune' must be a mapping of keys to values, but is a list."),
      (
        "{seeds: [100], tasks: [rte]}", "[lora]",
        "m.yaml:5:1: 'tune' names no setting to search: give one with its values, as in 'learning_rate: [1e-4, 3e-4, 1e-3, 3e-3]'."
      ),
      (
        "{lerning_rate: [1e-3, 3e-3], seeds: [100], tasks: [rte]}", "[lora]",
        "m.yaml:5:8: 'lerning_rate' is neither a training setting nor an option of a method. Did you mean 'learning_rate'? (keys: seeds, "
          + "tasks, \(TrainingSettings.schemas.map(\.name).joined(separator: ", ")))"
      ),
      (
        "{schedule: [linear, constant], seeds: [100], tasks: [rte]}", "[lora]",
        "m.yaml:5:8: 'schedule' is no number: a search is over numeric settings and options."
      ),
      (
        "{learning_rate: 1e-3, seeds: [100], tasks: [rte]}", "[lora]",
        "m.yaml:5:23: 'learning_rate' of a search must be a list of two values or more, but is '1e-3'."
      ),
      (
        "{learning_rate: [1e-3], seeds: [100], tasks: [rte]}", "[lora]",
        "m.yaml:5:23: 'learning_rate' of a search must be a list of two values or more, but is a list of fewer."
      ),
      (
        "{learning_rate: [1e-3, 0], seeds: [100], tasks: [rte]}", "[lora]",
        "m.yaml:5:30: 'learning_rate' must be a number above 0, at most 10, but is '0'."
      ),
      (
        "{learning_rate: [1e-3, 0.001], seeds: [100], tasks: [rte]}", "[lora]",
        "m.yaml:5:30: 0.001 stands twice in 'learning_rate'."
      ),
      (
        "{learning_rate: {fft: [1e-4, 3e-4]}, seeds: [100], tasks: [rte]}", "[lora, fft]",
        "m.yaml:5:8: 'learning_rate' has no values for lora: give it a list, or 'default' one for all that have none."
      ),
      (
        "{learning_rate: {default: [1e-3, 3e-3], vera: [1e-2, 3e-2]}, seeds: [100], tasks: [rte]}", "[lora]",
        "m.yaml:5:47: no row of this search has the method 'vera'."
      ),
      (
        "{learning_rate: {default: [1e-3, 3e-3], verra: [1e-2, 3e-2]}, seeds: [100], tasks: [rte]}", "[lora]",
        "m.yaml:5:47: method 'verra' is not known. Did you mean 'vera'? (known: fft, lora, vera, aflora, loradrop)"
      ),
      (
        "{learning_rate: {default: [1e-3, 3e-3], fft: [1e-4, 3e-4, 1e-3]}, seeds: [100], tasks: [rte]}", "[lora, fft, vera]",
        "m.yaml:5:47: fft has 3 candidates and other rows 2: rows are compared on equal terms, so give each as many."
      ),
      (
        "{learning_rate: [1e-3, 3e-3], seeds: [100], tasks: [rte]}", "[{lora: {learning_rate: 1e-2}}]",
        "m.yaml:5:8: 'learning_rate' of lora is what the search is to find, and its row gives it: take it out of the row."
      ),
      (
        "{learning_rate: [1e-3, 3e-3], seeds: [100], tasks: [rte]}", "[{lora: {tasks: {rte: {learning_rate: 1e-2}}}}]",
        "m.yaml:5:8: 'learning_rate' of lora is what the search is to find, and its row gives it: take it out of the row."
      ),
      (
        "{learning_rate: [1e-3, 3e-3], seeds: [100], tasks: [rte]}", "[{lora: {rank: [4, 8]}}]",
        "m.yaml:4:12: a search finds one winner for each method, but 'lora' has several rows: keep one."
      ),
      (
        "{learning_rate: [1e-3, 3e-3], seeds: [100], tasks: [rte]}", "[lora, {lora: {id: more}}]",
        "m.yaml:4:18: a search finds one winner for each method, but 'lora' has several rows: keep one."
      ),
    ])
  func problems(tune: String, methods: String, message: String) throws {
    let complaint = try folder(tune, methods: methods).complaint()
    #expect(complaint == message + "\n1 problem; nothing was run.", "\(complaint)")
  }

  @Test("no candidate is judged on test rows")
  func testRows() throws {
    let tune = "{learning_rate: [1e-3, 3e-3], seeds: [100], tasks: [rte, e2e]}"
    #expect(
      try folder(tune).complaint()
        == "m.yaml:5:64: 'e2e' would be judged on its test set: give the search 'training: {split: held-out}', or "
        + "'tuning_rows'.\n1 problem; nothing was run.")
    for training in ["split: held-out", "tuning_rows: 8"] {
      #expect(try folder(tune, "training: {\(training)}\n").complaint() == "")
    }
  }

  @Test("an option that a row's method has not")
  func foreignOption() throws {
    let complaint = try folder("{rank: [4, 8], seeds: [100], tasks: [rte]}", methods: "[lora, fft]").complaint()
    #expect(complaint.hasPrefix("m.yaml:5:8: 'rank' is not an option of fft."), "\(complaint)")
  }

  @Test("a search has no tasks and seeds of a table, and one profile")
  func noTable() throws {
    let tune = "{learning_rate: [1e-3, 3e-3], seeds: [100], tasks: [rte]}"
    #expect(
      try folder(tune, "tasks: [rte]\nseeds: [0]\n").complaint()
        == "m.yaml:6:1: 'tasks' of a search stands within its 'tune': take it out here.\n"
        + "m.yaml:7:1: 'seeds' of a search stands within its 'tune': take it out here.\n2 problems; nothing was run.")
    #expect(
      try folder(tune, "profiles: {pocket: {}, small: {}}\n").complaint()
        == "m.yaml:5:1: a search is of one profile, and this manifest has pocket, small, paper: write a manifest for each.\n"
        + "1 problem; nothing was run.")
    let one = try TestFolder.manifest(
      "id: m\nmethods: [lora]\ntune: \(tune)\nprofiles: {pocket: {model: x, recipe: plain}}\n")
    #expect(try one.load().profiles == [.pocket])
  }
}
