import Testing

@testable import Pocket

@Suite("Pre-training rows of the pocket world")
struct PocketPretrainingTests {
  let stream = PocketPretraining(world: PocketWorld(seed: 0), seed: 0)

  @Test("A row is a function of its index, kind and level", arguments: PocketPretraining.Kind.allCases)
  func row(kind: PocketPretraining.Kind) {
    let again = PocketPretraining(world: PocketWorld(seed: 0), seed: 0)
    let other = PocketPretraining(world: PocketWorld(seed: 0), seed: 1)
    let row = stream.row(kind, level: 0.5, index: 25)
    #expect(row.kind == kind && row == again.row(kind, level: 0.5, index: 25))
    #expect(row != stream.row(kind, level: 0.5, index: 26) && row != other.row(kind, level: 0.5, index: 25))
  }

  @Test("The rows of a batch follow those of the batch before, and the shares of all kinds add up to one")
  func rows() {
    let rows = stream.rows(.pair, level: 0, batch: 1, size: 96)
    #expect(rows == (96..<192).map { stream.row(.pair, level: 0, index: $0) })
    #expect(abs(PocketPretraining.Kind.allCases.map(\.share).reduce(0, +) - 1) < 1e-12)
  }

  @Test("Every list of a row has one entry a word, and 64 positions are enough", arguments: [0, 0.5, 1])
  func shape(level: Double) {
    let vocabulary = Set(stream.world.words + [PocketPretraining.mask])
    for kind in PocketPretraining.Kind.allCases {
      for row in (0..<500).map({ stream.row(kind, level: level, index: $0) }) {
        let count = row.words.count
        #expect(row.segments.count == count && row.maskedTargets.count == count && row.judgements.count == count)
        #expect(row.segments == row.segments.sorted() && count + 3 <= 64)
        #expect(row.words.allSatisfy(vocabulary.contains))
        let isMasked = zip(row.words, row.maskedTargets).allSatisfy { ($0 == PocketPretraining.mask) == ($1 != nil) }
        #expect(isMasked)
        let asksBoth = row.maskedTargets.contains { $0 != nil } && row.judgements.contains { $0 != nil }
        #expect(!asksBoth)
      }
    }
  }

  @Test("Half of the judged words at most do not hold", arguments: PocketPretraining.Kind.allCases)
  func balance(kind: PocketPretraining.Kind) {
    let judged = (0..<2000).flatMap { stream.row(kind, level: 0.5, index: $0).judgements.compactMap { $0 } }
    let wrong = judged.count { $0 != .holds }
    #expect(judged.count > 1000 && wrong * 20 > judged.count && wrong * 2 < judged.count)
  }

  @Test("Each kind shows the faults that its tasks need")
  func faults() {
    func met(_ kind: PocketPretraining.Kind) -> Set<PocketJudgement> {
      Set((0..<2000).flatMap { stream.row(kind, level: 1, index: $0).judgements.compactMap { $0 } })
    }
    #expect(met(.pair) == [.holds, .replaced, .opposite, .swapped, .negated, .misnamed, .added])
    #expect(met(.answer) == [.holds, .replaced, .opposite, .swapped, .unanswered])
    #expect(met(.feeling) == [.holds, .polarity])
    #expect(met(.form) == [.holds, .agreement, .selection])
    #expect(met(.glossary) == [.holds, .replaced])
    #expect(met(.definition) == [.holds, .misnamed, .selection])
  }

  @Test("Pacing: harder when found, easier when lost, between 0 and 1")
  func pacing() {
    var pacing = PocketPacing()
    for _ in 0..<1000 { pacing.record(.pair, hits: 1, falseAlarms: 0) }
    #expect(pacing.level(of: .pair) == 1 && pacing.level(of: .form) == 0)
    for _ in 0..<50 { pacing.record(.pair, hits: 0, falseAlarms: 0) }
    #expect(pacing.level(of: .pair) < 1)
    for _ in 0..<1000 { pacing.record(.pair, hits: 0, falseAlarms: 0) }
    #expect(pacing.level(of: .pair) == 0)
  }

  @Test("Text for a vocabulary: no masks, and every word of the world")
  func corpus() {
    let sentences = PocketCorpus(world: stream.world, seed: 0).sentences(200)
    #expect(sentences == PocketCorpus(world: stream.world, seed: 0).sentences(200))
    #expect(!sentences.contains { $0.contains(PocketPretraining.mask) })
    #expect(Set(sentences).isSuperset(of: stream.world.words))
  }
}
