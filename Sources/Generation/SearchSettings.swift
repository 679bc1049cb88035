// How text goes on from a prompt: what `transformers` calls a generation configuration.

/// Settings of greedy and beam search.
package struct SearchSettings: Sendable, Equatable {
  /// Texts that are followed side by side; 1 takes the likeliest token at each step, which is greedy search.
  package var beams: Int
  /// The most tokens that a text gets.
  package var maximumTokens: Int
  /// Before so many tokens no text ends.
  package var minimumTokens: Int
  /// A finished text's score is divided by its length to this power: above 0 longer ones gain. Of beam search alone.
  package var lengthPenalty: Double
  /// Whether a search is over as soon as it has as many finished texts as beams. Of beam search alone.
  package var stopsEarly: Bool
  /// No run of so many tokens comes twice, the prompt's own included; 0 forbids nothing.
  package var noRepeatLength: Int
  /// Tokens of which each ends a text; none runs to `maximumTokens`.
  package var endTokens: [Int32]
  /// How many texts are returned, the best first; at most as many as beams.
  package var returned: Int

  /// Settings that are the library's own where nothing is said.
  package init(
    beams: Int = 1, maximumTokens: Int = 20, minimumTokens: Int = 0, lengthPenalty: Double = 1, stopsEarly: Bool = false,
    noRepeatLength: Int = 0, endTokens: [Int32] = [], returned: Int = 1
  ) {
    self.beams = beams
    self.maximumTokens = maximumTokens
    self.minimumTokens = minimumTokens
    self.lengthPenalty = lengthPenalty
    self.stopsEarly = stopsEarly
    self.noRepeatLength = noRepeatLength
    self.endTokens = endTokens
    self.returned = returned
  }

  /// What is wrong with the values, by the library's names for them; empty for a search that can be done.
  package var problems: [String] {
    var problems: [String] = []
    func check(_ name: String, _ value: Int, _ range: ClosedRange<Int>) {
      if !range.contains(value) {
        problems.append("\(name) is \(value), expected \(range.lowerBound) to \(range.upperBound)")
      }
    }
    check("num_beams", beams, 1...1024)
    check("max_new_tokens", maximumTokens, 1...(1 << 24))
    check("min_new_tokens", minimumTokens, 0...max(0, min(maximumTokens, 1 << 24)))
    check("no_repeat_ngram_size", noRepeatLength, 0...(1 << 24))
    check("num_return_sequences", returned, 1...max(1, min(beams, 1024)))
    if !(lengthPenalty.magnitude <= 100) {
      problems.append("length_penalty is \(lengthPenalty), expected -100 to 100")
    }
    if let token = endTokens.first(where: { $0 < 0 }) { problems.append("eos_token_id is \(token), expected a token") }
    return problems
  }

  /// The tokens that end a text, each once.
  var ends: Set<Int> { Set(endTokens.map { Int($0) }) }
}
