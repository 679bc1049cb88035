// A fact of the pocket world (who does what to whom, where), and the ways in which a second telling of it can differ.

/// What a word of a sentence stands for; words without a slot are function words.
enum PocketSlot: Int, Sendable, CaseIterable {
  case subject, object, verb, place, subjectAttribute, objectAttribute
  case negation, asked, noun, attribute, clauseVerb, feeling, outcome, connective, kind, determiner
}

/// What word-level supervision says about a word: it holds, or why not.
enum PocketJudgement: String, Sendable, CaseIterable {
  /// Agrees with the other sentence, or with its own.
  case holds
  /// Another noun, verb or place than the other sentence has.
  case replaced
  /// The opposite attribute.
  case opposite
  /// Subject and object have changed places.
  case swapped
  /// One sentence is negated, the other not.
  case negated
  /// A noun is called by the word of another kind.
  case misnamed
  /// The verb's number is not its subject's.
  case agreement
  /// The verb's object is of a kind that the verb does not act on.
  case selection
  /// A feeling or outcome of the wrong polarity.
  case polarity
  /// The question asks for what the sentence does not tell.
  case unanswered
  /// Told only here: the other sentence says nothing about it.
  case added

  /// The class that a model learns: 0 holds, 1 contradicted, 2 not told by the other sentence.
  var label: Int {
    switch self {
    case .holds: 0
    case .added, .unanswered: 2
    default: 1
    }
  }
}

/// Which words a text may use: a half of the lexicon, and within it a genre.
struct PocketScope: Sendable {
  /// MNLI's two validation files: the second has another class of verbs, and other places.
  enum Genre: Sendable { case any, matched, mismatched }
  var half: PocketHalf
  var genre = Genre.any
  /// The share of each kind's nouns and each class's verbs that are met, from 0 to 1.
  var breadth = 1.0

  static let pretraining = PocketScope(half: .all)

  /// Two words of each group at level 0, all of them from level 0.5 on.
  static func breadth(_ level: Double) -> Double { min(1, 0.2 + 1.6 * level) }

  func verbClass(_ generator: inout PocketGenerator) -> Int {
    switch genre {
    case .any: generator.below(PocketWorld.kinds)
    case .matched: generator.below(PocketWorld.kinds - 1)
    case .mismatched: PocketWorld.kinds - 1
    }
  }

  func places(_ world: PocketWorld) -> [PocketConcept] {
    let all = world.places.concepts(half)
    switch genre {
    case .any: return all
    case .matched: return Array(all.prefix(all.count / 2))
    case .mismatched: return Array(all.suffix(all.count / 2))
    }
  }
}

/// One way to make a second telling differ from the first.
enum PocketChange: Sendable {
  case subject, object, verb, place, subjectAttribute, objectAttribute, opposite, swap, negate, misname, add
}

/// Who does what to whom, where.
struct PocketFact: Sendable {
  var verb: PocketConcept
  var subject: PocketConcept
  var object: PocketConcept
  var subjectIsPlural: Bool
  var objectIsPlural: Bool
  var subjectAttribute: PocketConcept?
  var objectAttribute: PocketConcept?
  var place: PocketConcept?
  var isNegated = false
  /// The kind that a noun is told as in its place (a hypernym, or a wrong one).
  var subjectKind: Int?
  var objectKind: Int?
  /// Which synonym tells each of the first six slots.
  var spelling: [Int]

  /// The slots that a fact may leave untold.
  static let optionalSlots: [PocketSlot] = [.subjectAttribute, .objectAttribute, .place]

  /// The concept in a slot that may be empty.
  subscript(slot: PocketSlot) -> PocketConcept? {
    get {
      switch slot {
      case .subjectAttribute: subjectAttribute
      case .objectAttribute: objectAttribute
      case .place: place
      case .subject: subject
      case .object: object
      case .verb: verb
      default: nil
      }
    }
    set {
      switch slot {
      case .subjectAttribute: subjectAttribute = newValue
      case .objectAttribute: objectAttribute = newValue
      case .place: place = newValue
      case .subject: subject = newValue ?? subject
      case .object: object = newValue ?? object
      case .verb: verb = newValue ?? verb
      default: break
      }
    }
  }

  /// The number of things told.
  var told: Int { 3 + Self.optionalSlots.count { self[$0] != nil } }
}

extension PocketWorld {
  /// One of the concepts that is not one of `others`.
  func pick(
    _ concepts: [PocketConcept], besides others: PocketConcept?..., using generator: inout PocketGenerator
  ) -> PocketConcept {
    let free = concepts.filter { concept in !others.contains { $0 == concept } }
    return generator.pick(free.isEmpty ? concepts : free)
  }

