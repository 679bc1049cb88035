// The eight tasks of the pocket profile: what decides each label, and what must not give it away.

/// One labelled row of a task.
struct PocketExample: Sendable, Equatable {
  var first: String
  var second = ""
  /// As the task's file writes it.
  var label: String
  /// What the label was before it was perhaps replaced by a wrong one.
  var truth: String
}

/// Which of a task's files a row is for.
enum PocketSplit: Int, Sendable, CaseIterable {
  case train, validation, mismatched, test, testMismatched

  var half: PocketHalf { self == .train ? .training : .validation }
  /// Whether the rows are of MNLI's other genre.
  var isMismatched: Bool { self == .mismatched || self == .testMismatched }
}

/// The eight tasks over one world; their files are a function of the world and the seed.
///
/// Training files use three fifths of the concepts and validation files the other two, so that only a model that has
/// met all of them before can carry a task over. Five labels in a hundred are wrong, as in real data.
struct PocketTasks: Sendable {
  /// The tasks, by the name of GLUE's own folder.
  enum Task: String, Sendable, CaseIterable {
    case cola = "CoLA"
    case sst2 = "SST-2"
    case mrpc = "MRPC"
    case stsb = "STS-B"
    case mnli = "MNLI"
    case qnli = "QNLI"
    case rte = "RTE"
    case qqp = "QQP"
  }

  /// The share of labels that are replaced by a wrong one.
  static let noise = 0.05
  private let world: PocketWorld
  private let seed: UInt64

  /// Tasks over `world`, drawn from `seed`.
  init(world: PocketWorld, seed: UInt64) {
    self.world = world
    self.seed = seed
  }

  /// The number of rows in a file.
  static func count(_ task: Task, _ split: PocketSplit) -> Int {
    switch (task, split) {
    case (.mnli, .train), (.qqp, .train): 768
    case (_, .train): 512
    case (.mnli, .validation), (.mnli, .mismatched): 100
    case (.mnli, _): 200
    case (_, .validation): 200
    default: 320
    }
  }

  /// The rows of one file, in file order.
  func examples(_ task: Task, _ split: PocketSplit) -> [PocketExample] {
    let stream = 16 + UInt64(Task.allCases.firstIndex(of: task) ?? 0) * 8 + UInt64(split.rawValue)
    let rows = (0..<Self.count(task, split)).map { index in
      var generator = PocketGenerator(seed: seed, stream: stream, index: UInt64(index))
      return example(task, split, index, &generator)
    }
    var order = PocketGenerator(seed: seed, stream: stream, index: .max)
    return order.permuted(rows)
  }

  private func example(
    _ task: Task, _ split: PocketSplit, _ index: Int, _ generator: inout PocketGenerator
  ) -> PocketExample {
    switch task {
    case .cola: acceptability(split, index, &generator)
    case .sst2: sentiment(split, index, &generator)
    case .mrpc: paraphrase(split, isSame: index % 2 == 0, questions: 0, &generator)
    case .qqp: paraphrase(split, isSame: index % 100 < 37, questions: 1, &generator)
    case .stsb: similarity(split, &generator)
    case .mnli: inference(split, index, &generator)
    case .qnli: answering(split, index, &generator)
    case .rte: entailment(split, index, &generator)
    }
  }

  private static let retellings: [PocketChange] = [
    .subject, .object, .verb, .place, .subjectAttribute, .objectAttribute, .opposite, .swap, .swap,
  ]

  /// A row with the right label, or, now and then, with another one.
  private func row(
    _ first: [PocketWord], _ second: [PocketWord] = [], label: Int, of labels: [String], _ generator: inout PocketGenerator
  ) -> PocketExample {
    let isWrong = generator.chance(Self.noise)
    let shift = 1 + generator.below(labels.count - 1)
    return PocketExample(
      first: first.text, second: second.text, label: labels[isWrong ? (label + shift) % labels.count : label],
      truth: labels[label])
  }

  /// CoLA: agreement of verb and subject, and selection of the object, with words in between; in every other pair of rows the order of
  /// words and the form of a verb, whose faults no model has seen before.
  private func acceptability(
    _ split: PocketSplit, _ index: Int, _ generator: inout PocketGenerator
  ) -> PocketExample {
    let isAcceptable = index % 2 == 0, scope = PocketScope(half: split.half)
    let words: [PocketWord]
    if index % 4 < 2 {
      let fault: PocketWorld.FormFault = index % 8 == 1 ? .agreement : .selection
      words = world.form(scope, fault: isAcceptable ? nil : fault, using: &generator).words
    } else {
      let fault: PocketWorld.ShapeFault = index % 8 == 3 ? .order : .verbForm
      words = world.shape(scope, fault: isAcceptable ? nil : fault, using: &generator)
    }
    return row(words, label: isAcceptable ? 1 : 0, of: ["0", "1"], &generator)
  }

  /// SST-2: the polarity of the main clause, with a clause of the other polarity beside it.
  private func sentiment(_ split: PocketSplit, _ index: Int, _ generator: inout PocketGenerator) -> PocketExample {
    let polarity = index % 2
    let sentence = world.feelingSentence(split.half, polarity: polarity, using: &generator)
    return row(sentence, label: polarity, of: ["0", "1"], &generator)
  }

