// What makes rows of one table unlike although no one asked for it.
import Settings
import Testing

@testable import Manifests

@Suite("Unlike rows")
struct UnlikeRowsTests {
  private static let recipe = """
    defaults: {epochs: 3, batch: 8, learning_rate: 1e-3, max_length: 32}
    methods:
      lora: {targets: all-linear, rank: 4}
      aflora: {targets: all-linear, rank: 4}

    """

  private func notes(
    _ methods: String, recipe: String = recipe, tasks: String = "[rte, mrpc]", updates: [UpdateCount] = []
  ) throws -> [String] {
    let text = "id: m\nmodel: x\nrecipe: plain\ntasks: \(tasks)\nseeds: [0, 1]\nmethods: \(methods)\nprofiles: {pocket: {}}\n"
    let experiment = try TestFolder.manifest(text, recipe: recipe).load().experiment(.pocket)
    return experiment.unlikeRows(among: experiment.runs, updates: updates)
  }

  @Test("a method without an entry in the recipe, and what its defaults make unlike")
  func unlisted() throws {
    #expect(
      try notes("[lora, aflora, vera]") == [
        "The recipe 'plain' has no entry for vera: what the manifest does not give is the recipe's general setting and the method's own "
          + "default.", "Rows adapt different layers: all-linear (lora, aflora); query+value (vera).",
        "Rows have different ranks: 4 (lora, aflora); 256 (vera).",
      ])
    #expect(try notes("[lora, aflora]") == [])
    #expect(try notes("[vera]") == [], "a row alone is compared with none")
    #expect(
      try notes("[lora, vera]", recipe: "defaults: {epochs: 3, batch: 8, learning_rate: 1e-3, max_length: 32}\n")
        == ["Rows have different ranks: 8 (lora); 256 (vera)."], "a recipe of no method has none that is missing")
  }

  @Test("what the manifest gives its rows is what its table is about")
  func asked() throws {
    #expect(try notes("[{lora: {rank: [1, 2, 4]}}]") == [])
    #expect(try notes("[lora, {aflora: {targets: [query]}}]") == [])
    #expect(try notes("[lora, {aflora: {epochs: 9}}]") == [])
  }

  @Test("another amount of training, on some tasks or all, and many rows counted")
  func training() throws {
    let longer = Self.recipe.replacing("aflora: {targets", with: "aflora: {tasks: {rte: {epochs: 9}}, targets")
    #expect(
      try notes("[lora, aflora]", recipe: longer)
        == ["Rows are trained for different times: 3 epochs of batch 8 (lora); 9 epochs of batch 8 (aflora)."])
    let both = Self.recipe.replacing("aflora: {targets", with: "aflora: {tasks: {rte: {epochs: 9}, mrpc: {batch: 4}}, targets")
    #expect(
      try notes("[lora, {lora: {alpha: 1}}, {lora: {alpha: 2}}, {lora: {alpha: 3}}, aflora]", recipe: both) == [
        "Rows are trained for different times: 3 epochs of batch 8 (4 rows); 9 epochs of batch 8 (aflora), and otherwise on other tasks."
      ])
  }

  @Test("where updates are known, they and the examples that they see are told, whoever asked for them")
  func updates() throws {
    let asked = "[lora, {lora: {id: longer, epochs: 9}}, {aflora: {batch: 4}}]"
    func count(_ row: String, _ task: String, _ updates: Int, _ batch: Int = 8, preliminary: Int = 0) -> UpdateCount {
      UpdateCount(row: row, task: task, updates: updates, preliminary: preliminary, batch: batch)
    }
    #expect(try notes(asked) == [], "the manifest gives them")
    let rows = ["lora", "longer", "aflora"]
    let equal = ["rte", "mrpc"].flatMap { task in rows.map { count($0, task, 1234) } }
    #expect(try notes(asked, updates: equal) == [])
    let unlike = [
      count("lora", "rte", 936), count("longer", "rte", 2808), count("aflora", "rte", 1872, 4), count("lora", "mrpc", 10),
      count("longer", "mrpc", 10), count("aflora", "mrpc", 10, preliminary: 1200),
    ]
    #expect(
      try notes(asked, updates: unlike) == [
        "Updates differ between rows: on rte 936 × 8 = 7,488 examples (lora); 2,808 × 8 = 22,464 examples (longer); "
          + "1,872 × 4 = 7,488 examples (aflora); and on 1 other task."
      ])
    #expect(
      try notes(asked, updates: equal.prefix(3) + unlike.suffix(3)) == [
        "Updates differ between rows: on mrpc 10 × 8 = 80 examples (lora, longer); "
          + "10 × 8 = 80 examples after 1,200 updates on a sample (aflora)."
      ])
  }

  @Test("runs of one row that stopped at different times are told from the first to the last")
  func stopped() throws {
    let counts = [("lora", 936), ("aflora", 700), ("aflora", 1_000_000), ("aflora", 800)].flatMap { row, updates in
      ["rte", "mrpc"].map { UpdateCount(row: row, task: $0, updates: updates, batch: 16) }
    }
    #expect(
      try notes("[lora, aflora]", updates: counts) == [
        "Updates differ between rows: on rte 936 × 16 = 14,976 examples (lora); "
          + "700 to 1,000,000 × 16 = 11,200 to 16,000,000 examples (aflora); and on 1 other task."
      ])
    #expect(UpdateCount.phrase([UpdateCount(row: "a", task: "b", updates: .max, batch: 2)])?.hasSuffix("775,807 examples") == true)
  }

  @Test("while a row has no count on some task, epochs are told in place of updates")
  func incomplete() throws {
    let longer = Self.recipe.replacing("aflora: {targets", with: "aflora: {epochs: 9, targets")
    #expect(
      try notes("[lora, aflora]", recipe: longer, updates: [UpdateCount(row: "lora", task: "rte", updates: 936, batch: 8)])
        == ["Rows are trained for different times: 3 epochs of batch 8 (lora); 9 epochs of batch 8 (aflora)."])
  }
}
