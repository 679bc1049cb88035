// The padded batch of a reference, packed, and the real tokens' part of what is recorded for it.
import Layers
import Storage

/// Inputs that a reference was computed from.
struct ReferenceBatch {
  let batch: TokenBatch
  /// Tokens of a padded row.
  let width: Int
  /// Places of the real tokens in each padded row.
  private let places: [[Int]]

  /// The most rows, and the most tokens of a row.
  private static let mostPlaces = 1 << 20

  /// Reads `input_ids`, `attention_mask` and, where it is there, `token_type_ids`: `[batch, width]` each.
  init(_ archive: any TensorArchive, prefix: String = "") throws {
    func integers(_ name: String, like shape: [Int]?) throws -> ([Int64], [Int]) {
      let values = try archive.integers(prefix + name)
      let found = archive.description(of: prefix + name)?.shape ?? []
      guard found.count == 2, shape == nil || shape == found else {
        throw ParityError.reference(
          path: archive.path, problem: "'\(prefix + name)' has the shape \(found), expected \(shape ?? [])")
      }
      // without any element the other extent may be of any size
      guard found.allSatisfy((1...Self.mostPlaces).contains) else {
        throw ParityError.reference(
          path: archive.path, problem: "'\(prefix + name)' has the shape \(found), expected extents of 1 to \(Self.mostPlaces)")
      }
      return (values, found)
    }
    let (ids, shape) = try integers("input_ids", like: nil)
    let (mask, _) = try integers("attention_mask", like: shape)
    let hasTypes = archive.description(of: prefix + "token_type_ids") != nil
    let types = hasTypes ? try integers("token_type_ids", like: shape).0 : [Int64](repeating: 0, count: ids.count)
    let width = shape[1]
    self.width = width
    places = (0..<shape[0]).map { row in (0..<width).filter { mask[row * width + $0] != 0 } }
    batch = TokenBatch(
      places.enumerated().map { row, columns in
        (
          columns.map { Int32(clamping: ids[row * width + $0]) },
          columns.map { Int32(clamping: types[row * width + $0]) }
        )
      })
  }

  /// The real tokens' rows of values `[batch, width, columns]`: `[tokens, columns]`; empty where the count does not fit.
  func realRows<Value>(_ values: [Value], columns: Int) -> [Value] {
    guard values.count == places.count * width * columns else { return [] }
    return places.enumerated().flatMap { row, real in
      real.flatMap { place in
        values[(row * width + place) * columns..<(row * width + place + 1) * columns]
      }
    }
  }

  /// The real tokens' part of probabilities `[batch, heads, width, width]`: head by head, sequence by sequence.
  func realPairs(_ values: [Float], heads: Int) -> [Float] {
    guard values.count == places.count * heads * width * width else { return [] }
    return (0..<heads).flatMap { head in
      places.enumerated().flatMap { row, real in
        real.flatMap { query in
          real.map { values[((row * heads + head) * width + query) * width + $0] }
        }
      }
    }
  }
}
