// Facts as sentences and questions, and pairs of them: two tellings, and what the second has that the first has not.

/// A word of a sentence and what it stands for.
struct PocketWord: Sendable, Equatable {
  var text: String
  var slot: PocketSlot?
}

/// How a fact is told.
struct PocketStyle: Sendable {
  /// "the cat is chased by the dog".
  var isPassive: Bool
  /// "in the park the dog chases the cat".
  var placeComesFirst: Bool

  static func drawn(_ generator: inout PocketGenerator) -> Self {
    let isPassive = generator.chance(0.35)
    return PocketStyle(isPassive: isPassive, placeComesFirst: generator.chance(0.3))
  }
}

/// What a pair of sentences may show besides its changes; every value is a probability.
struct PocketPairOptions: Sendable {
  /// A word is told by its synonym.
  var synonyms = 0.5
  /// An attribute or place of the first sentence is left out in the second.
  var dropped = 0.0
  /// A noun is told as its kind.
  var hypernyms = 0.0
  /// The first sentence tells a second, unrelated fact too.
  var secondFact = 0.0
  /// Both sentences tell a second fact too, of the same kinds: who did which of the two can be told only by words that stand together.
  /// Of a question and its answer, the answer alone does.
  var company = 0.0
  /// Where there is company, one word of the two facts has changed places with the other's in the second sentence.
  var isExchanged = false
  /// Where there is company, the second sentence leaves it out.
  var leavesCompany = false
  /// The second sentence draws a style of its own.
  var reordered = 1.0
  /// The first sentence is negated.
  var negated = 0.0
  /// Both are questions.
  var questions = 0.0
}

/// Two sentences, and what is wrong with which slot of the second.
struct PocketPair: Sendable {
  var first: [PocketWord]
  var second: [PocketWord]
  var faults: [(PocketSlot, PocketJudgement)]
  /// What the first sentence tells, in number.
  var told: Int

  func judgement(of slot: PocketSlot) -> PocketJudgement { faults.first { $0.0 == slot }?.1 ?? .holds }
}

extension PocketWorld {
  /// Function words, or words of one slot.
  func words(_ text: String, _ slot: PocketSlot? = nil) -> [PocketWord] {
    text.split(separator: " ").map { PocketWord(text: String($0), slot: slot) }
  }

  /// The fact as a statement.
  func statement(_ fact: PocketFact, _ style: PocketStyle) -> [PocketWord] {
    let subject = phrase(fact, .subject)
    let object = phrase(fact, .object)
    let not = fact.isNegated ? words("not", .negation) : []
    var sentence: [PocketWord]
    if style.isPassive {
      sentence = object + words(fact.objectIsPlural ? "are" : "is") + not
      sentence += [verb(fact, 2)] + words("by") + subject
    } else if fact.isNegated {
      sentence = subject + words(fact.subjectIsPlural ? "do" : "does") + not + [verb(fact, 1)] + object
    } else {
      sentence = subject + [verb(fact, fact.subjectIsPlural ? 1 : 0)] + object
    }
    return style.placeComesFirst ? place(fact) + sentence : sentence + place(fact)
  }

  /// The fact as a question for `asked` (subject, object or place), or as a yes-or-no question where that is nil.
  func question(_ fact: PocketFact, asked: PocketSlot?, _ style: PocketStyle) -> [PocketWord] {
    let subject = phrase(fact, .subject)
    let object = phrase(fact, .object)
    let be = words(fact.objectIsPlural ? "are" : "is")
    let agent = words("by") + subject
    let does = words(fact.subjectIsPlural ? "do" : "does")
    var sentence: [PocketWord]
    switch (asked, style.isPassive) {
    case (.subject, false): sentence = words("who", .asked) + [verb(fact, 0)] + object
    case (.subject, true): sentence = words("who", .asked) + be + object + [verb(fact, 2)] + words("by")
    case (.object, false): sentence = words("what", .asked) + does + subject + [verb(fact, 1)]
    case (.object, true): sentence = words("what is", nil) + [verb(fact, 2)] + agent
    case (.place, false): sentence = words("where", .asked) + does + subject + [verb(fact, 1)] + object
    case (.place, true): sentence = words("where", .asked) + be + object + [verb(fact, 2)] + agent
    case (_, false): sentence = does + subject + [verb(fact, 1)] + object
    case (_, true): sentence = be + object + [verb(fact, 2)] + agent
    }
    if asked == .object, style.isPassive { sentence[0].slot = .asked }
    if asked != .place {
      sentence = style.placeComesFirst ? place(fact) + sentence : sentence + place(fact)
    }
    return sentence + words("?")
  }

