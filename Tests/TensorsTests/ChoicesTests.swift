// The likeliest entries of rows of logits.
import Foundation
import Testing

@testable import CPUBackend
@testable import Tensors

@Suite("Choices")
struct ChoicesTests {
  @Test(
    "the likeliest, with the logarithms of their shares", arguments: [(1, 1), (3, 2), (4, 20), (50, 50), (1000, 20), (5000, 3)])
  func likeliest(columns: Int, count: Int) throws {
    let count = min(count, columns), backend = try backend(threads: 2), rows = 5
    let values = Operand.spread([rows, columns], seed: 3, low: -9, high: 9).values
    let found = Tensor(values, shape: [rows, columns], on: backend).choices(count, forbidden: Array(repeating: [], count: rows))
    for row in 0..<rows {
      let logits = values[row * columns..<(row + 1) * columns].map { Double($0) }
      let order = logits.indices.sorted { (-logits[$0], $0) < (-logits[$1], $1) }.prefix(count)
      #expect(found.places[row] == Array(order))
      let total = log(logits.map(exp).reduce(0, +))
      for (score, place) in zip(found.scores[row], order) { #expect(abs(score - (logits[place] - total)) < 2e-6) }
    }
    #expect(found.faulty.isEmpty)
  }

  @Test("of equal ones the first comes first")
  func ties() throws {
    var values = [Float](repeating: 1, count: 100)
    values[70] = 2
    values[30] = 2
    let found = Tensor(values, shape: [1, 100], on: try backend()).choices(5, forbidden: [[]])
    #expect(found.places == [[30, 70, 0, 1, 2]])
  }

  @Test("what is forbidden keeps its share of the whole, and comes last")
  func forbidden() throws {
    let backend = try backend(), values: [Float] = [0, 3, 1, 0, 3, 1]
    let free = Tensor(values, shape: [2, 3], on: backend).choices(3, forbidden: [[], []])
    let bound = Tensor(values, shape: [2, 3], on: backend).choices(3, forbidden: [[1], [0, 2]])
    #expect(bound.places == [[2, 0, 1], [1, 0, 2]])
    #expect(bound.scores[0] == [free.scores[0][1], free.scores[0][2], -.infinity])
    #expect(bound.scores[1] == [free.scores[1][0], -.infinity, -.infinity])
  }

  @Test("rows with numbers that are not finite are named", arguments: [Float.nan, .infinity, -.infinity], [0, 5, 39])
  func faulty(_ value: Float, place: Int) throws {
    var values = Operand.spread([3, 40], seed: 1).values
    values[40 + place] = value
    let found = Tensor(values, shape: [3, 40], on: try backend()).choices(2, forbidden: [[], [3], []])
    #expect(found.faulty == [1])
  }

  @Test("large and small logits have finite shares")
  func extremes() throws {
    let found = Tensor([3e5, -3e38, 3e5, -1e5, -1e5, -1e5], shape: [2, 3], on: try backend()).choices(2, forbidden: [[], []])
    #expect(found.faulty.isEmpty && found.places == [[0, 2], [0, 1]])
    #expect(abs(found.scores[0][0] + log(2.0)) < 1e-6 && abs(found.scores[1][1] + log(3.0)) < 1e-6)
  }
}
