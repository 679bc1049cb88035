// What a table says of how its rows were tuned.
import Settings
import Testing

@testable import Manifests

@Suite("How rows were tuned")
struct RowTuningTests {
  private static let methods: [(String, [(Double, [[Double?]])])] = [
    ("fft", [(1e-4, [[0.5, 0.5], [0.5, 0.5]]), (3e-4, [[0.6, 0.5], [0.5, 0.5]]), (1e-3, [[0.4, 0.5], [0.5, 0.5]])]),
    ("lora", [(1e-3, [[0.5, 0.5], [0.5, 0.5]]), (3e-3, [[0.6, 0.5], [0.5, 0.5]]), (1e-2, [[0.7, 0.5], [0.5, 0.5]])]),
    ("vera", [(1e-3, [[nil, 0.5], [0.5, 0.5]]), (3e-3, [[nil, 0.5], [0.5, 0.5]]), (1e-2, [[nil, 0.5], [0.5, 0.5]])]),
  ]

  /// What is said of a table of these rows.
  private func budget(
    _ rows: String, outcome: TunedSettings? = .of(methods), recipe: String = TestFolder.plainRecipe + "tuned: s\n",
    _ overrides: Overrides = Overrides()
  ) throws -> [String] {
    let folder = try TestFolder.methods(rows, recipe: recipe)
    if let outcome { try folder.write(outcome.text, to: "tuned/s.yaml") }
    let experiment = try Manifest.load(
      path: folder.path + "/m.yaml", recipes: folder.path + "/recipes", overrides: overrides, methods: .test
    ).experiment(.paper)
    return experiment.tuningBudget(among: experiment.runs)
  }

  private static let digest = TunedSettings.of(methods).digest.prefix(12)
  private static let search =
    "method's best learning rate of 3, by the mean validation score over 2 tasks (rte, mrpc) and 2 seeds (100, 101): search s, digest "
    + "\(digest)"

  @Test("the budget of a search, and winners at the edge of what was tried")
  func alike() throws {
    #expect(try budget("- fft") == ["Each row has its \(Self.search)."])
    #expect(
      try budget("- fft\n- lora\n- lora: {rank: 4, id: small}") == [
        "Each row has its \(Self.search); at the edge of its grid: lora (0.01)."
      ])
    let heldOut = try budget("- fft", outcome: .of(Self.methods, sets: ["tuning"]))
    #expect(heldOut.count == 1 && heldOut[0].contains(", by the mean score on held-out training rows over 2 tasks"), "\(heldOut)")
  }

  @Test("rows that were not tuned alike are named, with what gives their rates")
  func unlike() throws {
    #expect(
      try budget("- fft\n- lora: {learning_rate: [1e-3, 2e-3]}\n- aflora\n- vera") == [
        "Rows were not tuned alike.", "fft has its \(Self.search).",
        "No search found the learning rate of lora-learning-rate-0.001 and lora-learning-rate-0.002 (the manifest gives it); of aflora and "
          + "vera (the recipe gives it).",
      ])
    #expect(
      try budget("- fft: {tasks: {mrpc: {learning_rate: 1e-3}}}\n- lora") == [
        "Rows were not tuned alike.", "lora has its \(Self.search); at the edge of its grid: lora (0.01).",
        "No search found the learning rate of fft (the manifest gives it).",
      ])
    #expect(
      try budget("- fft\n- lora", Overrides(settings: [try #require(.init("lora.learning_rate=1e-3"))])).last
        == "No search found the learning rate of lora (the call gives it).")
    #expect(
      try budget("- aflora\n- loradrop") == ["No search found the learning rate of all rows (the recipe gives it)."],
      "rows that nobody tuned are alike")
  }

  @Test("many rows are counted")
  func many() throws {
    let rows = "- lora: {rank: [1, 2, 4, 8]}\n- aflora"
    let said = try budget(rows)
    #expect(said.count == 3 && said[1].hasPrefix("4 rows (lora-rank-1, lora-rank-2, …) have their method's best"), "\(said)")
  }

  @Test("a search that was not run leaves the winners of one that was")
  func including() throws {
    let folder = try TestFolder.methods("- fft\n- lora", recipe: "include: outer\ntuned: t\n")
    try folder.write(TestFolder.plainRecipe + "tuned: s\n", to: "recipes/outer.yaml")
    try folder.write(TunedSettings.of(Self.methods).text, to: "tuned/s.yaml")
    let experiment = try folder.load().experiment(.paper), said = experiment.tuningBudget(among: experiment.runs)
    #expect(said.count == 2 && said[0].hasPrefix("Each row has its \(Self.search)"), "\(said)")
    #expect(said.last == "The search t, which the recipe 'plain' names, was not run.", "\(said)")
    let note = experiment.tuningNotes.first?.replacing(folder.path + "/", with: "")
    #expect(
      note == "tuned/t.yaml is not there: its search, which the recipe 'plain' names, was not run. 'lowrank tune t' makes it.")
  }

  @Test("a search that was not run is named; without one nothing is said")
  func none() throws {
    #expect(
      try budget("- fft\n- lora", outcome: nil) == [
        "The search s, which the recipe 'plain' names, was not run: what stands in place of its winners was not searched."
      ])
    #expect(try budget("- fft\n- lora", recipe: TestFolder.plainRecipe) == [])
  }
}