  /// The verb in a form: third person, base or participle.
  func verb(_ fact: PocketFact, _ form: Int) -> PocketWord {
    PocketWord(text: fact.verb.forms[fact.spelling[PocketSlot.verb.rawValue]][form], slot: .verb)
  }

  /// "in the park", or nothing.
  func place(_ fact: PocketFact) -> [PocketWord] {
    guard let place = fact.place else { return [] }
    return words("in the") + [
      PocketWord(text: place.forms[fact.spelling[PocketSlot.place.rawValue]][0], slot: .place)
    ]
  }

  /// The subject or the object, with its attribute.
  func phrase(_ fact: PocketFact, _ slot: PocketSlot) -> [PocketWord] {
    let isSubject = slot == .subject
    let noun = isSubject ? fact.subject : fact.object
    let attributeSlot: PocketSlot = isSubject ? .subjectAttribute : .objectAttribute
    let number = (isSubject ? fact.subjectIsPlural : fact.objectIsPlural) ? 1 : 0
    var phrase = words("the")
    if let attribute = fact[attributeSlot] {
      let spelling = fact.spelling[attributeSlot.rawValue]
      phrase.append(PocketWord(text: attribute.forms[spelling][0], slot: attributeSlot))
    }
    if let kind = isSubject ? fact.subjectKind : fact.objectKind {
      return phrase + words(kindWord(kind, number), slot)
    }
    return phrase + [PocketWord(text: noun.forms[fact.spelling[slot.rawValue]][number], slot: slot)]
  }

  /// "animal" or "animals".
  func kindWord(_ kind: Int, _ number: Int) -> String {
    PocketLexicon.kinds[kind % Self.kinds] + (number == 1 ? "s" : "")
  }

  /// Two tellings of one fact, the second changed once by each of `steps`, in a way drawn from that step's ways.
  ///
  /// `accepts` may refuse the fact, for tasks whose classes must start from facts of one kind.
  func pair(
    _ scope: PocketScope, steps: [[PocketChange]], options: PocketPairOptions,
    accepting accepts: (PocketFact) -> Bool = { _ in true }, using generator: inout PocketGenerator
  ) -> PocketPair {
    while true {
      var original = fact(scope, using: &generator)
      guard accepts(original) else { continue }
      let isQuestion = generator.chance(options.questions)
      original.isNegated = !isQuestion && generator.chance(options.negated)
      if let pair = retelling(
        of: original, in: scope, steps: steps, options: options, isQuestion: isQuestion, using: &generator)
      {
        return pair
      }
    }
  }

  /// Two tellings of one fact, the second changed `changes` times, by ways drawn from `ways`.
  func pair(
    _ scope: PocketScope, changes: Int, ways: [PocketChange], options: PocketPairOptions,
    accepting accepts: (PocketFact) -> Bool = { _ in true }, using generator: inout PocketGenerator
  ) -> PocketPair {
    pair(
      scope, steps: Array(repeating: ways, count: changes), options: options, accepting: accepts, using: &generator)
  }

