// Rows that teach words rather than sentences: what kind a noun is of, what a verb is done to, which words are synonyms.
// They are dense: nearly every word is one to learn.

extension PocketWorld {
  /// What words are, said outright: "the dogs cats and hens are animals", "humans chase calm and groom the dogs". With
  /// a fault, one or two words are of another kind or class than their company. Lists get longer, and words more, with
  /// the level: with few words the relation is found soon, and each word that comes later has only to join it.
  func definition(isFaulty: Bool, level: Double = 1, using generator: inout PocketGenerator) -> PocketSentence {
    let kind = generator.below(Self.kinds)
    var number = generator.below(2)
    var sentence: [PocketWord] = []
    var faults: [Int: PocketJudgement] = [:]
    /// Some words of one pool, "a b and c"; a faulty list has one odd word, a long one sometimes two.
    func list(
      _ pool: PocketPool, from group: Int, count: Int, odd: Bool, slot: PocketSlot, as fault: PocketJudgement
    ) {
      let first = odd ? generator.below(count) : -1
      let second = odd && count > 3 && generator.chance(0.4) ? generator.below(count) : first
      for position in 0..<count {
        let isOdd = position == first || position == second
        let chosen = isOdd ? (group + 1 + generator.below(Self.kinds - 1)) % Self.kinds : group
        if position > 0, position == count - 1 { sentence += words("and") }
        if isOdd { faults[sentence.count] = fault }
        let concept = generator.pick(pool.concepts(.all, group: chosen, breadth: PocketScope.breadth(level)))
        sentence.append(PocketWord(text: concept.forms[generator.below(2)][number], slot: slot))
      }
    }
    func name(_ kind: Int, odd: Bool, as fault: PocketJudgement) {
      if odd { faults[sentence.count] = fault }
      sentence += words(kindWord(odd ? kind + 1 + generator.below(Self.kinds - 1) : kind, number), .kind)
    }
    let object = (kind + 1) % Self.kinds
    func count(_ most: Int) -> Int { 1 + generator.below(2 + Int((level * Double(most - 2)).rounded())) }
    // Where two words stand alone against each other, the later one counts as the odd one.
    switch generator.choose([0.5, 0.25, 0.25]) {
    case 0:  // nouns of one kind
      let length = count(6)
      if length == 1 { number = 1 }
      sentence = words("the")
      list(nouns, from: kind, count: length, odd: isFaulty && length > 1, slot: .noun, as: .misnamed)
      sentence += words("are")
      number = 1
      name(kind, odd: isFaulty && length == 1, as: .misnamed)
    case 1:  // verbs of one class
      let length = count(4)
      sentence = words("the")
      name(kind + generator.below(2), odd: false, as: .selection)
      list(verbs, from: kind, count: length, odd: isFaulty && length > 1, slot: .verb, as: .selection)
      sentence += words("the")
      name(object, odd: isFaulty && length == 1, as: .selection)
    default:  // what one verb is done to
      sentence = words("the")
      name(kind + generator.below(2), odd: false, as: .selection)
      list(verbs, from: kind, count: 1, odd: false, slot: .verb, as: .selection)
      sentence += words("the")
      list(nouns, from: object, count: count(5), odd: isFaulty, slot: .noun, as: .selection)
    }
    return PocketSentence(words: sentence, faults: faults)
  }

  /// Words, and their synonyms in the second list; a faulty list has words of another meaning in it. Lists get longer,
  /// less ordered, and words more, with the level.
  func glossary(
    isFaulty: Bool, level: Double, using generator: inout PocketGenerator
  ) -> (first: [PocketWord], second: PocketSentence) {
    let breadth = PocketScope.breadth(level)
    func draw(_ part: Int) -> (concept: PocketConcept, slot: PocketSlot) {
      switch part {
      case 0:
        let kind = generator.below(Self.kinds)
        return (generator.pick(nouns.concepts(.all, group: kind, breadth: breadth)), .noun)
      case 1:
        let verbClass = generator.below(Self.kinds)
        return (generator.pick(verbs.concepts(.all, group: verbClass, breadth: breadth)), .verb)
      case 2:
        let all = attributes.concepts(.all)
        return (generator.pick(Array(all.prefix(Int((breadth * Double(all.count)).rounded(.up))))), .attribute)
      default: return (generator.pick(places.concepts(.all, group: 0, breadth: breadth)), .place)
      }
    }
    let count = 1 + generator.below(2 + Int((3 * level).rounded()))
    var pairs: [(first: PocketWord, second: PocketWord, fault: PocketJudgement?)] = []
    for _ in 0..<count {
      let part = generator.choose([0.4, 0.3, 0.2, 0.1])
      let (concept, slot) = draw(part)
      let form = generator.below(concept.forms[0].count)
      let spelling = generator.below(2)
      var told = concept
      var fault: PocketJudgement?
      if isFaulty, generator.chance(0.4) {
        told = slot == .attribute && generator.chance(0.5) ? opposite(of: concept) : draw(part).concept
        if told != concept { fault = .replaced }
      }
      let other = generator.chance(0.8) ? 1 - spelling : spelling
      pairs.append(
        (
          PocketWord(text: concept.forms[spelling][form], slot: slot),
          PocketWord(text: told.forms[other][form], slot: slot), fault
        ))
    }
    let order = generator.chance(level) ? generator.permuted(Array(0..<count)) : Array(0..<count)
    var second = PocketSentence(words: [])
    for position in order {
      if let fault = pairs[position].fault { second.faults[second.words.count] = fault }
      second.words.append(pairs[position].second)
    }
    return (pairs.map(\.first), second)
  }
}
