// An encoder's pre-training: what is asked of which token, and learning at all.
import CPUBackend
import Foundation
import Layers
import Models
import Storage
import Tensors
import TestSupport
import Testing
import Tokenizers

@testable import Pocket
@testable import Training

@Suite("Pre-training")
struct PretrainingTests {
  private static let world = PocketWorld(seed: 1)

  private static let tokenizer = Result {
    try withTemporaryFolder { folder in
      let corpus = folder.appendingPathComponent("corpus.txt")
      let sentences = PocketCorpus(world: world, seed: 0).sentences(2000)
      try Data(sentences.joined(separator: "\n").utf8).write(to: corpus)
      let model = try SentencePieceTrainer.train(corpus: corpus, vocabularySize: 1000, characterCoverage: 1)
      try Data(model).write(to: folder.appendingPathComponent("spm.model"))
      return try TokenizerFolder.load(from: folder, modelType: "deberta-v2")
    }
  }

  private func settings(steps: Int) -> PretrainingSettings {
    var settings = PretrainingSettings(steps: steps)
    settings.batchSize = 20
    settings.warmupSteps = 5
    settings.pacing.harderAbove = 0.3
    settings.pacing.easierBelow = 0.1
    return settings
  }

  func pretraining(
    steps: Int, threads: Int = 1, _ adjust: (inout PretrainingSettings) -> Void = { _ in }
  ) throws -> Pretraining {
    let tokenizer = try Self.tokenizer.get()
    let backend = try CPUBackend(threads: threads)
    let encoder = try ModelLoader.randomBackbone(
      EncoderConfiguration(
        architecture: .deberta, vocabularySize: tokenizer.vocabularySize, hiddenSize: 32, layers: 2, heads: 2,
        intermediateSize: 64, maximumPositions: 64, initializerRange: 0.06,
        relativePositions: RelativePositions(buckets: 16, maximumDistance: 64)), seed: 3, on: backend)
    encoder.startAttendingToLikes()
    var settings = settings(steps: steps)
    adjust(&settings)
    return try Pretraining(
      encoder, tokenizer: tokenizer, rows: PocketPretraining(world: Self.world, seed: 3), settings: settings, seed: 3,
      backend: backend)
  }

