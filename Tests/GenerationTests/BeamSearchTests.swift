// Beam search on its own, over made-up distributions, against a search that keeps whole sorted lists.
import Foundation
import Testing

@testable import Generation

@Suite("Beam search")
struct BeamSearchTests {
  /// What is next after some tokens: a distribution over a small vocabulary.
  struct World {
    var vocabulary: Int
    var seed: UInt64

    func scores(after tokens: [Int32]) -> [Double] {
      var state = tokens.reduce(seed) { ($0 ^ UInt64($1) &+ 0x9E37_79B9_7F4A_7C15) &* 0xBF58_476D_1CE4_E5B9 }
      let logits = (0..<vocabulary).map { _ -> Double in
        state = (state ^ state >> 29) &* 0x94D0_49BB_1331_11EB &+ 1
        return Double(state >> 40) / Double(1 << 22)
      }
      let total = log(logits.map(exp).reduce(0, +))
      return logits.map { $0 - total }
    }
  }

  /// The search as it is described, with every continuation of every text.
  private func expected(_ world: World, _ settings: SearchSettings) -> [GeneratedText] {
    var running: [(tokens: [Int32], score: Double)] = [([], 0)], finished: [GeneratedText] = []
    for length in 1...settings.maximumTokens {
      var all = running.flatMap { text in
        world.scores(after: text.tokens).enumerated().map { (tokens: text.tokens + [Int32($0)], score: text.score + $1) }
      }
      if length <= settings.minimumTokens { all.removeAll { settings.endTokens.contains($0.tokens[length - 1]) } }
      all.sort { $0.score > $1.score }
      let ends = { (tokens: [Int32]) in
        length == settings.maximumTokens || settings.endTokens.contains(tokens[length - 1])
      }
      let joining = all.prefix(settings.beams).filter { ends($0.tokens) }.map {
        GeneratedText(tokens: $0.tokens, score: $0.score / pow(Double(length), settings.lengthPenalty))
      }
      if !(settings.stopsEarly && finished.count == settings.beams) {
        finished = Array((finished + joining).sorted { $0.score > $1.score }.prefix(settings.beams))
      }
      running = Array(all.filter { !ends($0.tokens) }.prefix(settings.beams))
      guard finished.count == settings.beams else { continue }
      if settings.stopsEarly || running.isEmpty { break }
      if running[0].score / pow(Double(length), settings.lengthPenalty) <= finished[settings.beams - 1].score { break }
    }
    return Array(finished.prefix(settings.returned))
  }

  private func found(_ world: World, _ settings: SearchSettings) -> [GeneratedText] {
    var search: any TextSearch = BeamSearch(settings, vocabulary: world.vocabulary)
    let forbidden = ForbiddenTokens(settings: settings, prompt: [0])
    while !search.running.isEmpty {
      let texts = search.running
      let next = texts.map { text in
        var scores = world.scores(after: text)
        for token in forbidden(after: text) { scores[token] = -.infinity }
        let order = scores.indices.sorted { (-scores[$0], $0) < (-scores[$1], $1) }.prefix(search.width)
        return NextTokens(tokens: Array(order), scores: order.map { scores[$0] })
      }
      let continuations = search.advance(next)
      #expect(continuations.map { texts[$0.parent] + [$0.token] } == search.running)
    }
    return search.found
  }

  @Test(
    "it finds what whole lists find", arguments: [1, 2, 3, 5, 10],
    [(-1.0, false), (0, true), (0.8, false), (1, true), (1, false), (3, false)])
  func lists(beams: Int, _ options: (penalty: Double, early: Bool)) {
    for seed in 0..<12 {
      for (vocabulary, ends) in [(4, [Int32(3)]), (11, [2, 5, 9]), (30, [])] {
        let settings = SearchSettings(
          beams: beams, maximumTokens: 1 + seed % 7, minimumTokens: seed % 3 == 2 ? min(2, seed % 7) : 0,
          lengthPenalty: options.penalty, stopsEarly: options.early, endTokens: ends, returned: min(beams, 1 + seed % 4))
        let world = World(vocabulary: vocabulary, seed: UInt64(seed)), expected = expected(world, settings)
        let found = found(world, settings)
        #expect(found.map(\.tokens) == expected.map(\.tokens), "\(settings)")
        #expect(zip(found, expected).allSatisfy { abs($0.score - $1.score) < 1e-9 })
      }
    }
  }

  @Test("of equal scores the first text and the lowest token come first")
  func ties() {
    let settings = SearchSettings(beams: 2, maximumTokens: 2, returned: 2)
    var search = BeamSearch(settings, vocabulary: 4)
    #expect(search.width == 4)
    let even = NextTokens(tokens: [0, 1, 2, 3], scores: [-1, -1, -1, -1])
    #expect(search.advance([even]) == [Continuation(parent: 0, token: 0), Continuation(parent: 0, token: 1)])
    #expect(search.advance([even, even]).isEmpty)
    #expect(search.found == [GeneratedText(tokens: [0, 0], score: -1), GeneratedText(tokens: [0, 1], score: -1)])
  }

  @Test("an end token beyond the first beams does not count")
  func lateEnds() {
    let settings = SearchSettings(beams: 2, maximumTokens: 5, endTokens: [3])
    var search = BeamSearch(settings, vocabulary: 4)
    #expect(search.advance([NextTokens(tokens: [0, 1, 3, 2], scores: [-1, -1.1, -1.2, -3])]).map(\.token) == [0, 1])
    #expect(search.found.isEmpty)
    #expect(
      search.advance([
        NextTokens(tokens: [3, 0, 1, 2], scores: [-0.1, -2, -3, -4]),
        NextTokens(tokens: [3, 2, 1, 0], scores: [-0.2, -2, -3, -4]),
      ]).isEmpty)
    #expect(search.found.map(\.tokens) == [[0, 3]])
  }
}
