import Testing

@testable import Datasets

@Suite struct OrderTests {
  /// Golden values, computed by an independent program. A change of any is a change of every run's results.
  @Test func goldenOrders() {
    var generator = CounterRandom(seed: 1, purpose: .order, index: 0)
    #expect(
      [generator.next(), generator.next(), generator.next()] == [
        0x6e8a_5efe_2140_e1aa, 0x6106_fb5a_8c0f_f532, 0x3cc4_f7c0_aede_227a,
      ])
    #expect(Shuffle.order(count: 12, seed: 0, epoch: 0) == [2, 5, 9, 0, 1, 4, 11, 6, 3, 8, 10, 7])
    #expect(Shuffle.order(count: 12, seed: 0, epoch: 1) == [0, 5, 3, 11, 4, 10, 8, 1, 6, 9, 2, 7])
    #expect(Shuffle.order(count: 12, seed: 1, epoch: 0) == [5, 0, 4, 8, 10, 1, 11, 9, 6, 3, 2, 7])
    #expect(Shuffle.order(count: 12, seed: .max, epoch: 7) == [0, 7, 10, 4, 3, 6, 11, 2, 8, 1, 9, 5])
    let long = Shuffle.order(count: 67349, seed: 3, epoch: 2)
    let digest = long.reduce(UInt64(0)) { $0 &* 6_364_136_223_846_793_005 &+ UInt64($1) &+ 1 }
    #expect(digest == 0x43b3_4497_4230_039b)
  }

  @Test func anOrderHoldsEveryRowOnce() {
    for count in [0, 1, 2, 3, 1000] {
      #expect(Shuffle.order(count: count, seed: 9, epoch: 4).sorted() == Array(0..<count))
    }
  }

  @Test func allOrdersAreEquallyLikely() {
    var counts = [[Int]: Int]()
    for seed in 0..<6000 { counts[Shuffle.order(count: 3, seed: UInt64(seed), epoch: 0), default: 0] += 1 }
    // Six orders, 1000 expected of each, standard deviation 29.
    #expect(counts.count == 6 && counts.values.allSatisfy { abs($0 - 1000) < 130 })
  }

  @Test func batchesCoverTheEpochAndKeepTheLast() {
    let plan = BatchPlan(count: 3668, batchSize: 32)
    #expect(plan.stepsPerEpoch == 115)
    let batches = plan.shuffled(seed: 0, epoch: 3)
    #expect(batches.count == 115 && batches.dropLast().allSatisfy { $0.count == 32 } && batches[114].count == 20)
    #expect(batches.flatMap { $0 } == Shuffle.order(count: 3668, seed: 0, epoch: 3))
    #expect(BatchPlan(count: 5, batchSize: 2).shuffled(seed: 0, epoch: 0).map(\.count) == [2, 2, 1])
    #expect(BatchPlan(count: 4, batchSize: 2).stepsPerEpoch == 2)
    #expect(BatchPlan(count: 0, batchSize: 2).shuffled(seed: 0, epoch: 0) == [])
    #expect(BatchPlan(count: 2, batchSize: .max).shuffled(seed: 0, epoch: 0).map { Set($0) } == [[0, 1]])
  }
}
