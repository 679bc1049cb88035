// What the searches of one prompt have in common: they are told the likeliest next tokens and say which texts go on.

/// A text that was generated.
package struct GeneratedText: Sendable, Equatable {
  /// The new tokens, the one that ended it included.
  package var tokens: [Int32]
  /// The sum of the tokens' log-probabilities; of beam search, divided by the length to the power of the length penalty.
  package var score: Double
}

/// The likeliest tokens after one text.
struct NextTokens {
  /// The likeliest first, of equal ones the lowest first.
  var tokens: [Int]
  /// Their log-probabilities; minus infinity where they are forbidden.
  var scores: [Double]
}

/// A text that goes on.
struct Continuation: Equatable {
  /// Which of the texts that ran before it goes on from.
  var parent: Int
  var token: Int32
}

/// The search for one prompt's texts, step by step. It knows tokens and scores alone.
protocol TextSearch {
  /// How many next tokens it looks at after each text.
  var width: Int { get }
  /// The new tokens of each text that runs; none when it is over.
  var running: [[Int32]] { get }
  /// What was found, the best first; for when it is over.
  var found: [GeneratedText] { get }
  /// Takes what is next after each running text, and says what the new ones go on from: none when it is over.
  mutating func advance(_ next: [NextTokens]) -> [Continuation]
}

/// Which tokens may not follow a text.
struct ForbiddenTokens {
  let settings: SearchSettings
  let prompt: [Int32]

  /// Those that would end it too early, and those that would repeat a run of tokens.
  func callAsFunction(after tokens: [Int32]) -> [Int] {
    let early = tokens.count < settings.minimumTokens ? settings.ends : []
    return Array(early.union(repeating(prompt + tokens))).sorted()
  }

  private func repeating(_ text: [Int32]) -> Set<Int> {
    let length = settings.noRepeatLength
    guard length > 0, text.count >= length else { return [] }
    let last = text[(text.count - length + 1)...]
    return Set((0...text.count - length).filter { text[$0..<$0 + length - 1] == last }.map { Int(text[$0 + length - 1]) })
  }
}