  private func retelling(
    of original: PocketFact, in scope: PocketScope, steps: [[PocketChange]], options: PocketPairOptions,
    isQuestion: Bool, using generator: inout PocketGenerator
  ) -> PocketPair? {
    var retold = original
    for slot in 0..<6 where generator.chance(options.synonyms) { retold.spelling[slot] = 1 - retold.spelling[slot] }
    // What follows from a fact does not follow from its negation, but for what describes its nouns.
    for slot in PocketFact.optionalSlots where generator.chance(options.dropped) {
      if !(original.isNegated && slot == .place) { retold[slot] = nil }
    }
    if !original.isNegated {
      if generator.chance(options.hypernyms) { retold.subjectKind = retold.subject.group }
      if generator.chance(options.hypernyms) { retold.objectKind = retold.object.group }
    }
    var faults: [(PocketSlot, PocketJudgement)] = []
    var attempts = 0
    var step = 0
    while step < steps.count {
      attempts += 1
      guard attempts < 40 else { return nil }
      var changed = retold
      let way = generator.pick(steps[step])
      guard !(isQuestion && way == .negate), !(way == .swap && !faults.isEmpty),
        let found = change(&changed, from: original, by: way, in: scope, using: &generator),
        !found.contains(where: { fault in faults.contains { $0.0 == fault.0 } })
      else { continue }
      retold = changed
      faults += found
      step += 1
    }
    let companion = companion(of: original, in: scope, options, using: &generator)
    var retoldCompanion = companion.map { respelled($0, options.synonyms, using: &generator) }
    if options.isExchanged {
      guard let slot = exchange(&retold, &retoldCompanion, besides: [], using: &generator) else { return nil }
      faults.append((slot, .replaced))
    }
    let style = PocketStyle.drawn(&generator)
    let other = generator.chance(options.reordered) ? PocketStyle.drawn(&generator) : style
    var first: [PocketWord]
    var second: [PocketWord]
    if isQuestion {
      let asked = Self.askable(original, generator.pick([nil, .subject, .object, .place]))
      // A change of what is asked for, and so not told, would not show.
      guard !faults.contains(where: { $0.0 == asked || Self.hides(asked, $0.0) }) else { return nil }
      first = question(original, asked: asked, style)
      second = question(retold, asked: asked, other)
      if let companion, let retoldCompanion {
        let mark = words("?")
        let more = (
          question(companion, asked: asked, .drawn(&generator)), question(retoldCompanion, asked: asked, .drawn(&generator))
        )
        first = joined(first.dropLast(), more.0.dropLast(), using: &generator) + mark
        second = joined(second.dropLast(), more.1.dropLast(), using: &generator) + mark
      }
    } else {
      first = statement(original, style)
      second = statement(retold, other)
      if let companion, let retoldCompanion {
        first = joined(first, statement(companion, .drawn(&generator)), using: &generator)
        if !options.leavesCompany { second = joined(second, statement(retoldCompanion, .drawn(&generator)), using: &generator) }
      } else if generator.chance(options.secondFact) {
        first = joined(first, statement(fact(scope, using: &generator), .drawn(&generator)), using: &generator)
      }
    }
    return PocketPair(first: first, second: second, faults: faults, told: original.told)
  }

  /// Two tellings in either order.
  private func joined(
    _ one: some Collection<PocketWord>, _ other: some Collection<PocketWord>, using generator: inout PocketGenerator
  ) -> [PocketWord] {
    generator.chance(0.5) ? Array(one) + words("and") + Array(other) : Array(other) + words("and") + Array(one)
  }

  /// A second fact of the same class of verb and kinds of nouns, with one detail at most; nil where none is to be told.
  private func companion(
    of fact: PocketFact, in scope: PocketScope, _ options: PocketPairOptions, using generator: inout PocketGenerator
  ) -> PocketFact? {
    // without company no number is drawn: pre-training's rows stay what they were
    guard options.company > 0, generator.chance(options.company) else { return nil }
    var companion = fact
    companion.verb = pick(verbs.concepts(scope.half, group: fact.verb.group), besides: fact.verb, using: &generator)
    let subjects = nouns.concepts(scope.half, group: fact.subject.group),
      objects = nouns.concepts(scope.half, group: fact.object.group)
    companion.subject = pick(subjects, besides: fact.subject, fact.object, using: &generator)
    companion.object = pick(objects, besides: fact.subject, fact.object, companion.subject, using: &generator)
    companion.subjectIsPlural = generator.chance(0.5)
    companion.objectIsPlural = generator.chance(0.5)
    (companion.subjectAttribute, companion.objectAttribute, companion.place) = (nil, nil, nil)
    companion.isNegated = false
    switch generator.choose([0.25, 0.25, 0.25, 0.25]) {
    case 0: companion.subjectAttribute = generator.pick(attributes.concepts(scope.half))
    case 1: companion.objectAttribute = generator.pick(attributes.concepts(scope.half))
    case 2: companion.place = generator.pick(scope.places(self))
    default: break
    }
    companion.spelling = (0..<6).map { _ in generator.below(2) }
    return companion
  }

