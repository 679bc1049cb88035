// The special tokens that a model wants around one text or two.

/// A model's templates for one text and for two.
package struct InputTemplate: Sendable, Equatable {
  /// One place of a template: a special token, or one of the texts; with the token type id it gets.
  package enum Part: Sendable, Equatable {
    /// A special token.
    case special(Int32, segment: Int32)
    /// All tokens of the first text.
    case first(segment: Int32)
    /// All tokens of the second text.
    case second(segment: Int32)
  }

  /// A row of parts.
  package struct Sequence: Sendable, Equatable {
    /// The parts, in order.
    package let parts: [Part]
    /// How many special tokens the parts hold.
    let specialCount: Int

    /// Creates a template from its parts.
    package init(_ parts: [Part]) {
      self.parts = parts
      specialCount = parts.reduce(into: 0) { count, part in if case .special = part { count += 1 } }
    }

    /// The special tokens before the first text.
    package var before: [Int32] {
      var ids: [Int32] = []
      for part in parts {
        guard case .special(let id, _) = part else { break }
        ids.append(id)
      }
      return ids
    }

    func encoding(_ first: ArraySlice<Int32>, _ second: ArraySlice<Int32>) -> Encoding {
      var ids: [Int32] = []
      var segments: [Int32] = []
      ids.reserveCapacity(first.count + second.count + specialCount)
      segments.reserveCapacity(first.count + second.count + specialCount)
      for part in parts {
        switch part {
        case .special(let id, let segment):
          ids.append(id)
          segments.append(segment)
        case .first(let segment):
          ids.append(contentsOf: first)
          segments.append(contentsOf: repeatElement(segment, count: first.count))
        case .second(let segment):
          ids.append(contentsOf: second)
          segments.append(contentsOf: repeatElement(segment, count: second.count))
        }
      }
      return Encoding(ids: ids, segments: segments)
    }
  }

  /// The highest id of its special tokens; nil where it has none.
  var highestID: Int32? {
    (single.parts + pair.parts).compactMap { if case .special(let id, _) = $0 { id } else { nil } }.max()
  }

  /// The template of one text.
  package let single: Sequence
  /// The template of two texts.
  package let pair: Sequence

  /// BERT and DeBERTa: `[CLS] A [SEP]` and `[CLS] A [SEP] B [SEP]`; B and what follows it are segment 1.
  package static func bert(classification: Int32, separator: Int32) -> InputTemplate {
    let single: [Part] = [
      .special(classification, segment: 0), .first(segment: 0), .special(separator, segment: 0),
    ]
    return InputTemplate(
      single: Sequence(single),
      pair: Sequence(single + [.second(segment: 1), .special(separator, segment: 1)]))
  }

  /// RoBERTa: `<s> A </s>` and `<s> A </s></s> B </s>`, all of segment 0.
  package static func roberta(beginning: Int32, separator: Int32) -> InputTemplate {
    let end = Part.special(separator, segment: 0)
    let single: [Part] = [.special(beginning, segment: 0), .first(segment: 0), end]
    return InputTemplate(single: Sequence(single), pair: Sequence(single + [end, .second(segment: 0), end]))
  }

  /// Llama: `<s> A` and `<s> A <s> B`, the second half of segment 1; either special token, and an end token after
  /// each text, as the model's own files say.
  static func llama(beginning: Int32?, end: Int32?) -> InputTemplate {
    func half(_ text: Part, segment: Int32) -> [Part] {
      let before = beginning.map { [Part.special($0, segment: segment)] } ?? []
      let after = end.map { [Part.special($0, segment: segment)] } ?? []
      return before + [text] + after
    }
    let single = half(.first(segment: 0), segment: 0)
    return InputTemplate(
      single: Sequence(single), pair: Sequence(single + half(.second(segment: 1), segment: 1)))
  }

  /// GPT-2 where it is told to begin with a special token: before the first text only.
  static func gpt2(beginning: Int32) -> InputTemplate {
    let single: [Part] = [.special(beginning, segment: 0), .first(segment: 0)]
    return InputTemplate(single: Sequence(single), pair: Sequence(single + [.second(segment: 1)]))
  }

  /// No special token at all, as GPT-2 has it; the second text is segment 1.
  package static let plain = InputTemplate(
    single: Sequence([.first(segment: 0)]), pair: Sequence([.first(segment: 0), .second(segment: 1)]))
}