  /// A new fact; each attribute is told with probability 0.4, the place with 0.7.
  func fact(_ scope: PocketScope, using generator: inout PocketGenerator) -> PocketFact {
    let verbClass = scope.verbClass(&generator)
    let subjectKind = (verbClass + generator.below(2)) % Self.kinds
    let objectKind = (verbClass + 1) % Self.kinds
    let subject = generator.pick(nouns.concepts(scope.half, group: subjectKind, breadth: scope.breadth))
    let object = pick(
      nouns.concepts(scope.half, group: objectKind, breadth: scope.breadth), besides: subject, using: &generator)
    var fact = PocketFact(
      verb: generator.pick(verbs.concepts(scope.half, group: verbClass, breadth: scope.breadth)), subject: subject,
      object: object,
      subjectIsPlural: generator.chance(0.5), objectIsPlural: generator.chance(0.5),
      spelling: (0..<6).map { _ in generator.below(2) })
    if generator.chance(0.4) { fact.subjectAttribute = generator.pick(attributes.concepts(scope.half)) }
    if generator.chance(0.4) { fact.objectAttribute = generator.pick(attributes.concepts(scope.half)) }
    if generator.chance(0.7) { fact.place = generator.pick(scope.places(self)) }
    return fact
  }

  /// Changes `fact`, a telling of `original`, in one way. Returns what is wrong with which slot, or nil where the
  /// change does not apply (`fact` is then to be thrown away).
  func change(
    _ fact: inout PocketFact, from original: PocketFact, by change: PocketChange, in scope: PocketScope,
    using generator: inout PocketGenerator
  ) -> [(PocketSlot, PocketJudgement)]? {
    switch change {
    case .subject:
      guard fact.subjectKind == nil else { return nil }
      let pool = nouns.concepts(scope.half, group: fact.subject.group)
      fact.subject = pick(pool, besides: original.subject, original.object, using: &generator)
      return [(.subject, .replaced)]
    case .object:
      guard fact.objectKind == nil else { return nil }
      let pool = nouns.concepts(scope.half, group: fact.object.group)
      fact.object = pick(pool, besides: original.subject, original.object, using: &generator)
      return [(.object, .replaced)]
    case .verb:
      fact.verb = pick(
        verbs.concepts(scope.half, group: fact.verb.group), besides: original.verb, using: &generator)
      return [(.verb, .replaced)]
    case .place:
      guard fact.place != nil else { return nil }
      fact.place = pick(scope.places(self), besides: original.place, using: &generator)
      return [(.place, .replaced)]
    case .subjectAttribute, .objectAttribute:
      let slot: PocketSlot = change == .subjectAttribute ? .subjectAttribute : .objectAttribute
      guard let old = fact[slot] else { return nil }
      fact[slot] = pick(attributes.concepts(scope.half), besides: old, opposite(of: old), using: &generator)
      return [(slot, .replaced)]
    case .opposite:
      let filled = [PocketSlot.subjectAttribute, .objectAttribute].filter { fact[$0] != nil }
      guard !filled.isEmpty else { return nil }
      let slot = generator.pick(filled)
      fact[slot] = fact[slot].map(opposite(of:))
      return [(slot, .opposite)]
    case .swap:
      guard fact.subject.group == fact.object.group, fact.subjectKind == nil, fact.objectKind == nil else { return nil }
      swap(&fact.subject, &fact.object)
      swap(&fact.subjectIsPlural, &fact.objectIsPlural)
      swap(&fact.subjectAttribute, &fact.objectAttribute)
      fact.spelling.swapAt(PocketSlot.subject.rawValue, PocketSlot.object.rawValue)
      fact.spelling.swapAt(PocketSlot.subjectAttribute.rawValue, PocketSlot.objectAttribute.rawValue)
      return [(.subject, .swapped), (.object, .swapped)]
    case .negate:
      fact.isNegated.toggle()
      return [(.verb, .negated), (.negation, .negated)]
    case .misname:
      let subjectIsNamed = generator.chance(0.5)
      let kind = subjectIsNamed ? fact.subject.group : fact.object.group
      let wrong = (kind + 1 + generator.below(Self.kinds - 1)) % Self.kinds
      if subjectIsNamed { fact.subjectKind = wrong } else { fact.objectKind = wrong }
      return [(subjectIsNamed ? .subject : .object, .misnamed)]
    case .add:
      // A place under a negation would follow from the fact without it, so only attributes are added there.
      let free = PocketFact.optionalSlots.filter {
        fact[$0] == nil && original[$0] == nil && !(fact.isNegated && $0 == .place)
      }
      guard !free.isEmpty else { return nil }
      let slot = generator.pick(free)
      fact[slot] =
        slot == .place ? generator.pick(scope.places(self)) : generator.pick(attributes.concepts(scope.half))
      return [(slot, .added)]
    }
  }
}
