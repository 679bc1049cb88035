// How a model writes text: its recipe's keys, by the names that `transformers` has for them.

/// A search for the text that goes on from a prompt: greedy with one beam, else the likeliest of several.
package struct GenerationSettings: Sendable, Equatable {
  /// When a run writes its answers to the validation sets.
  package enum Moment: String, Sendable, CaseIterable {
    /// After the last epoch.
    case last
    /// After every epoch.
    case every
  }

  /// Texts that are followed at the same time; 1 takes the likeliest token each time.
  package var beams = 1
  /// The exponent of its length by which a finished text's score is divided; only several beams have one.
  package var lengthPenalty = 1.0
  /// Whether the search is over as soon as there are as many finished texts as beams.
  package var stopsEarly = false
  /// The length of the runs of tokens that may not come twice, those of the prompt counted; 0 lets everything come again.
  package var noRepeatNGramSize = 0
  /// Tokens before which no text may end.
  package var minimumNewTokens = 0
  /// The most tokens of a text, its end token counted.
  package var maximumNewTokens = 64
  /// When a run writes.
  package var moment = Moment.last

  /// Greedy search for at most 64 tokens, after the last epoch.
  package init() {}

  /// The keys with which a recipe says it.
  static let keys: [SettingKey<Self>] = [
    .init("beams", .integer(1...256), default: .integer(1), \.beams, "Texts that are followed together; 1: greedy."),
    .init(
      "length_penalty", .number(-10...10), default: .number(1), \.lengthPenalty,
      "Exponent of its length by which a beam's score is divided."),
    .init(
      "early_stopping", .flag, default: .flag(false), \.stopsEarly, "Whether as many finished texts as beams end the search."),
    .init(
      "no_repeat_ngram_size", .integer(0...1024), default: .integer(0), \.noRepeatNGramSize,
      "Length of runs of tokens that may not come twice; 0: none."),
    .init("min_new_tokens", .integer(0...1_048_576), default: .integer(0), \.minimumNewTokens, "Tokens before which no text ends."),
    .init("max_new_tokens", .integer(1...1_048_576), default: .integer(64), \.maximumNewTokens, "Most tokens of a written text."),
    .init(
      OptionSchema(
        "generate", .choice(Moment.allCases.map(\.rawValue)), default: .text(Moment.last.rawValue),
        "When texts are written: after the last epoch, or after every one."),
      value: { .text($0.moment.rawValue) }, assign: { $0.moment = $1.text.flatMap { Moment(rawValue: $0) } ?? .last }),
  ]
}
