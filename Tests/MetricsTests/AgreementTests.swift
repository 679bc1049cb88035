// How far profiles agree, held to SciPy, to true values by simulation, and to what a permutation test promises.
import Testing

@testable import Metrics

@Suite("Agreement of profiles")
struct AgreementTests {
  private struct Fixture: Decodable {
    let cases: [Case]
    let sameGroupPearson: [String: Double]
  }

  private struct Case: Decodable {
    let profiles: [[[Double]?]]
    let correlation: ProfileCorrelation
    /// Of one group, of one block, of neither, and the two excesses.
    let means: [Double]
    let low: [Double]
    let high: [Double]
    let matrix: [[Double]]
    let groupP: Double?
    let blockP: Double?
  }

  private func fixture() throws -> Fixture { try wholeFixture("agreement", as: Fixture.self) }

  @Test("means, intervals and the matrix are SciPy's, p is within what another draw differs by")
  func equalsSciPy() throws {
    let cases = try fixture().cases
    #expect(cases.count == 6 && cases.contains { $0.groupP == nil })
    for item in cases {
      let agreement = Agreement(item.profiles, by: item.correlation)
      let estimates = [
        agreement.sameGroup, agreement.sameBlock, agreement.neither, agreement.groupExcess?.estimate,
        agreement.blockExcess?.estimate,
      ]
      for (place, estimate) in estimates.enumerated() {
        let estimate = try #require(estimate), interval = try #require(estimate.interval)
        #expect(near(estimate.value, item.means[place], relative: 1e-10))
        #expect(interval.mean == estimate.value)
        #expect(near(interval.low, item.low[place], relative: 1e-8) && near(interval.high, item.high[place], relative: 1e-8))
      }
      for (found, expected) in zip(agreement.matrix.joined(), item.matrix.joined()) {
        #expect(near(found, expected, relative: 1e-10))
      }
      for (excess, expected) in [(agreement.groupExcess, item.groupP), (agreement.blockExcess, item.blockP)] {
        guard let expected, let found = excess?.pValue else { continue }
        // five standard errors of two draws
        let error = 5 * (expected * (1 - expected) * (1 / 10_000 + 1 / 40_000)).squareRoot() + 2e-4
        #expect(abs(found - expected) < error, "\(found) and \(expected)")
      }
    }
  }

  @Test("what only groups give is no block's, and the other way round")
  func apart() throws {
    let groups: [[Double]] = [[4, 3, 2, 1], [1, 4, 2, 3], [2, 1, 4, 3]]
    let byGroup = Agreement(groups.map { profile in [profile, profile, profile, profile, profile] }, by: .spearman)
    // of 3!⁴ ways in which labels can stand in four blocks beside those of the first one is as good
    #expect(near(byGroup.sameGroup?.value, 1))
    #expect(abs(try #require(byGroup.groupExcess).pValue - 1.0 / 1296) < 0.0015)
    #expect(near(byGroup.sameBlock?.value, byGroup.neither?.value), "the same pairs of groups")
    #expect(try #require(byGroup.blockExcess).pValue == 1, "no order of labels changes a thing")
    #expect(byGroup.matrix.indices.allSatisfy { near(byGroup.matrix[$0][$0], 1) })
    let byBlock = Agreement([groups, groups, groups, groups], by: .spearman)
    #expect(near(byBlock.sameBlock?.value, 1))
    #expect(abs(try #require(byBlock.blockExcess).pValue - 1.0 / 216) < 0.0035)
    #expect(byBlock.groupExcess?.pValue == 1)
  }

