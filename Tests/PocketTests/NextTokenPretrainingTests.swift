// A decoder's pre-training: its vocabulary, and learning at all.
import CPUBackend
import Foundation
import Layers
import Models
import TestSupport
import Testing
import Tokenizers

@testable import Pocket

@Suite("Pre-training of a decoder")
struct NextTokenPretrainingTests {
  private static let world = PocketWorld(seed: 1)

  private static let tokenizer = Result {
    try withTemporaryFolder { folder in
      let corpus = folder.appendingPathComponent("corpus.txt")
      let documents = PocketCorpus(world: world, seed: 0).documents(2000)
      try Data(documents.joined(separator: "\n").utf8).write(to: corpus)
      let model = try SentencePieceTrainer.train(
        corpus: corpus, layout: .llama, vocabularySize: 1200, characterCoverage: 1)
      try Data(model).write(to: folder.appendingPathComponent("tokenizer.model"))
      return try TokenizerFolder.load(from: folder, modelType: "llama")
    }
  }

  private func configuration(words: Int) -> LlamaConfiguration {
    var configuration = LlamaConfiguration(
      vocabularySize: words, hiddenSize: 32, layers: 2, heads: 4, keyHeads: 2, intermediateSize: 48, maximumPositions: 64)
    configuration.headKind = .words
    configuration.tiesWordEmbeddings = true
    configuration.initializerRange = 0.06
    return configuration
  }

  func pretraining(steps: Int, threads: Int = 1, judgedWeight: Double = 1) throws -> NextTokenPretraining {
    let tokenizer = try Self.tokenizer.get()
    let model = try ModelLoader.random(
      configuration(words: tokenizer.vocabularySize), seed: 3, on: CPUBackend(threads: threads))
    var settings = PretrainingSettings(steps: steps)
    settings.batchSize = 18
    settings.warmupSteps = 5
    settings.judgedWeight = judgedWeight
    return try NextTokenPretraining(
      model, tokenizer: tokenizer, documents: PocketDocuments(world: Self.world, seed: 3),
      shares: PocketDocuments.Kind.allCases.map { _ in 1 }, settings: settings)
  }

  @Test("every word of the world, and of the tasks' prompts, is few pieces of its vocabulary")
  func wholeWords() throws {
    let tokenizer = try Self.tokenizer.get()
    let words = Set(Self.world.reserved.training + Self.world.reserved.validation)
    let told = words.subtracting(Self.world.feelings.concepts(.all).flatMap { $0.forms[0] })
    for word in told { #expect(tokenizer.encode(word).count == 1, "\(word)") }
    #expect(tokenizer.encode("#Person1#:").count <= 4)
    #expect(tokenizer.encode("12").count == 3 && tokenizer.decode(tokenizer.encode("1\n#### 12")) == "1\n#### 12")
  }

  @Test("it learns, and tells the loss of each kind of document")
  func loss() throws {
    let run = try pretraining(steps: 60)
    var losses: [Double] = []
    while run.completedSteps < 60 { losses.append(try run.advance()) }
    let (first, last) = (losses.prefix(5).reduce(0, +) / 5, losses.suffix(5).reduce(0, +) / 5)
    #expect(last < first - 1.5, "from \(first) to \(last)")
    // a guess among all words
    #expect(abs(losses[0] - log(1200)) < 0.5)
    #expect(abs(run.meanLoss - losses.reduce(0, +) / 60) < 0.1)
    #expect(run.found.map(\.kind) == PocketDocuments.Kind.allCases.map { "\($0)" })
    #expect(run.found.allSatisfy { $0.level == nil && $0.text.hasPrefix("loss ") } && run.levels.isEmpty)
  }

  @Test("words that judge count as much as they are told to, and are counted apart")
  func judged() throws {
    let once = try pretraining(steps: 1), thrice = try pretraining(steps: 1, judgedWeight: 3)
    let (plain, weighted) = (try once.advance(), try thrice.advance())
    #expect(once.tally == thrice.tally)
    // whether feelings are judged is drawn
    let judged = Set(once.found.filter { $0.text.contains("of verdicts") }.map(\.kind))
    #expect(judged.contains("reading") && judged.isSubset(of: ["reading", "feeling"]))
    // every second amount is of verdicts
    let verdicts = once.tally.losses.indices.filter { $0 % 2 == 1 }.map { once.tally.losses[$0] }.reduce(0, +)
    let tokens = Double(once.tally.counts.reduce(0, +))
    #expect(verdicts > 0 && abs(weighted - plain - 2 * verdicts / tokens) < 1e-4)
  }

  @Test("a vocabulary that does not fit")
  func vocabulary() throws {
    let tokenizer = try Self.tokenizer.get()
    let model = try ModelLoader.random(configuration(words: 8), seed: 0, on: CPUBackend(threads: 1))
    #expect(throws: PretrainingError.vocabulary(tokenizer: tokenizer.vocabularySize, embedding: 8)) {
      try NextTokenPretraining(
        model, tokenizer: tokenizer, documents: PocketDocuments(world: Self.world, seed: 0),
        shares: PocketDocuments.Kind.allCases.map { _ in 1 }, settings: PretrainingSettings(steps: 1))
    }
  }
}
