// Arrays for a kernel to work on: whatever addresses and numbers, with margins that it must leave alone.
@testable import CPUBackend
@testable import Tensors

/// Hands out arrays one after the other; two of the same content, size and offset hand out the same.
final class Workbench {
  /// How large the arrays are.
  struct Size: Sendable, CustomStringConvertible {
    var rows: Int
    var columns: Int

    var description: String { rows == 1 ? "\(columns) numbers" : "\(rows) by \(columns)" }

    /// Around the widths of vectors, of dropout's groups and of the runs of sums.
    static let arrays = [1, 2, 7, 8, 15, 16, 17, 31, 33, 63, 64, 65, 127, 1000, 4095, 4097, 8209].map { Size(rows: 1, columns: $0) }
    static let tables = [(1, 1), (3, 5), (7, 16), (5, 17), (2, 63), (9, 64), (4, 65), (31, 33), (3, 333), (2, 2051)].map {
      Size(rows: $0.0, columns: $0.1)
    }
  }

  /// What stands in the arrays.
  enum Content: Sendable, CaseIterable {
    /// Some units.
    case ordinary
    /// Denormal numbers, the smallest normal ones, zeros of both signs.
    case tiny
    /// Numbers whose sums and products overflow.
    case huge
    /// Infinities, NaN, zeros and the ends of the range among ordinary ones.
    case special
  }

  /// Before and behind each array.
  private static let margin = 32
  private static let mark = Float(bitPattern: 0x7E57_AB1E)

  private let content: Content
  private let size: Size
  /// How many numbers the arrays begin behind a cache line.
  private let offset: Int
  private var generator = Numbers(seed: 5)
  private var arrays: [(base: UnsafeMutablePointer<Float>, count: Int)] = []
  private var notes: [Double] = []

  init(_ content: Content, _ size: Size, offset: Int) {
    (self.content, self.size, self.offset) = (content, size, offset)
  }

  deinit { for array in arrays { UnsafeMutableRawPointer(array.base).deallocate() } }

  var rows: Int64 { Int64(size.rows) }
  var columns: Int64 { Int64(size.columns) }
  /// Of an array: rows times columns.
  var count: Int64 { rows * columns }
  let stream = RandomStream(seed: 0x1234_5678_9ABC_DEF0, purpose: .dropout, step: 5, index: 7).c

  /// An array of numbers, with so many `more` at its end.
  func array(more: Int64 = 0) -> UnsafeMutablePointer<Float> { array(of: count + more) }
  func row() -> UnsafeMutablePointer<Float> { array(of: columns) }
  func column() -> UnsafeMutablePointer<Float> { array(of: rows) }
  /// An array that is only written.
  func blank() -> UnsafeMutablePointer<Float> { array(of: count) }

  func array(of count: Int64) -> UnsafeMutablePointer<Float> {
    let count = Int(count), whole = Self.margin + offset + count + Self.margin
    let raw = UnsafeMutableRawPointer.allocate(byteCount: whole * MemoryLayout<Float>.stride, alignment: 64)
    let base = raw.bindMemory(to: Float.self, capacity: whole)
    base.update(repeating: Self.mark, count: whole)
    arrays.append((base, count))
    let start = base + Self.margin + offset
    for index in 0..<count { start[index] = number() }
    return start
  }

  func number() -> Float {
    let word = generator.word(), sign: Float = word & 1 == 0 ? 1 : -1, share = Float(generator.next())
    switch content {
    case .ordinary: return sign * 6 * share
    case .tiny:
      return switch word >> 1 & 3 {
      case 0: sign * 0
      case 1: sign * Float(bitPattern: UInt32(word >> 40) & 0x007F_FFFF)
      default: sign * Float.leastNormalMagnitude * (share + 0.5)
      }
    case .huge: return sign * Float.greatestFiniteMagnitude * (0.001 + 0.999 * share)
    case .special:
      let specials: [Float] = [.infinity, .nan, 0, .greatestFiniteMagnitude, .leastNonzeroMagnitude, 88.7, 103]
      let place = Int(word >> 1 & 31)
      return place < specials.count ? sign * specials[place] : sign * 6 * share
    }
  }

  /// Any bits, the same for the same index.
  func word(_ index: Int) -> UInt32 { UInt32(truncatingIfNeeded: UInt64(size.columns + 7 * index) &* 0x9E37_79B9_7F4A_7C15 >> 13) }

  /// Calls with the address of distance zero in a table of buckets, and the number of buckets.
  func withDistances(_ body: (UnsafePointer<Int32>, Int64) -> Void) {
    let reach = max(size.rows, size.columns) - 1
    let index = AttentionTests.index(reach: reach, buckets: 20)
    index.withUnsafeBufferPointer { if let base = $0.baseAddress { body(base + reach, Int64(index[2 * reach]) + 1) } }
  }

  /// Keeps a number that a kernel returned.
  func note(_ value: Double) { notes.append(value) }

  /// Whether the margins are as they were.
  var isIntact: Bool {
    arrays.allSatisfy { array in
      let start = Self.margin + offset, end = start + array.count
      return (Array(0..<start) + Array(end..<end + Self.margin)).allSatisfy { array.base[$0].bitPattern == Self.mark.bitPattern }
    }
  }

  /// The first number that differs in its bits, with both values; a NaN is any NaN, since which one an operation on two of them
  /// gives is not promised.
  func firstDifference(from other: Workbench) -> String? {
    for (number, (mine, its)) in zip(arrays, other.arrays).enumerated() {
      for index in 0..<mine.count {
        let place = Self.margin + offset + index, (a, b) = (mine.base[place], its.base[place])
        if a.bitPattern != b.bitPattern, !(a.isNaN && b.isNaN) {
          return "number \(index) of array \(number) is \(a), expected \(b)"
        }
      }
    }
    for (a, b) in zip(notes, other.notes) where a.bitPattern != b.bitPattern && !(a.isNaN && b.isNaN) {
      return "it gives \(a), expected \(b)"
    }
    return arrays.count == other.arrays.count && notes.count == other.notes.count ? nil : "other arrays"
  }
}
