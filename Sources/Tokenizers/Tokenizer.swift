// What every tokenizer of this house does: text to ids and back, and a model's input from one text or two.

/// The ids of the tokens that models give a meaning of their own; nil where a vocabulary has none.
package struct SpecialTokens: Sendable, Equatable {
  /// The token before everything: `[CLS]` of BERT and DeBERTa, `<s>` of RoBERTa and Llama.
  package var beginning: Int32?
  /// The token after a text: `[SEP]` of BERT and DeBERTa, `</s>` of RoBERTa and Llama.
  package var separator: Int32?
  /// The token with which a generated text ends, `eos_token` of the files: `</s>` of Llama and RoBERTa, `<|end_of_text|>` of Llama 3,
  /// `[SEP]` of DeBERTa. BERT has none; nor has a `tokenizer.json` whose class and files name none, and then only the model's own
  /// settings can tell.
  package var end: Int32?
  /// The token that fills a padded batch.
  package var padding: Int32?
  /// The token for what the vocabulary cannot spell.
  package var unknown: Int32?
  /// The token that hides a word in masked language modelling.
  package var mask: Int32?

  /// Creates a set of special tokens; what is not named is absent.
  package init(
    beginning: Int32? = nil, separator: Int32? = nil, end: Int32? = nil, padding: Int32? = nil, unknown: Int32? = nil,
    mask: Int32? = nil
  ) {
    self.beginning = beginning
    self.separator = separator
    self.end = end
    self.padding = padding
    self.unknown = unknown
    self.mask = mask
  }
}

/// A model's input: one text or two, with the special tokens of the model's template around them.
package struct Encoding: Sendable, Equatable {
  /// Token ids, `[tokens]`.
  package var ids: [Int32]
  /// Token type ids, `[tokens]`: which of the two texts a token belongs to, as the model counts them.
  package var segments: [Int32]

  /// Creates an encoding from ids and as many segments.
  package init(ids: [Int32], segments: [Int32]) {
    precondition(ids.count == segments.count, "\(ids.count) ids with \(segments.count) segments")
    self.ids = ids
    self.segments = segments
  }
}

/// Text to ids and back, by the rules of one published model family.
///
/// A tokenizer is a value read from files by ``TokenizerFolder``; equal files and equal text give equal ids.
package protocol Tokenizer: Sendable {
  /// How many ids there are: every id is at least 0 and less than this.
  var vocabularySize: Int { get }
  /// The ids with a meaning of their own.
  var specialTokens: SpecialTokens { get }
  /// The special tokens that stand around one text or two.
  var template: InputTemplate { get }
  /// The ids of a text alone. Adds no special token; a special token that is spelled in the text is recognised as one.
  func encode(_ text: String) -> [Int32]
  /// The text of some ids. Special tokens, and ids outside the vocabulary, are left out.
  func decode(_ ids: [Int32]) -> String
}

extension Tokenizer {
  /// The model's input for one text or two.
  ///
  ///     tokenizer.encode("It rains.", "It is wet.", maximumLength: 128)   // [CLS] It rains . [SEP] It is wet . [SEP]
  ///
  /// - Parameters:
  ///   - second: The second text; nil (not "") where there is none.
  ///   - maximumLength: The largest number of ids wanted, nil for no limit. Texts are shortened at their end by
  ///     ``longestFirst(_:_:room:)``; special tokens always stay, so a limit below their number leaves them alone.
  package func encode(_ first: String, _ second: String?, maximumLength: Int? = nil) -> Encoding {
    var firstIDs = encode(first)[...]
    guard let second else {
      if let maximumLength {
        firstIDs = firstIDs.prefix(max(maximumLength, template.single.specialCount) - template.single.specialCount)
      }
      return template.single.encoding(firstIDs, [])
    }
    var secondIDs = encode(second)[...]
    if let maximumLength {
      let room = max(maximumLength, template.pair.specialCount) - template.pair.specialCount
      let kept = longestFirst(firstIDs.count, secondIDs.count, room: room)
      firstIDs = firstIDs.prefix(kept.first)
      secondIDs = secondIDs.prefix(kept.second)
    }
    return template.pair.encoding(firstIDs, secondIDs)
  }
}

/// How many tokens of two texts stay when both must fit in `room`: `longest_first` as the fast tokenizers of
/// `transformers` do it.
///
/// The shorter text stays whole if it has at most half of the room (rounded down); else it gets that half. The longer
/// one, the second if they are equal, gets the rest.
func longestFirst(_ first: Int, _ second: Int, room: Int) -> (first: Int, second: Int) {
  if first + second <= room { return (first, second) }
  let shorter = min(first, second, room / 2)
  return first > second ? (room - shorter, shorter) : (shorter, room - shorter)
}
