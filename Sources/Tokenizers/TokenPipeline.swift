// A tokenizer as a row of stages: added tokens, normalizer, pre-tokenizers, model, template; and back by its decoders.
// Whatever files describe one, their reader makes it a row of these.

/// The tokenizer of every model family.
package struct TokenPipeline: Tokenizer {
  package let vocabularySize: Int
  package let specialTokens: SpecialTokens
  package let template: InputTemplate

  private let stages: TokenizerStages
  private let added: AddedVocabulary
  /// Added tokens that are looked for in the text as it is, and those looked for after the normalizer.
  private let literal: AddedTokenFinder
  private let normalized: AddedTokenFinder

  /// Stages that can make a text longer than this many times are refused: a row of them could fill any memory.
  private static let mostGrowth = 1 << 16

  /// Puts the stages together.
  ///
  /// - Parameters:
  ///   - splitsSpecial: Whether special tokens in a text are spelled like any other text.
  ///   - file: The file to name in an error.
  /// - Throws: ``TokenizerError`` for an added token of which its normal form leaves nothing, and for stages that make
  ///   texts too long.
  init(
    _ stages: TokenizerStages, added: AddedVocabulary, specialTokens: SpecialTokens, template: InputTemplate,
    splitsSpecial: Bool, file: String
  ) throws {
    guard stages.growth <= Self.mostGrowth else {
      throw TokenizerError.malformed(
        file: file, problem: "its stages can make a text more than \(Self.mostGrowth) times as long",
        remedy: TokenizerError.downloadAgain)
    }
    self.stages = stages
    self.added = added
    self.specialTokens = specialTokens
    self.template = template
    vocabularySize = max(stages.model.count, added.end)
    literal = added.finder(normalized: false, splitsSpecial: splitsSpecial)
    normalized = added.finder(normalized: true, splitsSpecial: splitsSpecial) {
      stages.normalizer?.normalized($0) ?? $0
    }
    if let token = normalized.empty.first {
      throw TokenizerError.malformed(
        file: file, problem: "the normalizer leaves nothing of the added token '\(token.text)', which it asks to normalize",
        remedy: "Set its \"normalized\" to false, or take the token out")
    }
  }

  package func encode(_ text: String) -> [Int32] {
    let bytes = Array(text.utf8)
    var ids: [Int32] = []
    for part in literal.split(bytes[...]) {
      switch part {
      case .token(let id): ids.append(id)
      case .text(let range): encode(bytes[range], into: &ids)
      }
    }
    return ids
  }

  /// Appends the ids of a text without literal tokens; it stands where its indices say in the whole text.
  private func encode(_ text: ArraySlice<UInt8>, into ids: inout [Int32]) {
    guard let normalizer = stages.normalizer else {
      return append(normalized.split(text), of: text, isStart: text.startIndex == 0, to: &ids)
    }
    if stages.normalizesItself, normalized.isEmpty { return stages.model.encode(text, into: &ids) }
    let form = normalizer.normalized(Array(text))
    let parts = normalized.split(form[...])
    if stages.normalizesItself {
      guard parts.contains(where: { if case .token = $0 { true } else { false } }) else {
        return stages.model.encode(text, into: &ids)
      }
    }
    append(parts, of: form[...], isStart: text.startIndex == 0, to: &ids)
  }

  private func append(
    _ parts: [AddedTokenFinder.Part], of text: ArraySlice<UInt8>, isStart: Bool, to ids: inout [Int32]
  ) {
    for part in parts {
      switch part {
      case .token(let id): ids.append(id)
      case .text(let range):
        let whole = Piece(text: text[range], isStart: isStart && range.lowerBound == text.startIndex)
        let pieces = stages.preTokenizers.reduce([whole]) { pieces, stage in pieces.flatMap(stage.pieces) }
        for piece in pieces { stages.model.encode(piece.text, into: &ids) }
        // What SentencePiece takes off a text's end is a token of its own before an added one.
        if stages.normalizesItself, text[range].last == 0x20, let mark = stages.model.id(of: wordMark) { ids.append(mark) }
      }
    }
  }

  package func decode(_ ids: [Int32]) -> String {
    let tokens = ids.compactMap { id -> [UInt8]? in
      guard let token = added.tokens[id]?.content ?? stages.model.token(id), !added.isSpecial(token) else { return nil }
      return token
    }
    let text = stages.decoders.reduce(tokens) { $1.decoded($0) }
    return String(decoding: text.joined(), as: UTF8.self)
  }
}

/// The stages between added tokens and template.
struct TokenizerStages: Sendable {
  var normalizer: Normalizer?
  var preTokenizers: [PreTokenizer] = []
  var model: any PieceModel
  var decoders: [TokenDecoder] = []
  /// Whether the model wants text as it is and has the normalizer's rules itself, as SentencePiece's own library;
  /// the normalizer then serves to find added tokens.
  var normalizesItself = false

  /// How many times as long a text can be after all stages, about.
  var growth: Int {
    let factors = [normalizer?.growth ?? 1] + preTokenizers.map(\.growth)
    return max(Self.product(factors), Self.product(decoders.map(\.growth)))
  }

  static func product(_ factors: [Int]) -> Int {
    factors.reduce(1) { product, factor in
      let (next, overflows) = product.multipliedReportingOverflow(by: factor)
      return overflows ? .max : next
    }
  }
}

/// U+2581, which stands for a space within pieces.
let wordMark = Array("\u{2581}".utf8)
