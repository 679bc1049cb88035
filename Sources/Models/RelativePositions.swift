// DeBERTa's relative positions: which row of the relative table stands for a distance between two tokens.
import CKernels

/// How distances between tokens are put into buckets: near ones each in their own, far ones by their logarithm
/// (He et al. 2021, as in `DebertaV2` of `transformers`). Rows are asked for only of sizes that `EncoderConfiguration.problems` accepts.
package struct RelativePositions: Sendable, Equatable {
  /// Buckets in each direction; 0 gives every distance its own.
  package var buckets: Int
  /// The distance from which on the logarithm no longer grows within the table, in tokens.
  package var maximumDistance: Int
  /// Whether the relative table goes through a layer norm of its own (`norm_rel_ebd`).
  var normalizesTable: Bool

  /// Relative positions with these sizes.
  package init(buckets: Int, maximumDistance: Int, normalizesTable: Bool = true) {
    self.buckets = buckets
    self.maximumDistance = maximumDistance
    self.normalizesTable = normalizesTable
  }

  /// Rows of the table in each direction; the table has twice as many.
  package var span: Int { buckets > 0 ? buckets : maximumDistance }

  /// The signed bucket of a distance, query position − key position.
  ///
  /// In float32, as the reference computes it: where the logarithm meets a whole number exactly, rounding decides.
  package func bucket(_ distance: Int) -> Int {
    let middle = buckets / 2
    guard buckets > 0, abs(distance) > middle else { return distance }
    func logarithm(_ x: Float) -> Float { Float(lr_log(Double(x))) }
    let longest = Float(Double(maximumDistance - 1) / Double(middle))
    let place = logarithm(Float(abs(distance)) / Float(middle)) / logarithm(longest)
    let bucket = Int((place * Float(middle - 1)).rounded(.up)) + middle
    return distance < 0 ? -bucket : bucket
  }

  /// The row of the relative table for a distance.
  package func row(_ distance: Int) -> Int { min(max(bucket(distance) + span, 0), 2 * span - 1) }

  /// The rows that sequences of up to `longest` tokens can meet, and for each distance from `-(longest - 1)` up the row's
  /// place among them.
  func window(longest: Int) -> (rows: [Int32], index: [Int32]) {
    let table = (-(longest - 1)...(longest - 1)).map { row($0) }
    let (first, last) = (table.first ?? span, table.last ?? span)
    return ((first...last).map { Int32($0) }, table.map { Int32($0 - first) })
  }
}