  @Test("every word of the world is one piece of its vocabulary")
  func wholeWords() throws {
    let tokenizer = try Self.tokenizer.get()
    for word in Self.world.words { #expect(tokenizer.encode(word).count == 1, "\(word)") }
  }

  @Test("what is asked of a word is asked of its first token")
  func positions() throws {
    let tokenizer = try Self.tokenizer.get()
    var encoder = try PretrainingEncoder(tokenizer)
    var batch = PretrainingBatch(
      PocketPretraining(world: Self.world, seed: 0), step: 0, settings: settings(steps: 1), pacing: PocketPacing(),
      encoder: &encoder)
    #expect(batch.parts.map(\.kind) == PocketPretraining.Kind.allCases)
    for (part, kind) in zip(batch.parts, PocketPretraining.Kind.allCases) {
      #expect(abs(part.weight - kind.share) < 1e-12)
    }
    #expect(batch.sequences.count == 20)
    let stream = PocketPretraining(world: Self.world, seed: 0)
    let rows = batch.parts.flatMap { part in
      stream.rows(part.kind, level: 0, batch: 0, size: Int((20 * part.weight).rounded()))
    }
    #expect(rows.count == 20)
    for (row, sequence) in zip(rows, batch.sequences) {
      #expect(sequence.tokens.count == row.words.count + (row.segments.contains(1) ? 3 : 2))
    }
    let before = batch.count
    batch.parts[0].maskedPositions = []
    batch.parts[0].maskedTargets = []
    batch.parts[0].judgedPositions = []
    batch.parts[0].judgements = []
    // "doghorsecat" is no word of the vocabulary and takes several pieces
    let row = PocketPretrainingRow(
      kind: .pair, words: ["the", "doghorsecat", "[MASK]", "the", "dog"], segments: [0, 0, 0, 1, 1],
      maskedTargets: [nil, nil, "horse", nil, nil], judgements: [nil, .holds, nil, nil, .replaced], topic: true)
    encoder.append(row, to: &batch, part: 0)
    let long = tokenizer.encode("doghorsecat")
    let (the, dog, horse) = (tokenizer.encode("the"), tokenizer.encode("dog"), tokenizer.encode("horse"))
    let special = tokenizer.specialTokens
    let (beginning, separator) = (try #require(special.beginning), try #require(special.separator))
    #expect(long.count > 1)
    let mask = try #require(special.mask)
    #expect(batch.sequences.last?.tokens == [beginning] + the + long + [mask, separator] + the + dog + [separator])
    #expect(batch.sequences.last?.segments.filter { $0 == 1 }.count == 3)
    #expect(batch.parts[0].judgedPositions == [Int32(before + 2), Int32(before + 5 + long.count)])
    #expect(batch.parts[0].judgements == [.holds, .replaced])
    #expect(batch.parts[0].maskedPositions == [Int32(before + 2 + long.count)])
    #expect(batch.parts[0].maskedTargets == horse)
    #expect(batch.topicPositions.last == Int32(before))
    // the first sentence without its hidden word
    #expect(Array(batch.contents.suffix(1 + long.count)) == the + long)
    #expect(zip(batch.contentRows, batch.contents).filter { $0.0 == 20 }.count == 1 + long.count)
    let firstSentences = rows.map { row in
      row.segments.indices.filter { row.segments[$0] == 0 && row.maskedTargets[$0] == nil }.count
    }
    #expect(firstSentences.indices.allSatisfy { row in batch.contentRows.filter { $0 == row }.count == firstSentences[row] })
    #expect(batch.count == before + 6 + 1 + long.count)
  }

  @Test("words of a first sentence are given where the second's alone are judged")
  func given() throws {
    var encoder = try PretrainingEncoder(try Self.tokenizer.get())
    func positions(_ segments: [Int], _ judgements: [PocketJudgement?]) -> [Int32] {
      var batch = PretrainingBatch(
        PocketPretraining(world: Self.world, seed: 0), step: 0, settings: settings(steps: 1), pacing: PocketPacing(),
        encoder: &encoder)
      let before = batch.count
      batch.parts[0].givenPositions = []
      encoder.append(
        PocketPretrainingRow(
          kind: .pair, words: ["the", "dog", "the", "horse"], segments: segments, maskedTargets: [nil, nil, nil, nil],
          judgements: judgements, topic: nil), to: &batch, part: 0)
      return batch.parts[0].givenPositions.map { $0 - Int32(before) }
    }
    #expect(positions([0, 0, 1, 1], [nil, nil, nil, .replaced]) == [1, 2])
    #expect(positions([0, 0, 1, 1], [nil, .holds, nil, .replaced]) == [])
    #expect(positions([0, 0, 1, 1], [nil, nil, nil, nil]) == [])
    #expect(positions([0, 0, 0, 0], [nil, nil, nil, .agreement]) == [])
  }

  @Test("given words and first tokens count by their weight", arguments: [\PretrainingSettings.givenWeight, \.contentWeight])
  func weights(weight: WritableKeyPath<PretrainingSettings, Double> & Sendable) throws {
    func loss(_ value: Double) throws -> Double {
      let run = try pretraining(steps: 1) { $0[keyPath: weight] = value }
      return try run.advance()
    }
    let (without, once, twice) = (try loss(0), try loss(1), try loss(2))
    #expect(once > without)
    #expect(abs((twice - without) - 2 * (once - without)) < 1e-5)
  }

  @Test("a first token learns to name its own sentence's words, not just frequent ones")
  func content() throws {
    let steps = 300
    let run = try pretraining(steps: steps) {
      ($0.maskedWeight, $0.judgedWeight, $0.topicWeight, $0.contentWeight) = (0, 0, 0, 1)
    }
    var rows = try PretrainingEncoder(try Self.tokenizer.get())
    let stream = PocketPretraining(world: Self.world, seed: 3)
    let words = (0..<steps).flatMap {
      PretrainingBatch(stream, step: $0, settings: settings(steps: steps), pacing: PocketPacing(), encoder: &rows).contents
    }
    let shares = Dictionary(grouping: words, by: \.self).values.map { Double($0.count) / Double(words.count) }
    // the least loss of an answer that is the same for all rows
    let entropy = -shares.reduce(0) { $0 + $1 * log($1) }
    let losses = try (0..<steps).map { _ in try run.advance() }
    // at first every word is as likely as any other
    #expect(abs(losses[0] - log(Double(run.encoder.configuration.vocabularySize))) < 0.3)
    #expect(losses.suffix(30).reduce(0, +) / 30 < entropy - 0.2)
  }

  @Test("keys start as queries")
  func start() throws {
    let run = try pretraining(steps: 1)
    for layer in 0..<2 {
      let own = run.encoder.projections.filter { $0.layer == layer }
      let query = try #require(own.first { $0.role == .query }), key = try #require(own.first { $0.role == .key })
      #expect(query.linear.weight.tensor.values == key.linear.weight.tensor.values)
    }
  }

  @Test("the rate rises, stays and falls")
  func schedule() {
    var settings = PretrainingSettings(steps: 1000)
    settings.warmupSteps = 100
    settings.decayShare = 0.5
    #expect(settings.factor(0) == 0.01)
    #expect(settings.factor(99) == 1)
    #expect(settings.factor(500) == 1)
    #expect(abs(settings.factor(750) - 0.5) < 1e-12)
    #expect(abs(settings.factor(999) - 0.002) < 1e-12)
  }

  @Test("a checkpoint that cannot be gone on from")
  func foreignCheckpoint() throws {
    try withTemporaryFolder { folder in
      let url = folder.appendingPathComponent("checkpoint.safetensors")
      let run = try pretraining(steps: 1)
      try run.save(in: Checkpoint(url: url, identity: "that"))
      #expect {
        try run.restore(from: Checkpoint(url: url, identity: "this"))
      } throws: { error in
        "\(error)"
          == "\(url.path): cannot go on from this checkpoint: it belongs to another run. Delete it to start the run again"
      }
      try Checkpoint(url: url, identity: "this").write([], texts: [:])
      #expect {
        try run.restore(from: Checkpoint(url: url, identity: "this"))
      } throws: { error in
        "\(error)"
          == "\(url.path): cannot go on from this checkpoint: progress/levels is missing or misshapen. "
          + "Delete it to start the run again"
      }
      try Data("no HDF5".utf8).write(to: url)
      #expect(throws: CheckpointError.self) {
        try run.restore(from: Checkpoint(url: url, identity: "this"))
      }
    }
  }

  @Test("it learns")
  func loss() throws {
    let run = try pretraining(steps: 60)
    var losses: [Double] = []
    while run.completedSteps < 60 { losses.append(try run.advance()) }
    let (first, last) = (losses.prefix(5).reduce(0, +) / 5, losses.suffix(5).reduce(0, +) / 5)
    #expect(last < first - 1, "from \(first) to \(last)")
  }

  @Test("a vocabulary that does not fit")
  func vocabulary() throws {
    let tokenizer = try Self.tokenizer.get()
    let backend = try CPUBackend(threads: 1)
    let encoder = try ModelLoader.randomBackbone(
      EncoderConfiguration(
        architecture: .deberta, vocabularySize: 8, hiddenSize: 8, layers: 1, heads: 1, intermediateSize: 8,
        maximumPositions: 64, relativePositions: RelativePositions(buckets: 16, maximumDistance: 64)), seed: 0, on: backend)
    #expect(throws: PretrainingError.vocabulary(tokenizer: tokenizer.vocabularySize, embedding: 8)) {
      try Pretraining(
        encoder, tokenizer: tokenizer, rows: PocketPretraining(world: Self.world, seed: 0),
        settings: PretrainingSettings(steps: 1), seed: 0, backend: backend)
    }
  }
}
