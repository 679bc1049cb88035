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

  /// Reads `input_ids` and, where they are there, `attention_mask`, without which every token is real, and `token_type_ids`:
  /// `[batch, width]` each.
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
    func others(_ name: String, else value: Int64) throws -> [Int64] {
      let isThere = archive.description(of: prefix + name) != nil
      return isThere ? try integers(name, like: shape).0 : [Int64](repeating: value, count: ids.count)
    }
    let mask = try others("attention_mask", else: 1), types = try others("token_type_ids", else: 0)
    let width = shape[1]
    guard (0..<shape[0]).allSatisfy({ mask[$0 * width..<($0 + 1) * width].contains { $0 != 0 } }) else {
      throw ParityError.reference(path: archive.path, problem: "'\(prefix)attention_mask' has a row without any token")
    }
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

  /// The places of the packed tokens that say what comes next, and what that is, where `labels: [batch, width]` have a token: a label
  /// says what stands at its own place, and each row's first is nobody's to tell.
  ///
  /// - Throws: `ParityError.reference` for labels that do not fit the batch, or are no tokens.
  func nextTokens(
    _ archive: any TensorArchive, prefix: String = "", vocabulary: Int
  ) throws -> (places: [Int32], tokens: [Int32]) {
    let name = "\(prefix)labels", labels = try archive.integers(name)
    guard labels.count == places.count * width, labels.allSatisfy({ $0 < vocabulary }) else {
      throw ParityError.reference(path: archive.path, problem: "'\(name)' do not fit the batch and the \(vocabulary) words")
    }
    var found: (places: [Int32], tokens: [Int32]) = ([], [])
    var row = 0
    for (sequence, real) in places.enumerated() {
      for (after, place) in real.enumerated().dropFirst() where labels[sequence * width + place] >= 0 {
        found.places.append(Int32(row + after - 1))
        found.tokens.append(Int32(labels[sequence * width + place]))
      }
      row += real.count
    }
    return found
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
