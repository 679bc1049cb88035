// What a benchmark of generation writes and counts.
import Testing
import Training

@testable import Experiments

@Suite("The benchmark of generation")
struct GenerationBenchmarkTests {
  private static let small = GenerationBenchmark(
    size: .llama12x768, lengths: [3, 2], prompts: 3, newTokens: 3, beams: 2, rounds: 2, warmup: 1, threads: 1)

  @Test("prompts of the lengths in turn, unlike each other, of the model's vocabulary")
  func prompts() {
    let prompts = Self.small.madeUpPrompts
    #expect(prompts.map(\.count) == [3, 2, 3] && Set(prompts).count == 3)
    #expect(prompts.joined().allSatisfy { (5..<32_000).contains($0) })
  }

  @Test("every round counts, but those before them; the weights are all but the table of words", arguments: [false, true])
  func cost(isHalf: Bool) throws {
    var benchmark = Self.small
    benchmark.roundsMatrices = isHalf
    let cost = try benchmark.run()
    // the prompts are read together, and the last new token is not
    #expect(cost.newTokens == 9 && cost.seconds.count == 2 && cost.stepSeconds.count == 6)
    let matrices = 12 * (4 * 768 * 768 + 3 * 768 * 2048) + 32_000 * 768, gains = 25 * 768
    #expect(cost.weightBytes == (isHalf ? 2 : 4) * matrices + 4 * gains)
    #expect(cost.peakBytes > cost.weightBytes && cost.readRate > 0 && cost.tokensPerSecond > 0)
  }

  @Test("it stops before a step where it is asked to")
  func stop() throws {
    var asked = 0
    #expect(throws: Interruption.self) {
      try Self.small.run {
        asked += 1
        return asked == 2
      }
    }
    #expect(asked == 2)
  }

  @Test("rates are those of the median")
  func rates() {
    let cost = GenerationCost(
      seconds: [4, 1, 2], stepSeconds: [0.5, 0.25, 8], newTokens: 10, weightBytes: 1000, readRate: 10_000, peakBytes: 1)
    #expect(cost.tokensPerSecond == 5 && cost.medianStepSeconds == 0.5 && cost.weightRate == 2000 && cost.leastStepSeconds == 0.1)
  }
}
