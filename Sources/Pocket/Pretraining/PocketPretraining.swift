// Rows for pre-training the pocket models: masked words to name in clean rows, and in corrupted rows, word by word,
// whether it still holds. Dense supervision is what makes a small model compare two sentences at all.

/// One row: words with the sentence that each belongs to, and what is asked about them.
///
/// The trainer adds the special tokens: `[CLS] first [SEP]` or `[CLS] first [SEP] second [SEP]`.
struct PocketPretrainingRow: Sendable, Equatable {
  /// What the row is about.
  var kind: PocketPretraining.Kind
  /// The words, `PocketPretraining.mask` where one is to be named.
  var words: [String]
  /// 0 for the first sentence, 1 for the second; as many as words.
  var segments: [Int]
  /// The word that was masked, nil where none was; as many as words.
  var maskedTargets: [String?]
  /// Whether the word holds, nil where that is not asked; as many as words.
  var judgements: [PocketJudgement?]
  /// Whether both sentences are about the same thing, nil where that is not asked.
  var topic: Bool?
}

/// The stream of pre-training rows.
package struct PocketPretraining: Sendable {
  /// The word that stands where a word is to be named; the trainer maps it to its mask token.
  static let mask = "[MASK]"

  /// What a row is about; each kind has a level of difficulty of its own (`PocketPacing`).
  package enum Kind: Int, Sendable, CaseIterable {
    /// Two tellings of a fact.
    case pair
    /// A question and a sentence that answers it or does not.
    case answer
    /// Feelings in contrast.
    case feeling
    /// Agreement and selection at a distance.
    case form
    /// What kind or class words are of.
    case definition
    /// Which words mean the same.
    case glossary

    /// The share of rows, and of the loss, of this kind; the shares add up to 1.
    var share: Double {
      switch self {
      case .pair: 0.24
      case .answer: 0.08
      case .feeling: 0.12
      case .form: 0.2
      case .definition: 0.24
      case .glossary: 0.12
      }
    }

    /// The share of rows whose words are judged; in the others words are masked.
    var corrupted: Double {
      switch self {
      case .pair, .answer, .glossary: 0.6
      case .feeling, .form, .definition: 0.5
      }
    }
  }

  /// The words and sentences that rows are drawn from.
  let world: PocketWorld
  private let seed: UInt64

  /// A stream of rows over `world`, drawn from `seed`.
  init(world: PocketWorld, seed: UInt64) {
    self.world = world
    self.seed = seed
  }

  /// Rows `batch * size ..< (batch + 1) * size` of a kind's stream, at this level of difficulty (0 to 1).
  ///
  /// Every batch is to hold all kinds: in batches of one kind each, taken in turn, feelings were still not learned after
  /// 2 million tokens; mixed, they were after 0.5 million.
  func rows(_ kind: Kind, level: Double, batch: Int, size: Int) -> [PocketPretrainingRow] {
    (0..<size).map { row(kind, level: level, index: batch * size + $0) }
  }

  /// Row `index` of the stream: a function of the seed, the index, the kind and the level alone.
  func row(_ kind: Kind, level: Double, index: Int) -> PocketPretrainingRow {
    var generator = PocketGenerator(
      seed: seed, stream: 2 + UInt64(kind.rawValue), index: UInt64(truncatingIfNeeded: index))
    let isCorrupted = generator.chance(kind.corrupted)
    return row(kind, isCorrupted: isCorrupted, level: min(max(level, 0), 1), using: &generator)
  }

  /// A row of a kind whose words are judged, or, unless it is corrupted, masked.
  func row(
    _ kind: Kind, isCorrupted: Bool, level: Double, using generator: inout PocketGenerator
  ) -> PocketPretrainingRow {
    switch kind {
    case .pair: pairRow(isCorrupted, level, &generator)
    case .answer: answerRow(isCorrupted, level, &generator)
    case .feeling: feelingRow(isCorrupted, level, &generator)
    case .form: formRow(isCorrupted, level, &generator)
    case .definition: definitionRow(isCorrupted, level, &generator)
    case .glossary: glossaryRow(isCorrupted, level, &generator)
    }
  }

  private static let ways: [PocketChange] = [
    .subject, .object, .verb, .place, .subjectAttribute, .objectAttribute, .opposite, .swap, .swap, .swap, .add,
  ]

  private func pairRow(
    _ isCorrupted: Bool, _ level: Double, _ generator: inout PocketGenerator
  ) -> PocketPretrainingRow {
    let options = PocketPairOptions(
      synonyms: level * generator.fraction(), dropped: 0.2 * level, hypernyms: 0.15 * level, secondFact: 0.3 * level,
      reordered: level, negated: 0.3 * level, questions: 0.25 * level)
    let isUnrelated = isCorrupted && generator.chance(0.15)
    let changes = isCorrupted ? generator.choose([0.2, 0.4, 0.25, 0.15]) : 0
    let ways = Self.ways + (generator.chance(level) ? [.negate, .misname] : [])
    let pair = world.pair(.pretraining, changes: changes, ways: ways, options: options, using: &generator)
    if isUnrelated {
      let second = world.statement(world.fact(.pretraining, using: &generator), .drawn(&generator))
      return unjudged(.pair, pair.first, second, topic: false)
    }
    guard isCorrupted else { return masked(.pair, pair.first, pair.second, &generator) }
    let judgements =
      pair.first.map { _ in PocketJudgement?.none } + pair.second.map { $0.slot.map(pair.judgement(of:)) }
    var row = unjudged(.pair, pair.first, pair.second, topic: true)
    row.judgements = judgements
    return row
  }

  private func answerRow(
    _ isCorrupted: Bool, _ level: Double, _ generator: inout PocketGenerator
  ) -> PocketPretrainingRow {
    let options = PocketPairOptions(
      synonyms: level * generator.fraction(), dropped: 0.3 * level, hypernyms: 0.1 * level, reordered: level)
    let isUnanswered = isCorrupted && generator.chance(0.12)
    let changes = isCorrupted && !isUnanswered ? generator.choose([0.3, 0.4, 0.3]) : 0
    let pair = world.answer(
      .pretraining, ways: Self.ways.filter { $0 != .add }, changes: changes, unanswered: isUnanswered,
      options: options, using: &generator)
    guard isCorrupted else { return masked(.answer, pair.first, pair.second, &generator) }
    var row = unjudged(.answer, pair.first, pair.second, topic: nil)
    row.judgements = (pair.first + pair.second).map { $0.slot.map(pair.judgement(of:)) }
    return row
  }

  private func feelingRow(
    _ isCorrupted: Bool, _ level: Double, _ generator: inout PocketGenerator
  ) -> PocketPretrainingRow {
    let outcome: PocketWorld.Outcome =
      generator.chance(1 - 0.7 * level) ? .toldOfList : generator.chance(0.15) ? .toldOfClauses : .untold
    let sentence = world.feelingSentence(
      .all, polarity: generator.below(2), outcome: outcome, negated: 0.3 * level, using: &generator)
    guard isCorrupted else { return masked(.feeling, sentence, [], &generator) }
    let isTurned = generator.chance(0.5)
    let judged =
      isTurned
      ? world.turned(sentence, half: .all, outcome: outcome, using: &generator) : PocketSentence(words: sentence)
    return self.judged(.feeling, judged)
  }

  private func formRow(
    _ isCorrupted: Bool, _ level: Double, _ generator: inout PocketGenerator
  ) -> PocketPretrainingRow {
    let fault: PocketWorld.FormFault? =
      isCorrupted && generator.chance(0.65) ? (generator.chance(0.5) ? .agreement : .selection) : nil
    let sentence = world.form(
      PocketScope(half: .all, breadth: PocketScope.breadth(level)), fault: fault, distance: max(0, 2 * level - 1),
      shown: 0.8 - 0.7 * level, using: &generator)
    return isCorrupted ? judged(.form, sentence) : masked(.form, sentence.words, [], &generator)
  }

  private func definitionRow(_ isCorrupted: Bool, _ level: Double, _ generator: inout PocketGenerator)
    -> PocketPretrainingRow
  {
    let sentence = world.definition(isFaulty: isCorrupted && generator.chance(0.4), level: level, using: &generator)
    return isCorrupted ? judged(.definition, sentence) : masked(.definition, sentence.words, [], &generator)
  }

  private func glossaryRow(
    _ isCorrupted: Bool, _ level: Double, _ generator: inout PocketGenerator
  ) -> PocketPretrainingRow {
    let (first, second) = world.glossary(isFaulty: isCorrupted, level: level, using: &generator)
    guard isCorrupted else { return masked(.glossary, first, second.words, &generator) }
    var row = unjudged(.glossary, first, second.words, topic: nil)
    for position in second.words.indices {
      row.judgements[first.count + position] = second.faults[position] ?? .holds
    }
    return row
  }

  private func judged(_ kind: Kind, _ sentence: PocketSentence) -> PocketPretrainingRow {
    var row = unjudged(kind, sentence.words, [], topic: nil)
    row.judgements = sentence.words.indices.map { position in
      sentence.words[position].slot.map { _ in sentence.faults[position] ?? .holds }
    }
    return row
  }

  private func unjudged(
    _ kind: Kind, _ first: [PocketWord], _ second: [PocketWord], topic: Bool?
  ) -> PocketPretrainingRow {
    let count = first.count + second.count
    return PocketPretrainingRow(
      kind: kind, words: (first + second).map(\.text), segments: first.map { _ in 0 } + second.map { _ in 1 },
      maskedTargets: Array(repeating: nil, count: count), judgements: Array(repeating: nil, count: count),
      topic: topic)
  }

  /// Masks 0.3 of the words that stand for something, one at least, and 0.05 of the others.
  private func masked(
    _ kind: Kind, _ first: [PocketWord], _ second: [PocketWord], _ generator: inout PocketGenerator
  ) -> PocketPretrainingRow {
    var row = unjudged(kind, first, second, topic: nil)
    let words = first + second
    let certain = generator.pick(words.indices.filter { words[$0].slot != nil })
    for (position, word) in words.enumerated()
    where generator.chance(word.slot == nil ? 0.05 : 0.3) || position == certain {
      row.maskedTargets[position] = word.text
      row.words[position] = Self.mask
    }
    return row
  }
}
