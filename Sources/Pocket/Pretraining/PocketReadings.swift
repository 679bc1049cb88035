// Documents that teach a decoder to judge what it reads: whether words hold, and what is felt.

extension PocketDocuments {
  /// What is said of a word, by the class of its judgement (`PocketJudgement.label`).
  static let verdicts = ["yes", "no", "new"]
  /// What is said of somebody's feeling, by its polarity.
  static let moods = ["bad", "good"]

  /// Sentences and which of their words hold: behind a word, as it comes, or behind the whole, in any order.
  ///
  /// Without them a decoder of this size compared no two sentences, however often it told one in other words. Which words are asked for is
  /// drawn without a look at the verdicts, but for the first of two that have changed places. In a first mixture it was not, so that the
  /// shape of a document said how many hold, and a probe of the last token came near fine-tuning. Whether all hold is asked for by a word
  /// of its own, behind the words or before them: where nothing was, fine-tuning with few rows learned a sentence's words by heart in place
  /// of gathering their verdicts. Asked beforehand, the last word has the answer, where a classifier reads it; a text that has not that word
  /// in it asks for nothing.
  func reading(_ generator: inout PocketGenerator) -> [String] {
    let kind = [PocketPretraining.Kind.pair, .answer, .form, .definition, .glossary][generator.choose([0.45, 0.2, 0.15, 0.1, 0.1])]
    // easy ones are what it begins with: until words are compared at all, hard ones teach nothing
    let level = generator.fraction() * (generator.chance(0.5) ? generator.fraction() : 1)
    var row = rows.row(kind, isCorrupted: true, level: level, using: &generator)
    // a list's odd word may come before its company, and of a sentence's two possible faults there is one
    let isMarked = ![.definition, .form].contains(kind) && generator.chance(0.4)
    let asksForAll = !isMarked && [.pair, .answer, .form].contains(kind) && generator.chance(0.75)
    let isAskedFirst = asksForAll && generator.chance(0.6)
    let holds = asksForAll ? generator.chance(0.5) : nil
    // two sentences about different things have no verdicts
    while row.topic == false || (holds != nil && holds != (row.verdict == 0)) {
      row = rows.row(kind, isCorrupted: true, level: level, using: &generator)
    }
    let last = row.segments.last ?? 0
    var sentences = Array(repeating: [String](), count: 1 + last)
    var judged: [(word: String, verdict: String)] = []
    for (place, word) in row.words.enumerated() {
      sentences[row.segments[place]].append(word)
      guard row.segments[place] == last, let judgement = row.judgements[place] else { continue }
      let verdict = Self.verdicts[judgement.label]
      judged.append((word, verdict))
      // who has changed places shows at the second of the two
      let isEarly = judgement == .swapped && row.judgements[(place + 1)...].contains(.swapped)
      if isMarked, !isEarly, generator.chance(0.7) { sentences[last].append(verdict) }
    }
    if isAskedFirst {
      sentences[0].insert("all", at: 0)
      sentences[last].append(Self.verdicts[row.verdict])
    } else if !isMarked {
      let list = generator.permuted(judged).prefix(1 + generator.below(max(1, judged.count))).map { "\($0.word) \($0.verdict)" }
      let all = asksForAll ? ["all \(Self.verdicts[row.verdict])"] : []
      sentences[last] += [":", (all + list).joined(separator: " , ")]
    }
    return sentences.map { $0.joined(separator: " ") }
  }

  /// Feelings in company, or in contrast; what people do about it, or who feels good or bad.
  func feeling(_ generator: inout PocketGenerator) -> String {
    let polarity = generator.below(2)
    let negated = 0.3 * generator.fraction()
    switch generator.choose([0.35, 0.4, 0.25]) {
    case 0:
      return world.feelingSentence(.all, polarity: polarity, outcome: .toldOfList, using: &generator).text + " ."
    case 1:
      let sentence = world.feelingSentence(.all, polarity: polarity, negated: negated, using: &generator)
      let list = generator.permuted(world.moods(of: sentence)).map { "the \($0.who) \(Self.moods[$0.polarity])" }
      return "\(sentence.text) : \(list.joined(separator: " , ")) ."
    default:
      guard generator.chance(0.5) else {
        return world.feelingSentence(.all, polarity: polarity, outcome: .toldOfClauses, negated: negated, using: &generator).text
          + " ."
      }
      let sentence = world.feelingSentence(.all, polarity: polarity, negated: negated, using: &generator)
      return "\(sentence.text) , so people \(world.outcome(polarity, &generator).text) ."
    }
  }
}

extension PocketPretrainingRow {
  /// The class of all judged words together: a contradiction before what is not told, and that before what holds.
  var verdict: Int {
    let labels = Set(judgements.compactMap { $0?.label })
    return labels.contains(1) ? 1 : labels.max() ?? 0
  }
}

extension PocketWorld {
  /// Who feels what in a sentence of clauses, 1 for pleasant, in the order of the clauses.
  func moods(of sentence: [PocketWord]) -> [(who: String, polarity: Int)] {
    var found: [(who: String, polarity: Int)] = []
    var (who, isNegated) = ("", false)
    for word in sentence {
      switch word.slot {
      case .noun: (who, isNegated) = (word.text, false)
      case .negation: isNegated = true
      case .feeling: found.append((who, isPleasant(word) != isNegated ? 1 : 0))
      default: break
      }
    }
    return found
  }

  /// Whether a feeling is a pleasant one.
  func isPleasant(_ feeling: PocketWord) -> Bool {
    feelings.concepts(.all, group: 1).contains { $0.forms[0][0] == feeling.text }
  }
}
