// What a search found, as recipes put it in place of their own values.
import Records
import Settings
import Testing

@testable import Manifests

@Suite("A recipe's tuned settings")
struct TuningReaderTests {
  private static let search = """
    id: s
    methods: [fft, lora, vera]
    tune: {learning_rate: [1e-3, 3e-3], seeds: [100, 101], tasks: [rte, mrpc]}
    profiles: {pocket: {model: some-model, recipe: plain}}

    """
  private static let table = """
    id: m
    model: some-model
    recipe: plain
    tasks: [rte]
    seeds: [0, 1]
    methods: [fft, lora, vera, {lora: {learning_rate: 7e-3, id: own}}, {aflora: {id: other}}]

    """
  private static let recipe = """
    defaults: {epochs: 3, batch: 16, learning_rate: 5e-4}
    methods:
      lora: {learning_rate: 2e-3, rank: 4}
      aflora: {learning_rate: 9e-3}
    tuned: s

    """

  /// Scores by which the second rate of LoRA wins, the first of full fine-tuning, and VeRA has none.
  private static let methods: [(String, [(Double, [[Double?]])])] = [
    ("fft", [(1e-3, [[0.5, 0.5], [0.5, 0.5]]), (3e-3, [[0.4, 0.5], [0.5, 0.5]])]),
    ("lora", [(1e-3, [[0.5, 0.5], [0.5, 0.5]]), (3e-3, [[0.6, 0.5], [0.5, 0.5]])]),
    ("vera", [(1e-3, [[nil, 0.5], [0.5, 0.5]]), (3e-3, [[nil, 0.5], [0.5, 0.5]])]),
  ]

  /// A folder with a search, its outcome and a table.
  private func folder(outcome: TunedSettings? = nil, _ change: (inout [String: String]) -> Void = { _ in }) throws -> TestFolder {
    var files = ["m.yaml": Self.table, "recipes/plain.yaml": Self.recipe, "tune/s.yaml": Self.search]
    files["tuned/s.yaml"] = (outcome ?? TunedSettings.of(Self.methods)).text
    change(&files)
    return try TestFolder(files)
  }

  private func rates(_ folder: TestFolder) throws -> [Double] {
    try folder.load().experiment(.paper).runs.filter { $0.seed == 0 }.map(\.training.learningRate)
  }

  @Test("winners stand in place of what the recipe gives, rows in place of winners")
  func winners() throws {
    let own = try folder()
    #expect(try rates(own) == [1e-3, 3e-3, 5e-4, 7e-3, 9e-3])
    let experiment = try own.load().experiment(.paper)
    #expect(experiment.runs.first { $0.row == "lora" }?.options["rank"] == .integer(4), "of other settings the recipe's hold")
    #expect(experiment.sources.map { $0.replacing(own.path + "/", with: "") } == ["m.yaml", "recipes/plain.yaml", "tuned/s.yaml"])
    let place = try #require(experiment.place(of: "learning_rate", in: experiment.runs[2]))
    #expect(place.file.hasSuffix("/tuned/s.yaml") && place.line > 10)
  }

