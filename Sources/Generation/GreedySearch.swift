// Greedy search: the likeliest token at each step.

/// The search with one beam.
struct GreedySearch: TextSearch {
  let width = 1
  private let settings: SearchSettings
  private var text = GeneratedText(tokens: [], score: 0)
  private var isOver = false

  init(_ settings: SearchSettings) { self.settings = settings }

  var running: [[Int32]] { isOver ? [] : [text.tokens] }
  var found: [GeneratedText] { [text] }

  /// It is over at an end token, at the most tokens, and where nothing is allowed.
  mutating func advance(_ next: [NextTokens]) -> [Continuation] {
    guard let token = next.first?.tokens.first, let score = next.first?.scores.first, score > -.infinity else {
      isOver = true
      return []
    }
    text.tokens.append(Int32(token))
    text.score += score
    isOver = settings.ends.contains(token) || text.tokens.count == settings.maximumTokens
    return isOver ? [] : [Continuation(parent: 0, token: Int32(token))]
  }
}
