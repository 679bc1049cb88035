// Facts as the decoder's texts tell them: whole sentences with a full stop, pronouns, relative clauses, other spellings.

extension [PocketWord] {
  /// The words with blanks between them.
  var text: String { map(\.text).joined(separator: " ") }
}

extension PocketFact {
  /// The fact with each of these slots told by its other spelling.
  func respelled(_ slots: [PocketSlot]) -> PocketFact {
    var fact = self
    for slot in slots { fact.spelling[slot.rawValue] = 1 - fact.spelling[slot.rawValue] }
    return fact
  }

  /// The slots that have two spellings.
  static let spelledSlots: [PocketSlot] = [.subject, .object, .verb, .place, .subjectAttribute, .objectAttribute]

  /// "it" or "they", for the subject or the object.
  func pronoun(_ slot: PocketSlot) -> String { isPlural(slot) ? "they" : "it" }

  /// Whether the subject, or the object, is more than one.
  func isPlural(_ slot: PocketSlot) -> Bool { slot == .subject ? subjectIsPlural : objectIsPlural }
}

extension PocketWorld {
  /// A noun, verb or attribute of a fact as a dictionary has it: singular, base form.
  func lemma(_ fact: PocketFact, _ slot: PocketSlot) -> String? {
    fact[slot].map { $0.forms[fact.spelling[slot.rawValue]][slot == .verb ? 1 : 0] }
  }

  /// "the big dogs".
  func nounPhrase(_ fact: PocketFact, _ slot: PocketSlot) -> String { phrase(fact, slot).text }

  /// "chases the cat", "does not chase the cat", by the number of the subject; with the place where `isPlaced`.
  func predicate(_ fact: PocketFact, isPlaced: Bool = true, isPlural: Bool? = nil) -> String {
    let isPlural = isPlural ?? fact.subjectIsPlural
    let told =
      fact.isNegated
      ? (isPlural ? "do not " : "does not ") + verb(fact, 1).text : verb(fact, isPlural ? 1 : 0).text
    return ([told + " " + nounPhrase(fact, .object)] + (isPlaced ? [placePhrase(fact)] : [])).filter { !$0.isEmpty }
      .joined(separator: " ")
  }

  /// "in the park", or nothing.
  func placePhrase(_ fact: PocketFact) -> String { place(fact).text }

  /// "is" or "are".
  func be(_ isPlural: Bool) -> String { isPlural ? "are" : "is" }

  /// A fact whose subject is a person who may speak: a verb that people do.
  func personalFact(_ half: PocketHalf, using generator: inout PocketGenerator) -> PocketFact {
    while true {
      let fact = fact(PocketScope(half: half), using: &generator)
      if fact.subject.group == 0 { return fact }
    }
  }

  /// Another thing done by the subject of `fact`, elsewhere or nowhere, to something else.
  func further(_ fact: PocketFact, _ half: PocketHalf, using generator: inout PocketGenerator) -> PocketFact {
    var more = fact
    let verbClasses = [fact.subject.group, (fact.subject.group + Self.kinds - 1) % Self.kinds]
    let verbClass = generator.pick(verbClasses)
    more.verb = pick(verbs.concepts(half, group: verbClass), besides: fact.verb, using: &generator)
    more.object = pick(
      nouns.concepts(half, group: (verbClass + 1) % Self.kinds), besides: fact.subject, fact.object, using: &generator)
    more.objectIsPlural = generator.chance(0.5)
    more.objectAttribute = nil
    for slot in [PocketSlot.verb, .object] { more.spelling[slot.rawValue] = generator.below(2) }
    return more
  }

  /// What the object of `fact` does in turn.
  func onward(_ fact: PocketFact, _ half: PocketHalf, using generator: inout PocketGenerator) -> PocketFact {
    var next = fact
    next.subject = fact.object
    next.subjectIsPlural = fact.objectIsPlural
    next.subjectAttribute = fact.objectAttribute
    next.spelling.swapAt(PocketSlot.subject.rawValue, PocketSlot.object.rawValue)
    next.spelling.swapAt(PocketSlot.subjectAttribute.rawValue, PocketSlot.objectAttribute.rawValue)
    next.place = nil
    next.isNegated = false
    let result = further(next, half, using: &generator)
    return result
  }
}
