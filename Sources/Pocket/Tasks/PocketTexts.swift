// The four tasks of the pocket profile whose answers are texts: what is told to the model, and how it is to be said.

/// Four tasks of text generation over one world: sentences from attributes (E2E's kind), from triples (DART's), summaries of
/// dialogues (DialogSum's) and arithmetic in words (GSM8K's). Their rows are a function of the world and the seed.
///
/// As in `PocketTasks`, training rows use three fifths of the concepts, and the others the remaining two.
struct PocketTexts: Sendable {
  /// The tasks, by the name of their folder.
  enum Task: String, Sendable, CaseIterable {
    case e2e, dart, dialogsum, gsm8k
  }

  /// Which of a task's files a row is for.
  enum Split: Int, Sendable, CaseIterable {
    case train, validation, test

    var half: PocketHalf { self == .train ? .training : .validation }
  }

  /// Attributes and the sentences that tell them.
  struct Meaning: Sendable, Equatable {
    var attributes: [(name: String, value: String)]
    var references: [String]

    static func == (first: Self, second: Self) -> Bool {
      first.references == second.references && first.attributes.elementsEqual(second.attributes, by: ==)
    }
  }

  /// Triples of subject, relation and object, and the sentences that tell them.
  struct Triples: Sendable, Equatable {
    var triples: [[String]]
    var references: [String]
  }

  /// Turns of two persons and the summaries.
  struct Dialogue: Sendable, Equatable {
    /// What is said, by the first person, then the second, and so on.
    var turns: [String]
    var summaries: [String]
  }

  /// A problem in words, and the worked answer.
  struct Problem: Sendable, Equatable {
    var question: String
    var steps: [String]
    var answer: Int
  }

  /// The words of the tasks' prompts and answers that no document of pre-training has.
  static let promptWords = "name count act whom look area seen place | #Person1#: #Person2#: Text: Summary: Question: Answer: ####"

  let world: PocketWorld
  private let seed: UInt64

  /// Tasks over `world`, drawn from `seed`.
  init(world: PocketWorld, seed: UInt64) {
    self.world = world
    self.seed = seed
  }

  /// The number of sources in a file.
  static func count(_ task: Task, _ split: Split) -> Int {
    switch (task, split) {
    case (.e2e, .train), (.dart, .train): 256
    case (_, .train): 512
    default: 128
    }
  }

  private func rows<Row>(_ task: Task, _ split: Split, _ row: (inout PocketGenerator) -> Row) -> [Row] {
    let stream = 64 + UInt64(Task.allCases.firstIndex(of: task) ?? 0) * 4 + UInt64(split.rawValue)
    return (0..<Self.count(task, split)).map { index in
      var generator = PocketGenerator(seed: seed, stream: stream, index: UInt64(index))
      return row(&generator)
    }
  }

  // MARK: E2E's kind

  /// Attributes with three sentences each (two for training, as one source of several rows).
  ///
  /// Looks and places are told by their other spelling; nouns and verbs keep theirs and agree.
  func meanings(_ split: Split) -> [Meaning] {
    rows(.e2e, split) { generator in
      var fact = world.fact(PocketScope(half: split.half), using: &generator)
      fact.objectAttribute = nil
      fact.isNegated = generator.chance(0.2)
      var attributes = [
        ("name", world.lemma(fact, .subject) ?? ""), ("count", fact.subjectIsPlural ? "many" : "one"),
        ("act", world.lemma(fact, .verb) ?? ""), ("whom", world.phrase(fact, .object)[1...].map(\.text).joined(separator: " ")),
      ]
      if let look = world.lemma(fact, .subjectAttribute) { attributes.append(("look", look)) }
      if let place = world.lemma(fact, .place) { attributes.append(("area", place)) }
      if fact.isNegated { attributes.append(("seen", "no")) }
      let told = fact.respelled([.subjectAttribute, .place])
      var references = [
        "\(world.nounPhrase(told, .subject)) \(world.predicate(told)) .",
        world.statement(told, PocketStyle(isPassive: true, placeComesFirst: true)).text + " .",
        described(told),
      ]
      if split == .train { references.remove(at: generator.below(3)) }
      return Meaning(attributes: attributes, references: references)
    }
  }

  /// "the dogs are large and they chase the cat in the woods ."
  private func described(_ fact: PocketFact) -> String {
    guard let look = world.lemma(fact, .subjectAttribute) else {
      let place = world.placePhrase(fact)
      return "\(place.isEmpty ? "" : "\(place) ")\(world.nounPhrase(fact, .subject)) \(world.predicate(fact, isPlaced: false)) ."
    }
    var bare = fact
    bare.subjectAttribute = nil
    return "\(world.nounPhrase(bare, .subject)) \(world.be(fact.subjectIsPlural)) \(look) and "
      + "\(fact.pronoun(.subject)) \(world.predicate(fact)) ."
  }

  // MARK: DART's kind