  @Test("what is missing, constant or not finite is left out")
  func gaps() throws {
    let a: [Double] = [1, 2, 3, 4], b: [Double] = [2, 1, 4, 3], flat: [Double] = [1, 1, 1, 1],
      infinite: [Double] = [1, 2, 3, .infinity]
    let whole = Agreement([[a, b], [b, a]], by: .pearson)
    let gaps = Agreement([[a, nil, b], [b, flat, a], [nil, infinite, nil]], by: .pearson)
    #expect(gaps.sameGroup?.value == whole.sameGroup?.value && gaps.neither?.value == whole.neither?.value)
    #expect(gaps.matrix[2].allSatisfy { $0 == nil } && gaps.matrix[0][0] == whole.matrix[0][0])
    // without one of two groups there are no pairs left that have neither in common
    #expect(whole.neither?.interval == nil && whole.groupExcess?.estimate.interval == nil)
    let one = Agreement([[a, b, a]], by: .spearman)
    #expect(one.sameGroup != nil && one.sameBlock == nil && one.neither == nil && one.groupExcess == nil && one.blockExcess == nil)
    let none = Agreement([], by: .spearman)
    #expect(none.sameGroup == nil && none.matrix.isEmpty)
    #expect(Agreement([[a], [b]], by: .spearman).groupExcess == nil, "one block has no pairs of one group")
  }

  @Test("equal calls give equal values")
  func deterministic() throws {
    let item = try #require(try fixture().cases.first)
    #expect(Agreement(item.profiles, by: .spearman) == Agreement(item.profiles, by: .spearman))
  }

  /// Values that are nearly normal, with variance 1: sums of twelve uniform ones.
  private struct Draws {
    private var words = ResamplingWords(.bootstrap)

    mutating func begin(_ sample: Int) { words.begin(resample: sample) }
    mutating func profile() -> [Double] {
      (0..<6).map { _ in (0..<12).reduce(-6) { sum, _ in sum + (Double(words.next()) + 0.5) / 4_294_967_296 } }
    }
  }

  /// Profiles of groups and blocks with effects of these sizes beside noise of variance 1.
  private func sample(
    _ draws: inout Draws, _ number: Int, groups: Int, blocks: Int, group: Double, block: Double
  ) -> [[[Double]?]] {
    draws.begin(number)
    let ofBlock = (0..<blocks).map { _ in draws.profile() }
    return (0..<groups).map { _ in
      let ofGroup = draws.profile()
      return ofBlock.map { ofBlock in
        let noise = draws.profile()
        return noise.indices.map { group * ofGroup[$0] + block * ofBlock[$0] + noise[$0] }
      }
    }
  }

  @Test("intervals hold the true value nearly as often as they say", arguments: ["0.5", "1.0"])
  func coverage(group: String) throws {
    let truth = try #require(try fixture().sameGroupPearson[group]), size = try #require(Double(group)), samples = 400
    var draws = Draws(), held = (same: 0, neither: 0, excess: 0)
    for number in 0..<samples {
      let profiles = sample(&draws, number, groups: 6, blocks: 6, group: size, block: 0)
      let agreement = Agreement(profiles, by: .pearson, permutations: 0)
      func holds(_ estimate: Agreement.Estimate?, _ value: Double) throws -> Int {
        let interval = try #require(estimate?.interval)
        return interval.low <= value && value <= interval.high ? 1 : 0
      }
      held.same += try holds(agreement.sameGroup, truth)
      held.neither += try holds(agreement.neither, 0)
      held.excess += try holds(agreement.groupExcess?.estimate, truth)
    }
    for count in [held.same, held.neither, held.excess] {
      #expect((0.92...1).contains(Double(count) / Double(samples)), "\(held) of \(samples)")
    }
  }

  @Test(
    "p is at most 0.05 in one of twenty samples where groups give nothing, whatever blocks give; and in most where they give much")
  func size() throws {
    let samples = 300
    var draws = Draws()
    func rejected(group: Double, block: Double) throws -> Double {
      var count = 0
      for number in 0..<samples {
        let profiles = sample(&draws, number, groups: 4, blocks: 5, group: group, block: block)
        let agreement = Agreement(profiles, by: .spearman, permutations: 199)
        if try #require(agreement.groupExcess).pValue <= 0.05 { count += 1 }
      }
      return Double(count) / Double(samples)
    }
    #expect((0.02...0.09).contains(try rejected(group: 0, block: 0)))
    #expect((0.02...0.09).contains(try rejected(group: 0, block: 1)))
    #expect(try rejected(group: 1, block: 1) > 0.8)
  }
}
