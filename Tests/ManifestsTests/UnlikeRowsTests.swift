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

  private func notes(_ methods: String, recipe: String = recipe, tasks: String = "[rte, mrpc]") throws -> [String] {
    let text = "id: m\nmodel: x\nrecipe: plain\ntasks: \(tasks)\nseeds: [0, 1]\nmethods: \(methods)\nprofiles: {pocket: {}}\n"
    let experiment = try TestFolder.manifest(text, recipe: recipe).load().experiment(.pocket)
    return experiment.unlikeRows(among: experiment.runs)
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
}
