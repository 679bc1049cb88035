import Testing

@testable import Metrics

@Suite struct ChiSquareDrawsTests {
  /// Expected: `scipy.stats.chi2.ppf([0.025, 0.5, 0.975], df)`, SciPy 1.17.1.
  @Test(arguments: [
    (1, [0.0009820691171752555, 0.454936423119572, 5.023886187314888]),
    (2, [0.05063561596857975, 1.386294361119891, 7.377758908227871]),
    (4, [0.4844185570879299, 3.3566939800333224, 11.143286781877796]),
    (5, [0.8312116134866625, 4.351460191095526, 12.832501994030027]),
    (16, [6.907664353497003, 15.338498885001608, 28.845350723404753]),
    (33, [19.04666150317511, 32.33578087994843, 50.72508006628123]),
    (64, [43.77595262256913, 63.334582023531965, 88.0040510064975]),
  ]) func drawsHaveTheQuantilesOfTheirDistribution(degreesOfFreedom: Int, expected: [Double]) {
    let count = 40_000
    var words = ResamplingWords(.components)
    let draws = (0..<count).map { draw in
      words.begin(resample: draw)
      return words.chiSquare(degreesOfFreedom: degreesOfFreedom)
    }
    for (share, quantile) in zip([0.025, 0.5, 0.975], expected) {
      let below = Double(draws.count { $0 < quantile }) / Double(count)
      // five standard errors
      #expect(abs(below - share) < 5 * (share * (1 - share) / Double(count)).squareRoot(), "\(below) below \(quantile)")
    }
    #expect(draws.allSatisfy { $0 > 0 && $0.isFinite })
  }

  @Test func aDrawIsAFunctionOfItsNumber() {
    func draw(_ number: Int) -> Double {
      var words = ResamplingWords(.components)
      words.begin(resample: number)
      return words.chiSquare(degreesOfFreedom: 7)
    }
    #expect(draw(3) == draw(3) && draw(3) != draw(4))
  }
}
