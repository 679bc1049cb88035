import Foundation
import Testing

@testable import Metrics

@Suite struct VarianceComponentsTests {
  private struct Case: Decodable {
    let layouts: [[[Double]]]
    let meanSquares: [[Double]]
    let rowP: [Double]
    let columnP: [Double]
    let components: [Double]
    let shares: [Double]
    let low: [Double]
    let high: [Double]
  }

  /// Expected: differences of nested least-squares fits by NumPy, F by SciPy 1.17.1, and ends of 400,000 draws of NumPy's.
  @Test func equalsNumPyAndSciPy() throws {
    let cases = try fixture("variance", as: Case.self)
    #expect(cases.count == 6)
    for item in cases {
      let layouts = try item.layouts.map { try #require(CrossedLayout($0)) }
      for (index, layout) in layouts.enumerated() {
        let squares = layout.meanSquares
        for (value, expected) in zip([squares.rows, squares.columns, squares.rest], item.meanSquares[index]) {
          #expect(near(value, expected, relative: 1e-10))
        }
        #expect(near(layout.rowPValue, item.rowP[index], relative: 1e-9))
        #expect(near(layout.columnPValue, item.columnP[index], relative: 1e-9))
      }
      let found = try #require(VarianceComponents(layouts))
      for (value, expected) in zip([found.rows, found.columns, found.rest], item.components) {
        #expect(near(value, expected, relative: 1e-9))
      }
      let shares = [found.rowShare, found.columnShare, found.restShare, found.rowLessColumn]
      for (index, share) in shares.enumerated() {
        #expect(abs(share.value - item.shares[index]) < 1e-9)
        let (low, high) = (try #require(share.low), try #require(share.high))
        #expect(abs(low - item.low[index]) < 0.03 && abs(high - item.high[index]) < 0.03, "\(share)")
      }
    }
  }

  /// By hand: rows 1, 3; columns 0, 2, 4 added to them; nothing is left, and so nothing to hold them against.
  @Test func anAdditiveLayoutHasNoRest() throws {
    let layout = try #require(CrossedLayout([[1, 3, 5], [3, 5, 7]]))
    #expect(layout.mean == 4 && layout.rowMeans == [3, 5] && layout.columnMeans == [2, 4, 6])
    #expect(layout.meanSquares == VarianceComponents.Sources(rows: 6, columns: 8, rest: 0))
    #expect(layout.rowPValue == nil && layout.columnPValue == nil)
    let found = try #require(VarianceComponents([layout]))
    #expect(found.rows == 2 && found.columns == 4 && found.rest == 0 && found.total == 6)
    #expect(abs(found.rowShare.value - 1.0 / 3) < 1e-12 && abs(found.rowLessColumn.value + 1.0 / 3) < 1e-12)
    #expect(found.restShare == VarianceComponents.Share(value: 0, low: nil, high: nil))
    #expect([found.rowShare, found.columnShare, found.rowLessColumn].allSatisfy { $0.low == nil && $0.high == nil })
    // another layout's rest is one of all together
    let other = try #require(CrossedLayout([[1, 3, 5], [3, 6, 7]]))
    #expect(try #require(VarianceComponents([layout, other])).rowShare.low != nil)
  }

  @Test("two rows apart on a grid are no proof: no p, and no interval")
  func gridOfTwo() throws {
    let layout = try #require(CrossedLayout([[0.80, 0.80], [0.85, 0.85]])), found = try #require(VarianceComponents([layout]))
    #expect(layout.rowPValue == nil && found.rowShare == VarianceComponents.Share(value: 1, low: nil, high: nil))
  }

  @Test func aNegativeEstimateIsNoShare() throws {
    // rows are closer together than cells are
    let layout = try #require(CrossedLayout([[1, 4], [4, 2]]))
    let found = try #require(VarianceComponents([layout]))
    #expect(found.rows == -3 && found.columns == -3 && found.rest == 6.25 && found.total == 6.25)
    #expect(found.rowShare.value == 0 && found.rowShare.low == 0 && found.restShare.value == 1)
    #expect(try #require(found.rowShare.high) > 0)
    // F(1, 1) of 0.04: 1 − 2 arctan(0.2) / π
    #expect(near(layout.rowPValue, 0.8743340836219977))
  }

  @Test func scoresThatDifferByTheirRoundingAloneDoNotVary() throws {
    // thirds of sums, none of which is a number of the processor's
    let layout = try #require(CrossedLayout([[0.1 + 0.2, 0.3], [0.3, 0.1 + 0.2]]))
    #expect(layout.meanSquares == VarianceComponents.Sources(rows: 0, columns: 0, rest: 0))
    #expect(layout.rowPValue == nil && VarianceComponents([layout]) == nil)
    let additive = try #require(CrossedLayout([[0.1, 0.3, 0.7], [0.2, 0.4, 0.8]]))
    #expect(additive.meanSquares.rest == 0)
  }

  @Test func whatIsNoLayoutHasNoComponents() throws {
    #expect(CrossedLayout([]) == nil && CrossedLayout([[1, 2]]) == nil && CrossedLayout([[1], [2]]) == nil)
    #expect(CrossedLayout([[1, 2], [3]]) == nil && CrossedLayout([[1, 2], [3, .nan]]) == nil)
    #expect(CrossedLayout([[1e300, 2e300], [1e308, 2]]) == nil)
    #expect(VarianceComponents([]) == nil)
    let small = try #require(CrossedLayout([[1, 2], [4, 3]])), large = try #require(CrossedLayout([[1, 2, 5], [4, 3, 9]]))
    #expect(VarianceComponents([small, large]) == nil)
  }

  @Test func layoutsAreAddedUp() throws {
    let layouts = try fixture("variance", as: Case.self).flatMap(\.layouts).compactMap { CrossedLayout($0) }
      .filter { $0.rows == 5 && $0.columns == 5 }
    let each = layouts.compactMap { VarianceComponents([$0]) }, all = try #require(VarianceComponents(layouts))
    #expect(each.count == 6 && near(all.rest, each.reduce(0) { $0 + $1.rest }) && near(all.rows, each.reduce(0) { $0 + $1.rows }))
    // more of the same say more
    let twice = try #require(VarianceComponents([layouts[0], layouts[0], layouts[0]]))
    #expect(near(twice.rowShare.value, each[0].rowShare.value))
    func width(_ share: VarianceComponents.Share) throws -> Double { try #require(share.high) - #require(share.low) }
    #expect(try width(twice.rowShare) < width(each[0].rowShare))
  }

  /// Normal draws of a fixed stream.
  private struct Normals {
    var words = ResamplingWords(.bootstrap)

    mutating func next() -> Double {
      let first = (Double(words.next()) + 0.5) * 0x1p-32, second = (Double(words.next()) + 0.5) * 0x1p-32
      return (-2 * log(first)).squareRoot() * cos(2 * .pi * second)
    }
  }

  /// The variances of rows, columns and the rest of each of the layouts that are added up.
  @Test(arguments: [
    (5, [[1.0, 1, 1]]), (5, [[0, 0, 1]]), (3, [[0.2, 2, 1]]), (10, [[0.2, 2, 1]]),
    (5, [[1, 0.2, 1], [0.1, 0.1, 1], [4, 1, 2], [0.5, 2, 0.3]]),
  ]) func intervalsCoverWhatIsTrue(size: Int, variances: [[Double]]) throws {
    let sums = (0..<3).map { part in variances.reduce(0) { $0 + $1[part] } }, total = sums.reduce(0, +)
    let truth = sums.map { $0 / total } + [(sums[0] - sums[1]) / total]
    var normals = Normals()
    var covered = [0, 0, 0, 0]
    let times = 400
    for _ in 0..<times {
      let layouts = try variances.map { variance in
        let deviations = variance.map { $0.squareRoot() }
        let columns = (0..<size).map { _ in deviations[1] * normals.next() }
        return try #require(
          CrossedLayout(
            (0..<size).map { _ in
              let row = deviations[0] * normals.next()
              return columns.map { row + $0 + deviations[2] * normals.next() }
            }))
      }
      let found = try #require(VarianceComponents(layouts))
      for (index, share) in [found.rowShare, found.columnShare, found.restShare, found.rowLessColumn].enumerated()
      where try #require(share.low) <= truth[index] + 1e-12 && truth[index] - 1e-12 <= #require(share.high) {
        covered[index] += 1
      }
    }
    #expect(covered.allSatisfy { Double($0) >= 0.87 * Double(times) }, "\(covered) of \(times)")
    // where nothing is at an end of its range, intervals are no wider than they must be
    if truth.allSatisfy({ $0 > -1 && $0 != 0 && $0 < 0.99 }) {
      #expect(covered.allSatisfy { $0 < times }, "\(covered) of \(times)")
    }
  }
}
