// Single sentences that are right or wrong within themselves: feelings in contrast, and agreement and selection at a
// distance.

/// A sentence, and what is wrong with which of its words (by position).
struct PocketSentence: Sendable {
  var words: [PocketWord]
  var faults: [Int: PocketJudgement] = [:]
}

extension PocketWorld {
  /// What people do, told before a sentence about feelings.
  enum Outcome: Sendable { case untold, toldOfList, toldOfClauses }

  private func feeling(_ half: PocketHalf, _ polarity: Int, _ generator: inout PocketGenerator) -> PocketWord {
    PocketWord(text: generator.pick(feelings.concepts(half, group: polarity)).forms[0][0], slot: .feeling)
  }

  /// What people do about a feeling of this polarity.
  func outcome(_ polarity: Int, _ generator: inout PocketGenerator) -> PocketWord {
    PocketWord(text: generator.pick(words(PocketLexicon.outcomes[polarity])).text, slot: .outcome)
  }

  /// "the dogs are", with any noun.
  private func opening(_ half: PocketHalf, _ generator: inout PocketGenerator) -> [PocketWord] {
    let number = generator.below(2)
    let noun = generator.pick(nouns.concepts(half)).forms[generator.below(2)][number]
    return words("the") + [PocketWord(text: noun, slot: .noun)] + words(number == 1 ? "are" : "is")
  }

  private func clause(
    _ half: PocketHalf, _ polarity: Int, negated: Double, _ generator: inout PocketGenerator
  ) -> [PocketWord] {
    var clause = opening(half, &generator)
    if generator.chance(negated) {
      return clause + words("not", .negation) + [feeling(half, 1 - polarity, &generator)]
    }
    if generator.chance(0.2) { clause += words("very") }
    return clause + [feeling(half, polarity, &generator)]
  }

  /// A sentence whose main clause has this polarity (1 pleasant). A list keeps company of one polarity: this is where
  /// polarity shows in the distribution of words.
  func feelingSentence(
    _ half: PocketHalf, polarity: Int, outcome told: Outcome = .untold, negated: Double = 0.3,
    using generator: inout PocketGenerator
  ) -> [PocketWord] {
    var sentence: [PocketWord]
    if told == .toldOfList {
      sentence = opening(half, &generator)
      for _ in 0..<generator.below(3) { sentence.append(feeling(half, polarity, &generator)) }
      sentence += [feeling(half, polarity, &generator)] + words("and") + [feeling(half, polarity, &generator)]
    } else {
      let main = clause(half, polarity, negated: negated, &generator)
      let other = clause(half, 1 - polarity, negated: negated, &generator)
      let also = clause(half, polarity, negated: negated, &generator)
      switch generator.choose([0.25, 0.25, 0.3, 0.2]) {
      case 0: sentence = words("although", .connective) + other + words(",") + main
      case 1: sentence = main + words("although", .connective) + other
      case 2: sentence = other + words("but", .connective) + main
      default: sentence = main + words("and", .connective) + also
      }
    }
    guard told != .untold else { return sentence }
    return words("people") + [outcome(polarity, &generator)] + words("because") + sentence
  }

  /// Turns one feeling or outcome to the other polarity. In a list that one word is at fault; between two clauses
  /// every feeling is, since either could be the wrong one.
  func turned(
    _ sentence: [PocketWord], half: PocketHalf, outcome told: Outcome, using generator: inout PocketGenerator
  ) -> PocketSentence {
    let places = sentence.indices.filter { [.feeling, .outcome].contains(sentence[$0].slot) }
    let position = generator.pick(places)
    var result = PocketSentence(words: sentence)
    let old = sentence[position]
    if old.slot == .outcome {
      let polarity = words(PocketLexicon.outcomes[1]).contains { $0.text == old.text } ? 1 : 0
      result.words[position] = outcome(1 - polarity, &generator)
    } else {
      result.words[position] = feeling(half, isPleasant(old) ? 0 : 1, &generator)
    }
    for place in places where place == position || (told == .untold && sentence[place].slot == .feeling) {
      result.faults[place] = .polarity
    }
    return result
  }

  /// The fault of a sentence that is none of agreement or selection.
  enum ShapeFault: Sendable { case order, verbForm }

