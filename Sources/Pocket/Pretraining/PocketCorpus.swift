// Plain text of the pocket world, for training a SentencePiece vocabulary.

/// Sentences of the pre-training stream with their masks filled in, and every word of the world often enough to become a
/// piece of its own.
struct PocketCorpus: Sendable {
  private let pretraining: PocketPretraining
  private let stream: PocketDocuments

  /// Text over `world`, drawn from `seed`.
  init(world: PocketWorld, seed: UInt64) {
    pretraining = PocketPretraining(world: world, seed: seed)
    stream = PocketDocuments(world: world, seed: seed)
  }

  /// `count` sentences (one a line when joined), the kinds in turn and of every level of difficulty, then the words of
  /// the world, each on its own line ten times over.
  func sentences(_ count: Int) -> [String] {
    let kinds = PocketPretraining.Kind.allCases
    let rows = (0..<max(count, 0)).map { index in
      let level = Double(index % 11) / 10
      let row = pretraining.row(kinds[index % kinds.count], level: level, index: -1 - index)
      return row.words.indices.map { row.maskedTargets[$0] ?? row.words[$0] }.joined(separator: " ")
    }
    return rows + (0..<10).flatMap { _ in pretraining.world.words }
  }

  /// `count` documents of a decoder's pre-training, the kinds in turn, then their words and those of the tasks' prompts, often enough
  /// to become pieces of their own.
  func documents(_ count: Int) -> [String] {
    let kinds = PocketDocuments.Kind.allCases
    let texts = (0..<max(count, 0)).map { stream.text(kinds[$0 % kinds.count], index: -1 - $0) }
    let words = Set(texts.flatMap { $0.split(separator: " ") }).map(String.init).sorted()
    return texts + (0..<30).flatMap { _ in words } + (0..<100).map { _ in PocketTexts.promptWords }
  }
}
