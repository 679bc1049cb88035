// Words for resampling: the same again, others for another resample or purpose, each number as likely.
import Testing

@testable import Metrics

@Suite struct ResamplingWordsTests {
  private func words(_ purpose: ResamplingWords.Purpose, _ resample: Int, _ count: Int = 9) -> [UInt32] {
    var words = ResamplingWords(purpose)
    words.begin(resample: resample)
    return (0..<count).map { _ in words.next() }
  }

  @Test func areAFunctionOfPurposeAndResample() {
    #expect(words(.bootstrap, 3) == words(.bootstrap, 3))
    let all = [words(.bootstrap, 0), words(.bootstrap, 1), words(.signs, 0), words(.signs, 1)].joined()
    #expect(Set(all).count == 36)
    var again = ResamplingWords(.bootstrap)
    _ = again.next()
    again.begin(resample: 1)
    #expect(again.next() == words(.bootstrap, 1)[0])
  }

  @Test func everyNumberBelowABoundIsAsLikely() {
    var words = ResamplingWords(.bootstrap)
    var counts = [Int](repeating: 0, count: 7)
    for _ in 0..<70_000 { counts[words.below(7)] += 1 }
    // χ² of six degrees of freedom is above 22.5 once in a thousand times
    let square = counts.reduce(0.0) { $0 + Double(($1 - 10_000) * ($1 - 10_000)) / 10_000 }
    #expect(square < 22.5, "\(counts)")
    #expect((0..<100).allSatisfy { _ in words.below(1) == 0 })
  }
}
