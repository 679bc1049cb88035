// The sign-flip test against SciPy's `permutation_test`, and its step-down against one that is written out in NumPy.
import Testing

@testable import Metrics

@Suite struct SignFlipTestTests {
  @Test func equalsSciPy() throws {
    let families = try wholeFixture("differences", as: DifferenceFixture.self).signFlips
    #expect(families.count == 6)
    for family in families {
      let results = signFlipTests(family.rows)
      #expect(results.map { $0?.pValue } == family.p)
      #expect(results.map { $0?.adjustedPValue } == family.adjusted)
    }
  }

  @Test func theLeastPIsThatOfOneSign() throws {
    for units in 2...10 {
      let result = try #require(signFlipTests([(1...units).map(Double.init)])[0])
      let least = 2 / Double(1 << units)
      #expect(result == SignFlipResult(pValue: least, adjustedPValue: least, leastPValue: least))
    }
  }

  @Test func theAdjustmentOfManyRowsReachesTheLeastP() throws {
    // Holm's would be 15/128 at least
    var random = SplitMix(state: 2)
    var rows: [[Double?]] = [[1, 1.01, 1.02, 1.03, 1.04, 1.05, 1.06, 1.07]]
    for _ in 1..<15 { rows.append((0..<8).map { _ in random.normal() }) }
    let results = signFlipTests(rows)
    #expect(results[0]?.adjustedPValue == 1.0 / 128)
    for (index, result) in results.enumerated() {
      let alone = try #require(signFlipTests([rows[index]])[0]), found = try #require(result)
      #expect(found.pValue == alone.pValue && found.adjustedPValue >= found.pValue && found.adjustedPValue <= 1)
    }
  }

  @Test("families of rows without a difference are wrong about one of them in five of a hundred, and no oftener")
  func familyWiseError() {
    var random = SplitMix(state: 11)
    var wrong = 0
    for _ in 0..<2000 {
      let baseline = (0..<8).map { _ in random.normal() }
      let rows = (0..<6).map { _ in baseline.map { Double?.some(random.normal() - $0) } }
      if signFlipTests(rows).contains(where: { ($0?.adjustedPValue ?? 1) <= 0.05 }) { wrong += 1 }
    }
    #expect((60...130).contains(wrong), "\(wrong) of 2000")
  }

  @Test func differencesThatAreEqualUpToRoundingAreEqual() {
    // 0.1 + 0.2 is not 0.3, and both choices of its sign are as far
    #expect(signFlipTests([[0.1, 0.2, -0.3]])[0]?.pValue == 1)
    #expect(signFlipTests([[0.1 + 0.2, -0.3, 0.3]])[0]?.pValue == 1)
  }

  @Test("beyond sixteen units choices are drawn, and p is near the exact one")
  func manyUnits() throws {
    // the sum of twenty signs is at least 10 from zero with probability 2 · P(Binomial(20, 1/2) ≥ 15) = 0.04138947
    let units = (0..<20).map { Double?.some($0 < 15 ? 1 : -1) }
    let result = try #require(signFlipTests([units])[0])
    #expect(abs(result.pValue - 0.04138947) < 0.004 && result.pValue != 0.04138947)
    #expect(result.leastPValue == 1.0 / 65_536 && signFlipTests([units])[0] == result)
    let clear = try #require(signFlipTests([(0..<20).map { _ in 1.0 }])[0])
    #expect(clear.pValue >= 1.0 / 65_536 && clear.pValue < 0.0002)
  }

  @Test func whatHasNoTestIsInNoAdjustment() {
    let results = signFlipTests([[1, 2, 3], [nil, 5, nil], [.nan, 1, 2], [nil, nil, nil]])
    #expect(results.map { $0 == nil } == [false, true, true, true])
    #expect(results[0]?.adjustedPValue == 0.25)
    #expect(signFlipTests([]).isEmpty && signFlipTests([[]]) == [nil])
    #expect(signFlipTests([[0, 0]])[0] == SignFlipResult(pValue: 1, adjustedPValue: 1, leastPValue: 0.5))
    #expect(signFlipTests([[1e300, 1e300], [5e-324, 5e-324]]).map { $0?.pValue } == [0.5, 0.5])
  }
}
