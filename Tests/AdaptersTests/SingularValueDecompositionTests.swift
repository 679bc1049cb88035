// The largest singular values with their vectors, against numpy's (Tests/Peer/make_decomposition_fixtures.py).
import Foundation
import TestSupport
import Testing

@testable import Adapters

@Suite("Singular values")
struct SingularValueDecompositionTests {
  struct Reference: Sendable, Decodable, CustomTestStringConvertible {
    var name: String
    var rows: Int
    var columns: Int
    var count: Int
    var entries: [Float]
    var values: [Double]
    var product: [Double]
    var left: [[Double]]?
    var right: [[Double]]?
    var testDescription: String { name }
  }

  static let references: [Reference] = {
    let file = Repository.fixtures.appending(path: "decompositions/singular-values.json")
    return (try? JSONDecoder().decode([Reference].self, from: Data(contentsOf: file))) ?? []
  }()

  private func distance(_ a: [Double], _ b: [Double]) -> Double {
    a.count == b.count ? zip(a, b).reduce(0) { max($0, abs($1.0 - $1.1)) } : .infinity
  }

  /// `Σ σᵢ uᵢ vᵢᵀ`, row by row.
  private func product(_ found: SingularValueDecomposition, rows: Int, columns: Int) -> [Double] {
    var sum = [Double](repeating: 0, count: rows * columns)
    for (value, vectors) in zip(found.values, zip(found.left, found.right)) {
      for row in 0..<rows {
        for column in 0..<columns { sum[row * columns + column] += value * vectors.0[row] * vectors.1[column] }
      }
    }
    return sum
  }

  @Test("all are there") func count() { #expect(Self.references.count == 9) }

  @Test("numpy's values and sum of components; its vectors where values are apart", arguments: references)
  func numpy(_ row: Reference) {
    let found = SingularValueDecomposition(row.entries, rows: row.rows, columns: row.columns, count: row.count)
    let scale = max(row.values[0], 1e-300)
    #expect(distance(found.values, Array(row.values.prefix(row.count))) < 1e-13 * scale)
    #expect(distance(product(found, rows: row.rows, columns: row.columns), row.product) < 1e-13 * scale)
    for (found, expected) in [(found.left, row.left), (found.right, row.right)] {
      guard let expected else { continue }
      #expect(distance(found.flatMap { $0 }, expected.flatMap { $0 }) < 1e-9)
    }
  }

  @Test("vectors are orthonormal, of the sign that the rule says, and none where a value is zero", arguments: references)
  func vectors(_ row: Reference) {
    let found = SingularValueDecomposition(row.entries, rows: row.rows, columns: row.columns, count: row.count)
    let kept = found.values.indices.filter { found.values[$0] > 1e-6 * found.values[0] }
    for vectors in [found.left, found.right] {
      for (first, second) in kept.flatMap({ first in kept.map { (first, $0) } }) {
        let product = zip(vectors[first], vectors[second]).reduce(0) { $0 + $1.0 * $1.1 }
        #expect(abs(product - (first == second ? 1 : 0)) < 1e-8, "\(first), \(second)")
      }
    }
    for (value, vectors) in zip(found.values, zip(found.left, found.right)) {
      let largest = vectors.1.reduce(0) { abs($1) > abs($0) ? $1 : $0 }
      #expect(value == 0 ? vectors.0.allSatisfy { $0 == 0 } && largest == 0 : largest > 0)
    }
  }

  @Test("the components of a transposed matrix are these with the sides exchanged, but for signs", arguments: references)
  func transposed(_ row: Reference) {
    let turned = (0..<row.columns).flatMap { column in (0..<row.rows).map { row.entries[$0 * row.columns + column] } }
    let found = SingularValueDecomposition(turned, rows: row.columns, columns: row.rows, count: row.count)
    let scale = max(row.values[0], 1e-300)
    #expect(distance(found.values, Array(row.values.prefix(row.count))) < 1e-13 * scale)
    let expected = (0..<row.columns).flatMap { column in (0..<row.rows).map { row.product[$0 * row.columns + column] } }
    #expect(distance(product(found, rows: row.columns, columns: row.rows), expected) < 1e-13 * scale)
  }

  /// Numbers that look random.
  private func start(_ count: Int, _ side: Int) -> [Float] {
    (0..<count * side).map { Float(($0 * 7919 + 104_729 * ($0 % 13)) % 2003) / 1001.5 - 1 }
  }

  @Test("with a few iterations the approximate components are the exact ones where values are apart", arguments: references)
  func approximate(_ row: Reference) {
    let exact = SingularValueDecomposition(row.entries, rows: row.rows, columns: row.columns, count: row.count)
    let found = SingularValueDecomposition(
      row.entries, rows: row.rows, columns: row.columns, count: row.count, start: start(row.count, min(row.rows, row.columns)),
      iterations: 200)
    let scale = max(row.values[0], 1e-300)
    #expect(distance(found.values, exact.values) < 1e-6 * scale)
    #expect(distance(product(found, rows: row.rows, columns: row.columns), row.product) < 1e-6 * scale)
  }

  @Test("without iterations the sum is as good as the space that was drawn, and more of them make it better") func iterations()
    throws
  {
    let row = try #require(Self.references.first { $0.name == "square" })
    let whole = row.entries.map { Double($0) }
    func rest(_ iterations: Int) -> Double {
      let found = SingularValueDecomposition(
        row.entries, rows: row.rows, columns: row.columns, count: row.count, start: start(row.count, row.rows),
        iterations: iterations)
      return zip(product(found, rows: row.rows, columns: row.columns), whole).reduce(0) { $0 + ($1.0 - $1.1) * ($1.0 - $1.1) }
    }
    let rests = [0, 1, 4, 200].map(rest), least = row.values.dropFirst(row.count).reduce(0) { $0 + $1 * $1 }
    #expect(zip(rests, rests.dropFirst()).allSatisfy { $0 > $1 })
    #expect(rests.allSatisfy { $0 > least - 1e-9 } && abs(rests[3] - least) < 1e-6)
  }

  @Test("numbers that are none end in none, and in no trap") func notFinite() {
    for value in [Float.nan, .infinity] {
      let found = SingularValueDecomposition([1, value, 2, 3, 4, 5], rows: 2, columns: 3, count: 2)
      #expect(found.values.count == 2 && found.left.count == 2 && found.right.count == 2)
    }
  }
}
