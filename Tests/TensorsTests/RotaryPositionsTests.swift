import Foundation
import Testing

@testable import Tensors

/// Queries and keys turned by their positions.
@Suite struct RotaryPositionsTests {
  @Test(arguments: [2, 8, 38], [1, 3])
  func rotation(headSize: Int, heads: Int) throws {
    let backend = try backend(), positions: [Int32] = [4, 0, 1, 6, 1]
    let rotary = RotaryPositions(headSize: headSize, theta: 100), half = headSize / 2
    let table = rotary.table(rows: 7, on: backend), places = Indices(positions, on: backend)
    let x = Operand.spread([positions.count, heads * headSize], seed: 1)
    try checkGradients([x], on: backend) {
      $0[0].rotated(by: table, at: places)
    } reference: { v in
      var y = v[0]
      for (row, position) in positions.enumerated() {
        for head in 0..<heads {
          for pair in 0..<half {
            let angle = Double(position) * pow(100, -2 * Double(pair) / Double(headSize))
            let a = row * heads * headSize + head * headSize + pair
            y[a] = v[0][a] * cos(angle) - v[0][a + half] * sin(angle)
            y[a + half] = v[0][a + half] * cos(angle) + v[0][a] * sin(angle)
          }
        }
      }
      return y
    }
  }

  /// The product of a query and a key depends on the distance between them alone.
  @Test func distance() throws {
    let backend = try backend(), table = RotaryPositions(headSize: 16, theta: 50).table(rows: 40, on: backend)
    func turned(_ seed: UInt64, _ position: Int32) -> [Float] {
      let x = Tensor(Operand.spread([1, 16], seed: seed).values, shape: [1, 16], on: backend)
      return x.rotated(by: table, at: Indices([position], on: backend)).values
    }
    func score(_ query: Int32, _ key: Int32) -> Float { zip(turned(1, query), turned(2, key)).reduce(0) { $0 + $1.0 * $1.1 } }
    #expect(abs(score(9, 4) - score(37, 32)) < 1e-5)
    #expect(abs(score(9, 4) - score(4, 9)) > 1e-2)
  }

  @Test func scaling() {
    let plain = RotaryPositions(headSize: 8, theta: 10000).frequencies
    #expect(zip(plain, [1, 0.1, 0.01, 0.001]).allSatisfy { abs($0 - $1) < 1e-15 })
    let linear = RotaryPositions(headSize: 8, theta: 10000, scaling: .linear(factor: 4)).frequencies
    #expect(zip(linear, plain).allSatisfy { $0 == $1 / 4 })
    // waves of 6.3, 63, 628 and 6283 positions: over 100 positions, up to 25 stay and those from 100 on are slowed
    let scaling = RotaryPositions.Scaling.llama3(factor: 8, low: 1, high: 4, positions: 100)
    let llama = RotaryPositions(headSize: 8, theta: 10000, scaling: scaling).frequencies
    let share = (100 * 0.1 / (2 * Double.pi) - 1) / 3
    let expected = [1, (1 - share) * 0.1 / 8 + share * 0.1, 0.01 / 8, 0.001 / 8]
    #expect(zip(llama, expected).allSatisfy { abs($0 - $1) < 1e-15 })
  }

  /// Values and gradients are the same bits with any number of threads; a longer table begins with the shorter one.
  @Test func threads() throws {
    let x = Operand.spread([200, 3 * 64], seed: 3), rotary = RotaryPositions(headSize: 64, theta: 10000)
    func run(threads: Int, rows: Int) throws -> ([Float], [Float]) {
      let backend = try backend(threads: threads), x = Tensor(x.values, shape: x.shape, on: backend)
      x.requiresGradient = true
      let places = Indices((0..<200).map { Int32($0 * 7 % 50) }, on: backend)
      let y = x.rotated(by: rotary.table(rows: rows, on: backend), at: places)
      y.multiplied(by: y).multiplied(by: y).sum().backward()
      return (y.values, try #require(x.gradient).values)
    }
    let one = try run(threads: 1, rows: 50)
    for threads in [2, 3] { #expect(try run(threads: threads, rows: 64) == one) }
  }
}