  @Test("a search that was not run leaves the recipe's own, and is told of")
  func notRun() throws {
    let own = try folder { $0["tuned/s.yaml"] = nil }
    #expect(try rates(own) == [5e-4, 2e-3, 5e-4, 7e-3, 9e-3])
    let experiment = try own.load().experiment(.paper)
    #expect(
      experiment.tuningNotes.map { $0.replacing(own.path + "/", with: "") } == [
        "tuned/s.yaml is not there: what the recipe 'plain' gives in its place was found by no search. 'lowrank tune s' makes it."
      ])
  }

  @Test("a recipe that includes another comes over what that one's search found")
  func including() throws {
    let own = try folder {
      $0["recipes/outer.yaml"] = Self.recipe
      $0["recipes/plain.yaml"] = "include: outer\nmethods: {fft: {learning_rate: 4e-4}}\n"
    }
    #expect(try rates(own) == [4e-4, 3e-3, 5e-4, 7e-3, 9e-3])
    try own.write(
      TunedSettings.of([("lora", [(1e-2, [[0.5, 0.5], [0.5, 0.5]]), (3e-2, [[0, 0], [0, 0]])])], search: "t").text,
      to: "tuned/t.yaml")
    try own.write("include: outer\ntuned: t\n", to: "recipes/plain.yaml")
    #expect(try rates(own) == [1e-3, 1e-2, 5e-4, 7e-3, 9e-3])
    #expect(try own.load().experiment(.paper).tuned.map(\.search) == ["s", "t"])
  }

  @Test("a search looks at nothing that one found before, and its file need not be whole")
  func searchAlone() throws {
    let own = try folder { $0["tuned/s.yaml"] = "broken" }
    let experiment = try #require(
      try Manifest.load(path: own.path + "/tune/s.yaml", recipes: own.path + "/recipes", methods: .test).experiments.first)
    #expect(experiment.tuned.isEmpty && experiment.runs.count == 24)
    #expect(own.complaint().hasPrefix("tuned/s.yaml:1:1: was edited"), "\(own.complaint())")
  }

  @Test("whether it is of the search as that stands now")
  func difference() throws {
    func difference(_ change: (inout [String: String]) -> Void) throws -> String? {
      try folder(change).load().experiment(.paper).tuned.first?.difference
    }
    let own = try folder()
    let search = try Manifest.load(path: own.path + "/tune/s.yaml", recipes: own.path + "/recipes", methods: .test).experiments[0]
    let statement = try #require(search.searchStatement)
    var current = TunedSettings.of(Self.methods)
    current = TunedSettings(
      search: current.search, profile: current.profile, model: current.model, numericsVersion: current.numericsVersion,
      programs: current.programs, statement: statement, epoch: current.epoch, settings: current.settings, seeds: current.seeds,
      tasks: current.tasks, methods: current.methods)
    #expect(try difference { $0["tuned/s.yaml"] = current.text } == nil)
    let changed = "its manifest or recipe states other candidates, tasks, seeds or settings now"
    for (from, to) in [("3e-3", "5e-3"), ("[100, 101]", "[100, 102]"), ("[rte, mrpc]", "[rte, cola]"), ("vera]", "aflora]")] {
      #expect(
        try difference {
          $0["tuned/s.yaml"] = current.text
          $0["tune/s.yaml"] = Self.search.replacing(from, with: to)
        } == changed, "\(to)")
    }
    #expect(
      try difference {
        $0["tuned/s.yaml"] = current.text
        $0["recipes/plain.yaml"] = Self.recipe.replacing("rank: 4", with: "rank: 8")
      } == changed)
    #expect(try difference { $0["tune/s.yaml"] = nil } == "there is no manifest 's' any more")
    #expect(try difference { $0["tune/s.yaml"] = "id: [" } == "its manifest cannot be read ('lowrank check' says why)")
    #expect(
      try difference { $0["tune/s.yaml"] = Self.table.replacing("id: m", with: "id: s") + "profiles: {pocket: {}}\n" }
        == "its manifest is no search any more")
    let stale = try folder { $0["tune/s.yaml"] = Self.search.replacing("3e-3", with: "5e-3") }
    #expect(
      try stale.load().experiment(.paper).tuningNotes.map { $0.replacing(stale.path + "/", with: "") } == [
        "tuned/s.yaml is of another search: \(changed). 'lowrank tune s' searches again."
      ])
  }

  @Test("a table does not report the seeds that settings were chosen on")
  func seeds() throws {
    let own = try folder { $0["m.yaml"] = Self.table.replacing("[0, 1]", with: "[0, 101]") }
    #expect(
      own.complaint() == "m.yaml:5:12: seed 101 is one that tuned/s.yaml was found on (100, 101): a table reports others.\n"
        + "1 problem; nothing was run.")
    let crossed = try folder { $0["m.yaml"] = Self.table.replacing("[0, 1]", with: "{init: [0, 1], order: [2, 100]}") }
    #expect(
      crossed.complaint().hasPrefix("m.yaml:5:1: seed 0x100 is one that tuned/s.yaml was found on (100, 101)"),
      "\(crossed.complaint())")
    // of rows that no search tuned any seed is as good as another
    let untuned = try folder {
      $0["m.yaml"] = Self.table.replacing("[0, 1]", with: "[100]").replacing("fft, lora, vera, ", with: "")
    }
    #expect(untuned.complaint() == "")
    let called = try folder()
    let error = #expect(throws: ManifestError.self) {
      try Manifest.load(
        path: called.path + "/m.yaml", recipes: called.path + "/recipes", overrides: Overrides(seeds: [5, 100]), methods: .test)
    }
    #expect(error?.description.hasPrefix("--seeds: seed 100 is one that ") == true, "\(error.map { "\($0)" } ?? "")")
  }

  @Test("a name that is none, and a file that is called otherwise than its search")
  func names() throws {
    let path = try folder { $0["recipes/plain.yaml"] = Self.recipe.replacing("tuned: s", with: "tuned: ../s") }
    #expect(path.complaint().hasPrefix("recipes/plain.yaml:5:8: 'tuned' must be lower-case letters, digits"), "\(path.complaint())")
    let other = try folder(outcome: .of(Self.methods, search: "t"))
    #expect(
      other.complaint()
        == "tuned/s.yaml:1:1: is of the search 't': call the file 't.yaml'.\n1 problem; nothing was run.", "\(other.complaint())")
  }

  @Test("what no recipe names is checked where all is checked")
  func folderCheck() throws {
    let own = try folder { $0["tuned/unused.yaml"] = "search: unused\n" }
    let listing = ExperimentFolder(path: own.path).checked(methods: .test)
    let said = listing.broken.map { "\($0.error)".replacing(own.path + "/", with: "") }
    #expect(said.count == 1 && said[0].hasPrefix("tuned/unused.yaml:1:1: was edited"), "\(said)")
    #expect(listing.manifests.map(\.id) == ["m", "s"] && listing.manifests.map(\.isSearch) == [false, true])
  }
}
