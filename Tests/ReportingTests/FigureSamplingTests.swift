// How many numbers become as many as a figure can show.
import Foundation
import Testing

@testable import Reporting

@Suite struct FigureSamplingTests {
  @Test func pointsAreThinnedEvenly() {
    #expect(FigureSampling.places(4) == [0, 1, 2, 3])
    let places = FigureSampling.places(100_000)
    #expect(places.count == 400)
    #expect(places.first == 0)
    #expect(places.last == 99_999)
    #expect(
      FigureSampling.windows([1, 3, 5, 7, 9], most: 3).points == [FigurePoint(1.5, 2), FigurePoint(3.5, 6), FigurePoint(5, 9)])
    #expect(FigureSampling.windows([.nan, 1, 3, 5], most: 2).points == [FigurePoint(1.5, 1), FigurePoint(3.5, 4)])
    #expect(FigureSampling.windows([.nan, 1], most: 2).points == [FigurePoint(1, nil), FigurePoint(2, 1)])
    #expect(FigureSampling.quantile([0, 10], 0.25) == 2.5)
  }

  @Test func powersOfTenHoldNumbersBetweenThem() {
    #expect(FigureSampling.decades([3e-7, 0, -1, .nan, 0.02]) == -7 ... -1)
    #expect(FigureSampling.decades([1000, 1e-3]) == -3...3)
    #expect(FigureSampling.decades([9.99e299, 2e-300]) == -300...300)
    #expect(FigureSampling.decades([0, .infinity]) == nil)
    for exponent in -299...299 { #expect(FigureSampling.decades([FigureSampling.power(exponent)]) == exponent...exponent) }
  }

  @Test func doublingsAreLogarithms() {
    #expect([0.25, 1, 2, 8, .leastNormalMagnitude].map(FigureSampling.doublings) == [-2, 0, 1, 3, -1022])
    for value in [1.0 / 3, 0.7, 1.2, 1.41421, 1.41422, 1.9999, 3, 10, 1000, 12_345.678, 9e299, 1e-300] {
      #expect(abs(FigureSampling.doublings(value) - log2(value)) <= 1e-14 * max(1, abs(log2(value))), "\(value)")
    }
  }
}