  /// Two to four triples with two sentences. Looks and places are told by their other spelling, as in E2E's kind.
  func triples(_ split: Split) -> [Triples] {
    rows(.dart, split) { generator in
      let half = split.half
      var fact = world.fact(PocketScope(half: half), using: &generator)
      fact.objectAttribute = nil
      // mostly one, so that the verb has another form than in the triple
      fact.subjectIsPlural = generator.chance(0.25)
      fact.objectIsPlural = generator.chance(0.25)
      if generator.chance(0.5) { fact.subjectAttribute = fact.subjectAttribute ?? generator.pick(world.attributes.concepts(half)) }
      if generator.chance(0.5) { fact.place = fact.place ?? generator.pick(world.places.concepts(half)) }
      let subject = bare(fact, .subject), object = bare(fact, .object)
      var triples = [[subject, world.lemma(fact, .verb) ?? "", object]]
      if let look = world.lemma(fact, .subjectAttribute) { triples.append([subject, "look", look]) }
      let told = fact.respelled([.subjectAttribute, .place]), opening = world.nounPhrase(told, .subject)
      var references: [String]
      switch generator.below(3) {
      case 0:  // two things that one does
        let more = world.further(fact, half, using: &generator)
        triples.append([subject, world.lemma(more, .verb) ?? "", bare(more, .object)])
        let first = world.predicate(fact, isPlaced: false), second = world.predicate(more, isPlaced: false)
        let place = world.placePhrase(told)
        let end = place.isEmpty ? "." : "\(place) ."
        references = ["\(opening) \(first) and \(second) \(end)", "\(opening) \(second) and \(first) \(end)"]
        if let place = world.lemma(fact, .place) { triples.append([subject, "place", place]) }
      case 1:  // what is done, and what that does
        fact.place = nil
        let next = world.onward(fact, half, using: &generator)
        triples.append([object, world.lemma(next, .verb) ?? "", bare(next, .object)])
        let first = world.predicate(fact, isPlaced: false), second = world.predicate(next, isPlaced: false)
        references = [
          "\(opening) \(first) , which \(second) .",
          "\(opening) \(first) and \(world.nounPhrase(next, .subject)) \(second) .",
        ]
      default:  // from the other side
        triples[0] = [object, world.verb(fact, 2).text + " by", subject]
        if let place = world.lemma(fact, .place) { triples.append([subject, "place", place]) }
        references = [
          "\(opening) \(world.predicate(told)) .",
          "\(world.placePhrase(told)) \(opening) \(world.predicate(told, isPlaced: false)) .".trimmingBlanks,
        ]
      }
      return Triples(triples: generator.permuted(triples), references: references)
    }
  }

  /// "dogs", without article and attribute.
  private func bare(_ fact: PocketFact, _ slot: PocketSlot) -> String { world.phrase(fact, slot).last?.text ?? "" }

  // MARK: DialogSum's kind

  /// Dialogues of two to four turns, with one summary for training and three for the others. Looks and places are told by
  /// their other spelling.
  func dialogues(_ split: Split) -> [Dialogue] {
    rows(.dialogsum, split) { generator in
      let dialogue =
        switch generator.below(3) {
        case 0: personal(split.half, &generator)
        case 1: corrected(split.half, &generator)
        default: mutual(split.half, &generator)
        }
      return Dialogue(turns: dialogue.turns, summaries: split == .train ? [dialogue.summaries[0]] : dialogue.summaries)
    }
  }

  /// What one of the two does, asked by the other, who is mistaken.
  private func personal(_ half: PocketHalf, _ generator: inout PocketGenerator) -> Dialogue {
    var fact = world.personalFact(half, using: &generator)
    fact.subjectAttribute = nil
    if generator.chance(0.5) { fact.objectAttribute = fact.objectAttribute ?? generator.pick(world.attributes.concepts(half)) }
    fact.place = fact.place ?? generator.pick(world.places.concepts(half))
    var guess = fact
    guess.object = world.pick(
      world.nouns.concepts(half, group: fact.object.group), besides: fact.object, using: &generator)
    let base = world.verb(fact, 1).text, object = world.nounPhrase(fact, .object), place = world.placePhrase(fact)
    var turns: [String]
    var speaker: Int
    switch generator.choose([0.45, 0.4, 0.15]) {
    case 0:  // the second tells of himself
      turns = ["do you \(base) \(world.nounPhrase(guess, .object)) ?", "no , i \(base) \(object) .", "where ?", "\(place) ."]
      speaker = 2
    case 1:  // the first does
      turns = ["i \(base) \(object) .", "\(placePhrase(half, besides: fact, &generator)) ?", "no , \(place) ."]
      speaker = 1
    default:  // it turns out that he does not
      turns = ["do you \(base) \(object) \(place) ?", "no , i do not ."]
      fact.isNegated = true
      speaker = 2
    }
    let person = "#Person\(speaker)#", other = "#Person\(3 - speaker)#"
    let told = world.predicate(fact.respelled([.objectAttribute, .place]), isPlural: false)
    return Dialogue(
      turns: turns,
      summaries: [
        "\(person) \(told) .", "\(person) says that \(person) \(told) .", "\(other) asks , and \(person) \(told) .",
      ])
  }