  private func respelled(_ fact: PocketFact, _ share: Double, using generator: inout PocketGenerator) -> PocketFact {
    var fact = fact
    for slot in 0..<6 where generator.chance(share) { fact.spelling[slot] = 1 - fact.spelling[slot] }
    return fact
  }

  /// Lets a verb, a subject or an object of two facts change places; nil where that would not show.
  private func exchange(
    _ fact: inout PocketFact, _ companion: inout PocketFact?, besides hidden: [PocketSlot], using generator: inout PocketGenerator
  ) -> PocketSlot? {
    guard var other = companion else { return nil }
    let slots: [PocketSlot] = [.subject, .object, .verb].filter { slot in
      let isHypernym = slot == .subject ? fact.subjectKind != nil : slot == .object && fact.objectKind != nil
      return !isHypernym && !hidden.contains(slot) && fact[slot] != other[slot]
    }
    guard !slots.isEmpty else { return nil }
    let slot = generator.pick(slots)
    (fact[slot], other[slot]) = (other[slot], fact[slot])
    let place = slot.rawValue
    (fact.spelling[place], other.spelling[place]) = (other.spelling[place], fact.spelling[place])
    companion = other
    return fact.subject == fact.object || other.subject == other.object ? nil : slot
  }

  private static func askable(_ fact: PocketFact, _ slot: PocketSlot?) -> PocketSlot? {
    slot == .place && fact.place == nil ? nil : slot
  }

  /// A noun that is asked for takes its attribute with it.
  private static func hides(_ asked: PocketSlot?, _ slot: PocketSlot) -> Bool {
    (asked == .subject && slot == .subjectAttribute) || (asked == .object && slot == .objectAttribute)
  }

  /// A question and a sentence that answers it, or does not; the faults hold for both sides.
  func answer(
    _ scope: PocketScope, ways: [PocketChange], changes: Int, unanswered: Bool, options: PocketPairOptions,
    using generator: inout PocketGenerator
  ) -> PocketPair {
    while true {
      let told = fact(scope, using: &generator)
      guard let asked = unanswered ? .place : Self.askable(told, generator.pick([.subject, .object, .place])),
        !unanswered || told.place != nil
      else { continue }
      var question = told
      for slot in 0..<6 where generator.chance(options.synonyms) {
        question.spelling[slot] = 1 - question.spelling[slot]
      }
      for slot in PocketFact.optionalSlots where generator.chance(options.dropped) && slot != asked {
        question[slot] = nil
      }
      if generator.chance(options.hypernyms) { question.subjectKind = question.subject.group }
      if generator.chance(options.hypernyms) { question.objectKind = question.object.group }
      var sentence = told
      var faults: [(PocketSlot, PocketJudgement)] = []
      if unanswered {
        sentence.place = nil
        faults = [(.asked, .unanswered)]
      }
      var attempts = 0
      while faults.count < changes, attempts < 20 {
        attempts += 1
        var changed = sentence
        guard let found = change(&changed, from: told, by: generator.pick(ways), in: scope, using: &generator),
          found.allSatisfy({ fault in
            question[fault.0] != nil && fault.0 != asked && !Self.hides(asked, fault.0)
              && !(fault.0 == .subject && question.subjectKind != nil)
              && !(fault.0 == .object && question.objectKind != nil)
              && !faults.contains { $0.0 == fault.0 }
          })
        else { continue }
        sentence = changed
        faults += found
      }
      guard faults.count >= changes else { continue }
      var companion = companion(of: told, in: scope, options, using: &generator)
      if options.isExchanged {
        let hidden = [asked] + (question.subjectKind == nil ? [] : [.subject]) + (question.objectKind == nil ? [] : [.object])
        guard let slot = exchange(&sentence, &companion, besides: hidden, using: &generator) else { continue }
        faults.append((slot, .replaced))
      }
      let style = PocketStyle.drawn(&generator)
      let other = generator.chance(options.reordered) ? PocketStyle.drawn(&generator) : style
      var second = statement(sentence, other)
      if let companion { second = joined(second, statement(companion, .drawn(&generator)), using: &generator) }
      return PocketPair(first: self.question(question, asked: asked, style), second: second, faults: faults, told: told.told)
    }
  }
}
