// From a recipe's keys to the search that writes a text.
import Generation
import Settings

extension SearchSettings {
  /// The search that a recipe asks for, which any of some tokens ends.
  package init(_ recipe: GenerationSettings, endTokens: [Int32]) {
    self.init(
      beams: recipe.beams, maximumTokens: recipe.maximumNewTokens,
      minimumTokens: min(recipe.minimumNewTokens, recipe.maximumNewTokens),
      lengthPenalty: recipe.lengthPenalty, stopsEarly: recipe.stopsEarly, noRepeatLength: recipe.noRepeatNGramSize,
      endTokens: endTokens)
  }
}
