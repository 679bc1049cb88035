// Rows of words as a packed batch of tokens, with the positions of what is asked.
import Tokenizers

/// Words to tokens, one word at a time, remembered: the pocket world has some hundreds of words.
struct PretrainingEncoder {
  private let tokenizer: any Tokenizer
  private let beginning: Int32
  private let separator: Int32
  private let mask: Int32
  private var known: [String: [Int32]] = [:]

  /// - Throws: `PretrainingError.noSpecialToken` when the tokenizer cannot mark beginnings, ends and hidden words.
  init(_ tokenizer: any Tokenizer) throws {
    func required(_ token: Int32?, _ purpose: String) throws -> Int32 {
      guard let token else { throw PretrainingError.noSpecialToken(purpose) }
      return token
    }
    self.tokenizer = tokenizer
    beginning = try required(tokenizer.specialTokens.beginning, "for the beginning of a row")
    separator = try required(tokenizer.specialTokens.separator, "for the end of a sentence")
    mask = try required(tokenizer.specialTokens.mask, "for a hidden word")
  }

  /// A word's tokens as they are within a sentence, whose words stand between spaces.
  private mutating func tokens(_ word: String) -> [Int32] {
    if let tokens = known[word] { return tokens }
    let tokens = tokenizer.encode(word)
    known[word] = tokens
    return tokens
  }

  /// Appends a row to a batch: `[CLS] first [SEP]` or `[CLS] first [SEP] second [SEP]`. What is asked of a word is asked of
  /// its first token; a hidden word keeps its number of tokens.
  mutating func append(_ row: PocketPretrainingRow, to batch: inout PretrainingBatch, part: Int) {
    let start = batch.count
    // only what the second sentence says is judged, by what the first has given
    let isGiven = row.judgements.contains { $0 != nil } && zip(row.segments, row.judgements).allSatisfy { $0 == 1 || $1 == nil }
    var tokens = [beginning]
    var segments: [Int32] = [0]
    for (place, word) in row.words.enumerated() {
      if row.segments[place] == 1, segments.last == 0 {
        tokens.append(separator)
        segments.append(0)
      }
      let position = Int32(start + tokens.count)
      let segment = Int32(row.segments[place])
      if let target = row.maskedTargets[place] {
        let hidden = self.tokens(target)
        if let first = hidden.first {
          batch.parts[part].maskedPositions.append(position)
          batch.parts[part].maskedTargets.append(first)
        }
        tokens += hidden.map { _ in mask }
        segments += hidden.map { _ in segment }
        continue
      }
      if let judgement = row.judgements[place] {
        batch.parts[part].judgedPositions.append(position)
        batch.parts[part].judgements.append(judgement)
      }
      if isGiven, segment == 0 { batch.parts[part].givenPositions.append(position) }
      let pieces = self.tokens(word)
      if segment == 0 {
        batch.contentRows += pieces.map { _ in Int32(batch.sequences.count) }
        batch.contents += pieces
      }
      tokens += pieces
      segments += pieces.map { _ in segment }
    }
    tokens.append(separator)
    segments.append(segments.last ?? 0)
    if let topic = row.topic {
      batch.topicPositions.append(Int32(start))
      batch.topics.append(topic ? 1 : 0)
    }
    batch.sequences.append((tokens, segments))
    batch.count += tokens.count
  }
}

/// One update's rows.
struct PretrainingBatch {
  /// The rows of one kind: positions are rows of the hidden states.
  struct Part {
    var kind: PocketPretraining.Kind
    var weight: Double
    var maskedPositions: [Int32] = []
    var maskedTargets: [Int32] = []
    var judgedPositions: [Int32] = []
    var judgements: [PocketJudgement] = []
    /// Words of the first sentence where only the second's are judged: they hold, whatever the second says.
    var givenPositions: [Int32] = []
  }

  var sequences: [(tokens: [Int32], segments: [Int32])] = []
  var parts: [Part] = []
  /// First tokens of the rows that are asked for their topic, and the answers: 1 for the same.
  var topicPositions: [Int32] = []
  var topics: [Int32] = []
  /// Every token of the first sentences that is not hidden, and the row that it is in.
  var contentRows: [Int32] = []
  var contents: [Int32] = []
  /// Tokens so far.
  var count = 0

  /// A batch of no rows yet, of one kind.
  init(_ kind: PocketPretraining.Kind) { parts = [Part(kind: kind, weight: 1)] }

  /// The rows of update `step`, each kind at its level.
  init(
    _ stream: PocketPretraining, step: Int, settings: PretrainingSettings, pacing: PocketPacing,
    encoder: inout PretrainingEncoder
  ) {
    for kind in PocketPretraining.Kind.allCases {
      guard let (rows, weight) = settings.part(kind) else { continue }
      parts.append(Part(kind: kind, weight: weight))
      for row in stream.rows(kind, level: pacing.level(of: kind), batch: step, size: rows) {
        encoder.append(row, to: &self, part: parts.count - 1)
      }
    }
  }
}
