import Testing

@testable import Metrics

private struct BLEUFile: Decodable {
  struct Setting: Decodable {
    let score: Double
    let precisions: [Double]
    let brevityPenalty: Double
    let hypothesisLength: Int
    let referenceLength: Int
  }

  struct Corpus: Decodable {
    let hypotheses: [String]
    let references: [[String]]
    let e2e: Double?
    let sacrebleu: Setting
    let sacrebleuLowercase: Setting
    let sacrebleuNoSmoothing: Setting
    let sacrebleuNoneTokenised: Setting
  }

  let corpora: [Corpus]
}

@Suite struct BLEUTests {
  private func expect(
    _ corpus: BLEUFile.Corpus, _ setting: BLEUFile.Setting, tokenization: BLEU.Tokenization = .mteval13a,
    isCaseSensitive: Bool = true, smoothing: BLEU.Smoothing = .halving
  ) throws {
    let bleu = try #require(
      BLEU(
        references: corpus.references, predicted: corpus.hypotheses, tokenization: tokenization, isCaseSensitive: isCaseSensitive,
        smoothing: smoothing))
    #expect(near(bleu.score, setting.score / 100))
    #expect(zip(bleu.precisions, setting.precisions).allSatisfy { near($0, $1 / 100) } && bleu.precisions.count == 4)
    #expect(near(bleu.brevityPenalty, setting.brevityPenalty))
    #expect(bleu.length == setting.hypothesisLength)
    #expect(bleu.referenceLength == setting.referenceLength)
  }

  @Test func equalsSacreBLEU() throws {
    let corpora = try wholeFixture("bleu", as: BLEUFile.self).corpora
    #expect(corpora.count == 7)
    for corpus in corpora {
      try expect(corpus, corpus.sacrebleu)
      try expect(corpus, corpus.sacrebleuLowercase, isCaseSensitive: false)
      try expect(corpus, corpus.sacrebleuNoSmoothing, smoothing: .none)
      try expect(corpus, corpus.sacrebleuNoneTokenised, tokenization: .whitespace)
    }
  }

  @Test func equalsTheScorerOfTheE2EChallenge() throws {
    var compared = 0
    for corpus in try wholeFixture("bleu", as: BLEUFile.self).corpora {
      guard let expected = corpus.e2e else { continue }
      #expect(near(Metric.bleu.value(references: corpus.references, predicted: corpus.hypotheses), expected / 100))
      compared += 1
    }
    #expect(compared == 5)
  }

  @Test func whatNeverMatchesIsSmoothedByHalves() throws {
    func bleu(_ smoothing: BLEU.Smoothing) throws -> BLEU {
      try #require(BLEU(references: [["a b x y z"]], predicted: ["a b c d e"], smoothing: smoothing))
    }
    #expect(try bleu(.none).score == 0)
    #expect(try bleu(.halving).precisions == [0.4, 0.25, 0.5 / 3, 0.25 / 2])
    // the fourth root of 0.4 · 0.25 · 0.5/3 · 0.25/2
    #expect(near(try bleu(.halving).score, 0.2136435032, relative: 1e-9))
  }

  @Test func theCloserReferenceCountsAndTheShorterOfTwoEquallyClose() throws {
    let references = [["a b c", "a b c d e f", "a"], ["a b c d e", "a b c"]]
    let bleu = try #require(BLEU(references: references, predicted: ["a b c d e", "a b c d"], tokenization: .whitespace))
    #expect(bleu.referenceLength == 6 + 3)
    #expect(bleu.length == 9 && bleu.brevityPenalty == 1)
  }

  @Test func wordsOfSeveralReferencesCountAsOftenAsInTheOneThatHasThemMost() throws {
    let bleu = try #require(
      BLEU(references: [["the cat", "the the mat"]], predicted: ["the the the the"], tokenization: .whitespace))
    #expect(bleu.precisions == [0.5, 1.0 / 3, 0, 0])
  }

  @Test func onlyOneTokenisationCutsPunctuation() {
    let references = [["The pub, by the river, is cheap."]]
    let predicted = ["the pub , by the river , is cheap ."]
    #expect(Metric.bleu.value(references: references, predicted: predicted) == 1)
    #expect(Metric.multiBLEU.value(references: references, predicted: predicted) == 0)
    #expect(Metric.multiBLEU.value(references: [["The pub\u{301} is cheap"]], predicted: ["THE pub\u{301}  is cheap "]) == 1)
  }

  @Test func wordsAreComparedByTheirScalars() {
    #expect(Metric.multiBLEU.value(references: [["a b c caf\u{E9}"]], predicted: ["a b c cafe\u{301}"]) == 0)
  }

  @Test func withoutExamplesOrReferencesThereIsNoValue() {
    #expect(BLEU(references: [], predicted: []) == nil)
    #expect(BLEU(references: [["a"], []], predicted: ["a", "b"]) == nil)
    #expect(BLEU(references: [["a b c d"]], predicted: [""])?.score == 0)
    #expect(BLEU(references: [[""]], predicted: [""])?.score == 0)
  }
}
