// How far a computed tensor may be from a recorded one.

/// A bound on the error of one quantity: `|a - b| <= rel · max|b| + abs`, `b` being the whole recorded tensor.
package struct Tolerance: Sendable, Equatable, Decodable {
  /// Relative to the recorded tensor's largest magnitude.
  var rel: Double
  /// The absolute difference that is allowed.
  package var abs: Double

  /// A tolerance with these bounds.
  package init(rel: Double, abs: Double) {
    self.rel = rel
    self.abs = abs
  }

  /// For references that state none: what float32 needs in an encoder of a few layers.
  package static let standard = Tolerance(rel: 5e-5, abs: 1e-6)

  /// The largest error allowed against `expected`.
  package func allowed(for expected: [Float]) -> Double {
    rel * expected.reduce(0) { max($0, Double($1.magnitude)) } + abs
  }
}
