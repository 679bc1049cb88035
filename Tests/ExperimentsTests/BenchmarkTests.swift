// What a benchmark of steps trains.
import Objectives
import Settings
import Testing

@testable import Experiments

@Suite("The benchmark of steps")
struct BenchmarkTests {
  private static func objective(_ size: PublishedModel) -> any Objective {
    BenchmarkCase(size: size, lengths: [8, 5, 6], batchSize: 2, steps: 2, warmup: 0, threads: 1).objective
  }

  @Test("sequences of the lengths in turn, of either kind of model", arguments: [PublishedModel.miniLM, .llama12x768])
  func lengths(size: PublishedModel) {
    let lengths = Self.objective(size).training.lengths
    #expect(lengths == [8, 5, 6, 8])
  }

  @Test("an encoder learns one of two classes, a decoder the second half of each sequence")
  func tasks() {
    let classes = Self.objective(.miniLM), texts = Self.objective(.llama12x768)
    #expect(classes is Classification && classes.terms(of: [0, 1, 2]) == 3)
    #expect(texts is Completion && texts.terms(of: [0, 1, 2]) == 4 + 3 + 3)
  }

  @Test("the method's options are taken, and blocks are computed again where it is asked for")
  func settings() throws {
    func run(rank: Int, again: Bool) throws -> BenchmarkResult {
      try BenchmarkCase(
        size: .miniLM, options: ["rank": .integer(rank), "targets": .texts(["all-linear"])], lengths: [6], roundsMatrices: again,
        recomputes: again, batchSize: 1, steps: 1, warmup: 0, threads: 1
      ).run()
    }
    let (small, large, again) = (try run(rank: 2, again: false), try run(rank: 4, again: false), try run(rank: 2, again: true))
    #expect(large.operations > small.operations && again.operations == small.operations)
    // what is computed again is time, and no other operation
    #expect(again.productOperations > small.productOperations)
  }
}
