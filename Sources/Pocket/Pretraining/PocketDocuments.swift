// Texts for pre-training a decoder: little documents of the pocket world, each of which teaches something that a text needs.

/// The stream of documents.
package struct PocketDocuments: Sendable {
  /// What a document is about.
  package enum Kind: Int, Sendable, CaseIterable {
    /// A fact told again in other words.
    case retelling
    /// A fact with questions and their answers.
    case answer
    /// Which words mean the same.
    case glossary
    /// Words in their forms.
    case inflection
    /// Sums in words and digits.
    case sum
    /// Somebody has, gets and gives things.
    case story
    /// Notes, and the sentence that they make.
    case note
    /// What two say, and what it comes to.
    case talk
    /// Words, and the same again.
    case copy
    /// Sentences read over: which of their words hold.
    case reading
    /// Who feels what, and what people do about it.
    case feeling

    /// Words that judge what was read, where a document has such.
    var verdicts: [String] {
      switch self {
      case .reading: PocketDocuments.verdicts
      case .feeling: PocketDocuments.moods
      default: []
      }
    }
  }

  let world: PocketWorld
  /// What an encoder of the same world is asked.
  let rows: PocketPretraining
  private let seed: UInt64

  /// A stream over `world`, drawn from `seed`.
  init(world: PocketWorld, seed: UInt64) {
    self.world = world
    self.seed = seed
    rows = PocketPretraining(world: world, seed: seed)
  }

  /// Document `index` of a kind's stream on a line, or on two for a pair.
  func text(_ kind: Kind, index: Int) -> String { parts(kind, index: index).joined(separator: "\n") }

  /// The parts of document `index` of a kind's stream, each of which begins as a sequence does: one, or the two of a pair. A function
  /// of the seed, the index and the kind alone.
  func parts(_ kind: Kind, index: Int) -> [String] {
    var generator = PocketGenerator(
      seed: seed, stream: 128 + UInt64(kind.rawValue), index: UInt64(truncatingIfNeeded: index))
    switch kind {
    case .retelling: return [retelling(&generator)]
    case .answer: return [answers(&generator)]
    case .glossary: return [glossary(&generator)]
    case .inflection: return [inflections(&generator)]
    case .sum: return [sums(&generator)]
    case .story: return [story(&generator)]
    case .note: return [note(&generator)]
    case .talk: return [talk(&generator)]
    case .copy: return [copy(&generator)]
    case .reading: return reading(&generator)
    case .feeling: return [feeling(&generator)]
    }
  }

  func fact(_ generator: inout PocketGenerator) -> PocketFact { world.fact(.pretraining, using: &generator) }

  // MARK: Sentences

  /// One to two tellings beside the first: turned, or in other words, or both.
  private func retelling(_ generator: inout PocketGenerator) -> String {
    var fact = fact(&generator)
    fact.isNegated = generator.chance(0.25)
    var text = world.statement(fact, .drawn(&generator)).text + " ."
    for _ in 0..<(1 + generator.below(2)) {
      if generator.chance(0.5) {
        text += " that is , " + telling(fact, &generator)
      } else {
        fact = fact.respelled(PocketFact.spelledSlots)
        text += " in other words : " + telling(fact, &generator)
      }
    }
    return text
  }

  /// The fact in one of the shapes that sentences have.
  func telling(_ fact: PocketFact, _ generator: inout PocketGenerator) -> String {
    if generator.chance(0.25), let look = world.lemma(fact, .subjectAttribute) {
      var bare = fact
      bare.subjectAttribute = nil
      return "\(world.nounPhrase(bare, .subject)) \(world.be(fact.subjectIsPlural)) \(look) and "
        + "\(fact.pronoun(.subject)) \(world.predicate(fact)) ."
    }
    return world.statement(fact, .drawn(&generator)).text + " ."
  }

  /// A statement and questions about it.
  private func answers(_ generator: inout PocketGenerator) -> String {
    let fact = fact(&generator)
    var text = world.statement(fact, .drawn(&generator)).text + " ."
    for asked in generator.permuted([PocketSlot.subject, .object, .place, .verb]).prefix(2 + generator.below(2)) {
      switch asked {
      case .place:
        guard fact.place != nil else { continue }
        text += " \(world.question(fact, asked: .place, .drawn(&generator)).text) \(world.placePhrase(fact)) ."
      case .verb:
        var other = fact
        let isRight = generator.chance(0.5)
        if !isRight {
          let pool = world.nouns.concepts(.all, group: fact.object.group)
          other.object = world.pick(pool, besides: fact.object, fact.subject, using: &generator)
        }
        let isPlural = fact.subjectIsPlural
        text += " \(isPlural ? "do" : "does") \(world.nounPhrase(fact, .subject)) \(world.verb(fact, 1).text) "
        text += "\(world.nounPhrase(other, .object)) ? " + (isRight ? "yes ." : "no , \(world.nounPhrase(fact, .object)) .")
      default:
        text += " \(world.question(fact, asked: asked, .drawn(&generator)).text) \(world.nounPhrase(fact, asked)) ."
      }
    }
    return text
  }

  // MARK: Words

  private func concept(_ generator: inout PocketGenerator) -> PocketConcept {
    let pool = [world.nouns, world.verbs, world.attributes, world.places][generator.choose([0.4, 0.25, 0.2, 0.15])]
    return generator.pick(pool.concepts(.all))
  }

  private func glossary(_ generator: inout PocketGenerator) -> String {
    let sign = generator.pick([" = ", " is ", " means ", " - ", " or "]), end = generator.pick([" .", " ;", " ,"])
    if generator.chance(0.3) {
      let concepts = (0..<(2 + generator.below(3))).map { _ in concept(&generator) }
      let spelling = concepts.map { _ in generator.below(2) }, forms = concepts.map { generator.below($0.forms[0].count) }
      func list(_ other: Bool) -> String {
        concepts.indices.map { concepts[$0].forms[other ? 1 - spelling[$0] : spelling[$0]][forms[$0]] }.joined(separator: " , ")
      }
      return "\(list(false)) . in other words : \(list(true)) ."
    }
    return (0..<(3 + generator.below(4))).map { _ in
      let concept = concept(&generator), spelling = generator.below(2), form = generator.below(concept.forms[0].count)
      return concept.forms[spelling][form] + sign + concept.forms[1 - spelling][form] + end
    }.joined(separator: " ")
  }

  private func inflections(_ generator: inout PocketGenerator) -> String {
    let isVerb = generator.chance(0.6)
    let shape = generator.below(3)
    return (0..<(3 + generator.below(3))).map { _ in
      let forms = generator.pick((isVerb ? world.verbs : world.nouns).concepts(.all)).forms[generator.below(2)]
      guard isVerb else {
        return shape == 0
          ? "one \(forms[0]) , many \(forms[1]) ."
          : shape == 1 ? "\(forms[0]) \(forms[1]) ;" : "many \(forms[1]) , one \(forms[0]) ."
      }
      switch shape {
      case 0: return "to \(forms[1]) : it \(forms[0]) , they \(forms[1]) , it is \(forms[2]) ."
      case 1: return "\(forms[1]) \(forms[0]) \(forms[2]) ;"
      default: return "i \(forms[1]) , he \(forms[0]) , you are \(forms[2]) by it ."
      }
    }.joined(separator: " ")
  }

  private func copy(_ generator: inout PocketGenerator) -> String {
    let words = (0..<(3 + generator.below(6))).map { _ -> String in
      if generator.chance(0.2) { return generator.pick(Self.promptWords) }
      return generator.pick(generator.pick(concept(&generator).forms))
    }
    let mark = generator.pick([" ; ", " , ", " - ", " . ", " ", "\n- "])
    let list = words.joined(separator: mark)
    return "\(list) . again : \(list) ." + (generator.chance(0.5) ? " again : \(list) ." : "")
  }

  private static let promptWords = PocketTexts.promptWords.split(separator: " ").map(String.init)

  // MARK: Numbers

  private func sums(_ generator: inout PocketGenerator) -> String {
    let shape = generator.choose([0.7, 0.2, 0.1]), isListed = generator.chance(0.4)
    return (0..<(3 + generator.below(3))).map { _ in
      let sum = PocketSum.drawn(steps: 1, &generator)
      let total = sum.totals[1], change = abs(sum.changes[0]), sign = sum.changes[0] < 0 ? "-" : "+"
      switch shape {
      case 0: return isListed ? sum.equation(0) : "\(sum.equation(0)) ;"
      case 1:
        return "\(PocketWorld.spelled(sum.start)) \(sign) \(PocketWorld.spelled(change)) is \(PocketWorld.spelled(total)) ."
      default: return "\(PocketWorld.spelled(total)) is \(total) ; \(change) is \(PocketWorld.spelled(change)) ."
      }
    }.joined(separator: isListed ? "\n" : " ")
  }

  /// "the cook has five pots . it finds three more . 5 + 3 = 8 ."
  private func story(_ generator: inout PocketGenerator) -> String {
    let sum = PocketSum.drawn(steps: 1 + generator.below(2), &generator)
    let people = generator.permuted(world.nouns.concepts(.all, group: 0)).prefix(2).map { $0.forms[generator.below(2)][0] }
    let things = generator.pick(world.nouns.concepts(.all, group: 2 + generator.below(2))).forms[generator.below(2)][1]
    let inWords = generator.chance(0.5)
    func number(_ value: Int) -> String { inWords ? PocketWorld.spelled(value) : "\(value)" }
    var text = "the \(people[0]) has \(number(sum.start)) \(things) ."
    if generator.chance(0.3) {
      let other = "the \(people[1]) has \(number(2 + generator.below(10))) \(things) ."
      text = generator.chance(0.5) ? "\(other) \(text)" : "\(text) \(other)"
    }
    let shape = generator.choose([0.4, 0.3, 0.3]), who = generator.chance(0.5) ? "the \(people[0])" : "he"
    for (place, change) in sum.changes.enumerated() {
      let verb = change > 0 ? generator.pick(["gets", "finds", "buys"]) : generator.pick(["gives", "loses"])
      let amount = number(abs(change))
      let end = verb == "gives" ? "\(amount) to the \(people[1])" : change > 0 ? "\(amount) more" : amount
      text += " \(who) \(verb) \(end) ."
      if shape == 1 { text += " \(sum.equation(place)) ." }
      if shape == 2 { text += " now \(who) has \(number(sum.totals[place + 1])) \(things) ." }
    }
    if shape == 0 { text += " that is , " + sum.changes.indices.map { sum.equation($0) }.joined(separator: "\n") }
    return text
  }

  // MARK: Notes and talk

  /// Notes in some format, and the sentences that they make.
  private func note(_ generator: inout PocketGenerator) -> String {
    var fact = fact(&generator)
    fact.isNegated = generator.chance(0.2)
    if generator.chance(0.55) { return relations(fact, &generator) }
    var items: [(key: String, value: String?)] = [
      ("who", world.lemma(fact, .subject)), ("how many", fact.subjectIsPlural ? "more" : "one"),
      ("does", world.lemma(fact, .verb)), ("what", world.nounPhrase(fact, .object)), ("where", world.lemma(fact, .place)),
      ("is", world.lemma(fact, .subjectAttribute)),
    ]
    if fact.isNegated { items.append(("not", "yes")) }
    let sign = generator.pick([" : ", " = ", " - ", " "]), mark = generator.pick([" ; ", " , ", " . "])
    let isKeyed = generator.chance(0.7)
    let notes = (generator.chance(0.5) ? generator.permuted(items) : items).compactMap { item in
      item.value.map { isKeyed || item.key == "not" ? item.key + sign + $0 : $0 }
    }.joined(separator: mark)
    if generator.chance(0.5) {
      let other = fact.respelled(PocketFact.spelledSlots)
      return "\(notes) . in other words : \(telling(other, &generator))"
    }
    return "\(notes) . that is , \(telling(fact, &generator))"
  }

  /// "dogs chase cat ; cat watch horse . that is , the dogs chase the cat , which watches the horse ."
  private func relations(_ fact: PocketFact, _ generator: inout PocketGenerator) -> String {
    func bare(_ fact: PocketFact, _ slot: PocketSlot) -> String { world.phrase(fact, slot).last?.text ?? "" }
    let isChain = generator.chance(0.5)
    var first = fact
    first.isNegated = false
    first.objectAttribute = nil
    if isChain { first.place = nil }
    let second = isChain ? world.onward(first, .all, using: &generator) : world.further(first, .all, using: &generator)
    let join = generator.pick([" ", " - ", " , "])
    var notes = [first, second].map { fact in
      generator.chance(0.3)
        ? [bare(fact, .object), world.verb(fact, 2).text, "by", bare(fact, .subject)].joined(separator: join)
        : [bare(fact, .subject), world.lemma(fact, .verb) ?? "", bare(fact, .object)].joined(separator: join)
    }
    if let look = world.lemma(first, .subjectAttribute) { notes.append(bare(first, .subject) + join + "is" + join + look) }
    if let place = world.lemma(first, .place) { notes.append(bare(first, .subject) + join + "in" + join + place) }
    let opening = "\(world.nounPhrase(first, .subject)) \(world.predicate(first, isPlaced: false))"
    let rest = world.predicate(second, isPlaced: !isChain)
    let list = (generator.chance(0.5) ? generator.permuted(notes) : notes).joined(separator: generator.pick([" ; ", " . ", " + "]))
    return "\(list) . that is , \(opening)\(isChain ? " , which" : " and") \(rest) ."
  }

  /// Two who speak, named or not, and what comes of it.
  private func talk(_ generator: inout PocketGenerator) -> String {
    let people = generator.permuted(world.nouns.concepts(.all, group: 0)).prefix(2).map { $0.forms[generator.below(2)][0] }
    var fact = world.personalFact(.all, using: &generator)
    fact.subjectAttribute = nil
    let isOwn = generator.chance(0.5)
    if !isOwn { fact = self.fact(&generator) }
    fact.place = fact.place ?? generator.pick(world.places.concepts(.all))
    var guess = fact
    guess.object = world.pick(world.nouns.concepts(.all, group: fact.object.group), besides: fact.object, using: &generator)
    guess.place = world.pick(world.places.concepts(.all), besides: fact.place, using: &generator)
    guess.subject = world.pick(
      world.nouns.concepts(.all, group: fact.subject.group), besides: fact.subject, fact.object, using: &generator)
    guess.subjectIsPlural = generator.chance(0.5)
    let object = world.nounPhrase(fact, .object), place = world.placePhrase(fact), subject = world.nounPhrase(fact, .subject)
    let base = world.verb(fact, 1).text, third = world.verb(fact, 0).text
    var turns: [String]
    var teller = 1
    var both: PocketFact?
    if isOwn {
      switch generator.below(5) {
      case 0: turns = ["do you \(base) \(object) ?", "yes , \(place) ."]
      case 1: turns = ["do you \(base) \(world.nounPhrase(guess, .object)) ?", "no , \(object) .", "where ?", "\(place) ."]
      case 2:
        turns = ["i \(base) \(object) .", "\(world.placePhrase(guess)) ?", "no , \(place) ."]
        teller = 0
      case 3:
        var other = world.personalFact(.all, using: &generator)
        other.objectAttribute = nil
        turns = ["i \(world.predicate(fact, isPlural: true)) . and you ?", "i \(world.predicate(other, isPlural: true)) ."]
        both = other
      default:
        turns = ["do you \(base) \(object) \(place) ?", "i do not ."]
        fact.isNegated = true
      }
    } else {
      switch generator.below(4) {
      case 0: turns = ["who \(third) \(object) ?", "\(subject) \(place) ."]
      case 1:
        turns = [
          "\(world.nounPhrase(guess, .subject)) \(world.predicate(guess, isPlaced: false)) ?",
          "no , \(subject) \(world.predicate(fact)) .",
        ]
      case 2: turns = ["who \(third) \(object) ?", "\(subject) .", "\(world.placePhrase(guess)) ?", "no , \(place) ."]
      default:
        turns = ["\(fact.subjectIsPlural ? "do" : "does") \(subject) \(base) \(object) ?", "yes .", "where ?", "\(place) ."]
      }
    }
    let mark = generator.pick([" : ", " - ", " , "])
    let isListed = generator.chance(0.4)
    let names = isListed ? ["a", "b"] : people.map { "the \($0)" }
    let talk = turns.enumerated().map { names[$0.offset % 2] + mark + $0.element }.joined(separator: isListed ? "\n" : " ")
    let who = names[teller]
    if let both {
      let told = [fact, both].enumerated().map { names[$0.offset] + " " + world.predicate($0.element, isPlural: false) }
      return "\(talk) now \(told[0]) and \(told[1]) ."
    }
    if isOwn { return "\(talk) now \(who) \(world.predicate(fact, isPlural: false)) ." }
    let told = "\(subject) \(world.predicate(fact)) ."
    return generator.chance(0.5) ? "\(talk) \(who) says that \(told)" : "\(talk) that is , \(told)"
  }
}