  /// What a paraphrase must keep: who does what to whom.
  private static let core: [PocketChange] = [.subject, .object, .verb, .swap, .swap]
  /// What it may change: where, and what the two are like.
  private static let details: [PocketChange] = [.place, .subjectAttribute, .objectAttribute, .opposite, .add]

  /// MRPC and, on questions, QQP: two tellings of who does what to whom are equivalent, though details may differ.
  /// Changed details are as frequent in both classes, so that seeing *some* change, which a pre-trained model shows in
  /// its first token already, does not decide.
  private func paraphrase(
    _ split: PocketSplit, isSame: Bool, questions: Double, _ generator: inout PocketGenerator
  ) -> PocketExample {
    let details = generator.choose([0.3, 0.5, 0.2])
    let isExchanged = !isSame && generator.chance(0.3)
    let pair = world.pair(
      PocketScope(half: split.half),
      steps: (isSame || isExchanged ? [] : [Self.core]) + Array(repeating: Self.details, count: details),
      options: PocketPairOptions(company: isExchanged ? 1 : 0.6, isExchanged: isExchanged, questions: questions),
      accepting: { $0.told <= 5 }, using: &generator)
    return row(pair.first, pair.second, label: isSame ? 1 : 0, of: ["0", "1"], &generator)
  }

  /// STS-B: 0 to 5 by the share of facts kept. Some pairs repeat words and some avoid it, whatever they keep.
  private func similarity(_ split: PocketSplit, _ generator: inout PocketGenerator) -> PocketExample {
    let options = PocketPairOptions(synonyms: generator.chance(0.5) ? 0.15 : 0.9, company: 1)
    let changes = generator.choose([0.2, 0.2, 0.25, 0.2, 0.15])
    let pair = world.pair(
      PocketScope(half: split.half), changes: changes, ways: Self.retellings, options: options,
      accepting: { $0.told >= changes && $0.told > 3 }, using: &generator)
    let changed = Double(pair.faults.count) / Double(pair.told)
    let isWrong = generator.chance(Self.noise)
    let share = isWrong ? generator.fraction() : 1 - changed
    return PocketExample(
      first: pair.first.text, second: pair.second.text, label: Self.score(5 * share), truth: Self.score(5 * (1 - changed)))
  }

  /// "3.750": GLUE's own three decimals.
  private static func score(_ value: Double) -> String {
    let thousandths = Int((value * 1000).rounded())
    let decimals = String(thousandths % 1000)
    return "\(thousandths / 1000)." + String(repeating: "0", count: 3 - decimals.count) + decimals
  }

  /// MNLI: entailed by synonyms, hypernyms and what is left out; contradicted by an opposite or a negation; neutral by
  /// something added. Every premise has one attribute and misses one, so that its shape tells nothing.
  private func inference(_ split: PocketSplit, _ index: Int, _ generator: inout PocketGenerator) -> PocketExample {
    let label = index % 3
    let isExchanged = label == 1 && generator.chance(0.35)
    let ways: [PocketChange] = label == 1 ? [.add] : label == 2 ? [index % 2 == 0 ? .opposite : .negate] : []
    let scope = PocketScope(half: split.half, genre: split.isMismatched ? .mismatched : .matched)
    let pair = world.pair(
      scope, changes: label == 0 || isExchanged ? 0 : 1, ways: ways,
      options: PocketPairOptions(
        dropped: 0.3, hypernyms: 0.2, company: isExchanged ? 1 : 0.6, isExchanged: isExchanged, leavesCompany: true, negated: 0.4),
      accepting: { ($0.subjectAttribute == nil) != ($0.objectAttribute == nil) }, using: &generator)
    return row(pair.first, pair.second, label: label, of: ["entailment", "neutral", "contradiction"], &generator)
  }

  /// QNLI: the sentence answers the question, or one of its facts is another, or it does not tell what is asked for.
  private func answering(_ split: PocketSplit, _ index: Int, _ generator: inout PocketGenerator) -> PocketExample {
    let isAnswered = index % 2 == 0
    let isUntold = index % 14 == 1
    let isExchanged = !isAnswered && !isUntold && generator.chance(0.35)
    let pair = world.answer(
      PocketScope(half: split.half), ways: Self.retellings, changes: isAnswered || isUntold || isExchanged ? 0 : 1,
      unanswered: isUntold,
      options: PocketPairOptions(
        dropped: 0.2, hypernyms: 0.1, company: isExchanged ? 1 : 0.7, isExchanged: isExchanged),
      using: &generator)
    return row(pair.first, pair.second, label: isAnswered ? 0 : 1, of: ["entailment", "not_entailment"], &generator)
  }

  /// RTE: as MNLI in two classes, with longer premises and every kind of change.
  private func entailment(_ split: PocketSplit, _ index: Int, _ generator: inout PocketGenerator) -> PocketExample {
    let isEntailed = index % 2 == 0
    let isExchanged = !isEntailed && generator.chance(0.2)
    let pair = world.pair(
      PocketScope(half: split.half), changes: isEntailed || isExchanged ? 0 : 1, ways: Self.retellings + [.add],
      options: PocketPairOptions(
        dropped: 0.3, hypernyms: 0.2, company: isExchanged ? 1 : 0.6, isExchanged: isExchanged, leavesCompany: true),
      using: &generator)
    return row(pair.first, pair.second, label: isEntailed ? 0 : 1, of: ["entailment", "not_entailment"], &generator)
  }
}