  /// A statement, active, passive or denied, that is well formed or has two neighbours in the wrong order or its verb in the wrong form.
  func shape(_ scope: PocketScope, fault: ShapeFault?, using generator: inout PocketGenerator) -> [PocketWord] {
    var fact = fact(scope, using: &generator)
    fact.isNegated = generator.chance(0.4)
    // an order needs two words to stand in it
    if fact.subjectAttribute == nil, fact.objectAttribute == nil {
      fact.subjectAttribute = generator.pick(attributes.concepts(scope.half))
    }
    var sentence = statement(fact, PocketStyle.drawn(&generator))
    switch fault {
    case .order:
      let places = sentence.indices.dropLast().filter { [.subjectAttribute, .objectAttribute].contains(sentence[$0].slot) }
      let place = generator.pick(Array(places))
      // before its article, or behind its noun
      sentence.swapAt(place, generator.chance(0.5) ? place - 1 : place + 1)
    case .verbForm:
      guard let place = sentence.firstIndex(where: { $0.slot == .verb }) else { break }
      let forms = fact.verb.forms[fact.spelling[PocketSlot.verb.rawValue]]
      let others = forms.filter { $0 != sentence[place].text }
      // without "is", "does" or "not" before it, third person and base form are matters of agreement: then only the participle is wrong
      let isBare = sentence[..<place].allSatisfy { $0.slot != .negation && !["is", "are", "do", "does"].contains($0.text) }
      sentence[place].text = isBare ? forms[2] : generator.pick(others)
    case nil: break
    }
    return sentence
  }

  /// The fault of a sentence about who does what.
  enum FormFault: Sendable { case agreement, selection }

  /// "these big dogs near the rivers that chase the cat eat the plant": acceptable, or with one fault. `distance` says how often
  /// words stand between subject and verb, `shown` how often a determiner shows the subject's number.
  func form(
    _ scope: PocketScope, fault: FormFault?, distance: Double = 1, shown: Double = 0,
    using generator: inout PocketGenerator
  ) -> PocketSentence {
    let fact = fact(scope, using: &generator)
    let number = fact.subjectIsPlural ? 1 : 0
    let other = generator.below(2)
    func noun(_ concept: PocketConcept, _ form: Int, _ slot: PocketSlot) -> PocketWord {
      PocketWord(text: concept.forms[generator.below(2)][form], slot: slot)
    }
    func nouns(of kind: Int) -> PocketConcept {
      generator.pick(self.nouns.concepts(scope.half, group: kind, breadth: scope.breadth))
    }
    func attribute() -> [PocketWord] {
      generator.chance(0.3) ? [noun(generator.pick(attributes.concepts(scope.half)), 0, .attribute)] : []
    }
    var sentence = generator.chance(shown) ? words(number == 1 ? "these" : "this", .determiner) : words("the")
    sentence += attribute() + [noun(fact.subject, number, .subject)]
    if generator.chance(0.6 * distance) {
      sentence += words("near the") + [noun(nouns(of: generator.below(Self.kinds)), other, .noun)]
    }
    if generator.chance(0.4 * distance) {
      let verb = generator.pick(
        verbs.concepts(scope.half, group: fact.subject.group, breadth: scope.breadth))
      let object = nouns(of: (fact.subject.group + 1) % Self.kinds)
      sentence += words("that") + [noun(verb, number, .clauseVerb)]
      sentence += words("the") + [noun(object, generator.below(2), .noun)]
    }
    let verbForm = fault == .agreement ? 1 - number : number
    sentence.append(noun(fact.verb, verbForm, .verb))
    let verbPosition = sentence.count - 1
    let wrongKind = (fact.verb.group + generator.pick([0, 2, 3])) % Self.kinds
    let object = fault == .selection ? nouns(of: wrongKind) : fact.object
    sentence += words("the") + attribute() + [noun(object, fact.objectIsPlural ? 1 : 0, .object)]
    var result = PocketSentence(words: sentence)
    switch fault {
    case .agreement: result.faults[verbPosition] = .agreement
    case .selection: result.faults[sentence.count - 1] = .selection
    case nil: break
    }
    return result
  }
}