  /// What each of the two does.
  private func mutual(_ half: PocketHalf, _ generator: inout PocketGenerator) -> Dialogue {
    let isPlaced = generator.chance(0.5)
    let facts = (0..<2).map { _ in
      var fact = world.personalFact(half, using: &generator)
      fact.objectAttribute = nil
      fact.place = isPlaced ? fact.place : nil
      return fact
    }
    let said = facts.map { "i \(world.predicate($0, isPlural: true))" }
    let told = facts.enumerated().map {
      "#Person\($0.offset + 1)# \(world.predicate($0.element.respelled([.place]), isPlural: false))"
    }
    return Dialogue(
      turns: ["\(said[0]) . and you ?", "\(said[1]) ."],
      summaries: ["\(told[0]) and \(told[1]) .", "\(told[0]) , and \(told[1]) .", "\(told[1]) and \(told[0]) ."])
  }

  private func placePhrase(_ half: PocketHalf, besides fact: PocketFact, _ generator: inout PocketGenerator) -> String {
    var other = fact
    other.place = world.pick(world.places.concepts(half), besides: fact.place, using: &generator)
    return world.placePhrase(other)
  }

  /// Who does what, told by turns, with something put right.
  private func corrected(_ half: PocketHalf, _ generator: inout PocketGenerator) -> Dialogue {
    let script = generator.below(3)
    var fact = world.fact(PocketScope(half: half), using: &generator)
    fact.objectAttribute = nil
    if generator.chance(0.5) { fact.subjectAttribute = fact.subjectAttribute ?? generator.pick(world.attributes.concepts(half)) }
    fact.place = fact.place ?? generator.pick(world.places.concepts(half))
    var guess = fact
    guess.subject = world.pick(
      world.nouns.concepts(half, group: fact.subject.group), besides: fact.subject, fact.object, using: &generator)
    // what is said seldom has the verb in the summary's form
    let isTurned = generator.chance(0.85)
    switch script {
    case 0: fact.subjectIsPlural = isTurned
    case 1: fact.subjectIsPlural = !isTurned
    default: guess.subjectIsPlural = fact.subjectIsPlural != isTurned
    }
    let wrongPlace = placePhrase(half, besides: fact, &generator)
    let subject = world.nounPhrase(fact, .subject), object = world.nounPhrase(fact, .object)
    let place = world.placePhrase(fact)
    let does = fact.subjectIsPlural ? "do" : "does"
    let turns: [String]
    switch script {
    case 0:
      turns = ["who \(world.verb(fact, 0).text) \(object) ?", "\(subject) .", "\(wrongPlace) ?", "no , \(place) ."]
    case 1:
      turns = ["what \(does) \(subject) \(world.verb(fact, 1).text) ?", "\(object) \(place) ."]
    default:
      turns = [
        "\(world.nounPhrase(guess, .subject)) \(world.predicate(guess, isPlaced: false)) .", "no , \(subject) .", "where ?",
        "\(place) .",
      ]
    }
    let respelled = fact.respelled([.subjectAttribute, .place])
    let told = "\(world.nounPhrase(respelled, .subject)) \(world.predicate(respelled))"
    return Dialogue(
      turns: turns,
      summaries: [
        "#Person2# says that \(told) .", "\(told) .", "#Person2# tells #Person1# that \(told) .",
      ])
  }

  // MARK: GSM8K's kind

  /// Problems of one or two steps.
  func problems(_ split: Split) -> [Problem] {
    rows(.gsm8k, split) { generator in
      let sum = PocketSum.drawn(steps: generator.chance(0.25) ? 1 : 2, &generator)
      let half = split.half
      let people = generator.permuted(world.nouns.concepts(half, group: 0))
      let things = generator.pick(world.nouns.concepts(half, group: 2 + generator.below(2)))
      let spelling = generator.below(2)
      let things2 = things.forms[spelling][1]
      let who = "the " + people[0].forms[generator.below(2)][0]
      let other = "the " + people[1].forms[generator.below(2)][0]
      func number(_ value: Int) -> String { generator.chance(0.5) ? PocketWorld.spelled(value) : "\(value)" }
      var sentences = ["\(who) has \(number(sum.start)) \(things2) ."]
      if generator.chance(0.4) {
        sentences.append("\(other) has \(number(2 + generator.below(10))) \(things2) .")
        if generator.chance(0.5) { sentences.swapAt(0, 1) }
      }
      for (place, change) in sum.changes.enumerated() {
        let verb = change > 0 ? generator.pick(["gets", "finds", "buys"]) : generator.pick(["gives", "loses"])
        let amount = number(abs(change))
        let end = verb == "gives" ? "\(amount) to \(other) ." : change > 0 ? "\(amount) more ." : "\(amount) ."
        sentences.append("\(place == 0 ? who : "then \(who)") \(verb) \(end)")
      }
      sentences.append("how many \(things2) does \(who) have now ?")
      return Problem(
        question: sentences.joined(separator: " "), steps: sum.changes.indices.map { sum.equation($0) },
        answer: sum.totals[sum.changes.count])
    }
  }
}

extension String {
  /// Without blanks at the beginning.
  fileprivate var trimmingBlanks: String { String(drop { $0 == " " }) }
}
