import Foundation
import Testing

@testable import Tensors

extension Activation {
  /// The function in double precision.
  func exact(_ x: Double) -> Double {
    switch self {
    case .gelu: x * 0.5 * erfc(-x * 0.5.squareRoot())
    case .tanh: Foundation.tanh(x)
    case .relu: max(0, x)
    case .silu: x / (1 + exp(-x))
    case .tangentGELU: x * 0.5 * (1 + Foundation.tanh(Self.tangentArgument(x)))
    case .quickGELU: x / (1 + exp(-1.702 * x))
    }
  }

  func exactSlope(_ x: Double) -> Double {
    switch self {
    case .gelu: 0.5 * erfc(-x * 0.5.squareRoot()) + x * exp(-0.5 * x * x) / (2 * Double.pi).squareRoot()
    case .tanh: 1 / (cosh(x) * cosh(x))
    case .relu: x > 0 ? 1 : 0
    case .silu: 1 / (1 + exp(-x)) * (1 + x / (1 + exp(x)))
    case .tangentGELU: Self.tangentGELUSlope(x)
    case .quickGELU: 1 / (1 + exp(-1.702 * x)) * (1 + 1.702 * x / (1 + exp(1.702 * x)))
    }
  }

  private static func tangentArgument(_ x: Double) -> Double { (2 / Double.pi).squareRoot() * (x + 0.044715 * x * x * x) }

  private static func tangentGELUSlope(_ x: Double) -> Double {
    let t = Foundation.tanh(tangentArgument(x))
    // where the tangent has come to its limit, its slope is gone
    guard abs(x) < 100 else { return 0.5 * (1 + t) }
    return 0.5 * (1 + t) + 0.5 * x * (1 - t * t) * (2 / Double.pi).squareRoot() * (1 + 3 * 0.044715 * x * x)
  }
}

/// The activations' errors over their whole range, beside Foundation's in double precision.
///
/// Errors count in units in the last place of the larger of the result and `floor`: gelu and silu of large negative numbers are
/// differences of nearly equal numbers, whose absolute error is what matters.
@Suite struct ActivationAccuracyTests {
  static let points: [Float] =
    (-40_000...40_000).map { Float($0) / 400 }
    + (-126...120).flatMap { exponent in
      [1, 1.37, 1.9].flatMap {
        [Float(sign: .plus, exponent: exponent, significand: $0), Float(sign: .minus, exponent: exponent, significand: $0)]
      }
    }

  private func worst(_ found: [Float], _ exact: (Double) -> Double, floor: Double) -> (ulps: Double, at: Float) {
    var worst = (ulps: 0.0, at: Float(0))
    for (x, y) in zip(Self.points, found) {
      let expected = exact(Double(x))
      let ulps = abs(Double(y) - expected) / Double(Float(max(abs(expected), floor)).ulp)
      if !(ulps <= worst.ulps) { worst = (ulps, x) }
    }
    return worst
  }

  @Test(
    arguments: [
      (Activation.gelu, 4.0, 0.25), (.tanh, 2.0, 1e-30), (.relu, 0.0, 1e-30), (.silu, 4.0, 1e-30), (.tangentGELU, 4.0, 0.25),
      (.quickGELU, 4.0, 0.25),
    ])
  func value(_ kind: Activation, bound: Double, floor: Double) throws {
    let backend = try backend()
    let y = Tensor(Self.points, shape: [Self.points.count], on: backend).activated(kind).values
    let error = worst(y, kind.exact, floor: floor)
    #expect(error.ulps <= bound, "\(kind) at \(error.at): \(error.ulps) units in the last place")
  }

  @Test(arguments: [(Activation.gelu, 4.0), (.tanh, 4.0), (.relu, 0.0), (.silu, 10.0), (.tangentGELU, 10.0), (.quickGELU, 10.0)])
  func slope(_ kind: Activation, bound: Double) throws {
    let backend = try backend()
    let x = Tensor(Self.points, shape: [Self.points.count], on: backend)
    x.requiresGradient = true
    x.activated(kind).sum().backward()
    let error = worst(try #require(x.gradient).values, kind.exactSlope, floor: 1)
    #expect(error.ulps <= bound, "slope of \(kind) at \(error.at): \(error.ulps) units in the last place")
  }

  @Test(arguments: Activation.allCases)
  func notANumberStays(_ kind: Activation) throws {
    let y = Tensor([.nan, 1], shape: [2], on: try backend()).activated(kind).values
    #expect(y[0].isNaN && y[1].isFinite)
  }

  @Test func limits() throws {
    let backend = try backend()
    let x = Tensor([.infinity, 1e30, -1e30], shape: [3], on: backend)
    #expect(x.activated(.tanh).values == [1, 1, -1])
    #expect(x.activated(.gelu).values == [.infinity, 1e30, 0])
    #expect(x.activated(.relu).values == [.infinity, 1e30, 0])
    #expect(x.activated(.silu).values == [.infinity, 1e30, 0])
    #expect(x.activated(.tangentGELU).values == [.infinity, 1e30, 0])
    #expect(x.activated(.quickGELU).values == [.infinity, 1e30, 0])
  }

  /// The exponential inside softmax, by the ratio of two probabilities.
  @Test func exponential() throws {
    let backend = try backend()
    let ones = Tensor.filled(1, shape: [2, 1], on: backend)
    var worst = 0.0
    for step in 0...2000 {
      let x = -Float(step) / 25
      let key = Tensor([x, 0], shape: [2, 1], on: backend)
      var seen: [Float] = []
      let query = Tensor([1], shape: [1, 1], on: backend)
      _ = query.attention(
        key: key, value: ones, queryOffsets: [0, 1], keyOffsets: [0, 2], heads: 1, factor: 1, probabilities: { seen = $0.values })
      let expected = exp(Double(x)) / (1 + exp(Double(x)))
      worst = max(worst, abs(Double(seen[0]) - expected) / Double(Float(expected).ulp))
    }
    #expect(worst <= 3, "\(worst) units in the last place")
  }
}
