/// A run of numbers that a backend owns; its memory goes back to the backend with the last reference.
package final class Buffer {
  /// What numbers may be.
  package enum ElementType: Sendable, CaseIterable {
    case float32
    /// Sums and other single numbers.
    case float64
    /// The upper half of a float32: weights that stay as their checkpoint has them.
    case bfloat16
    /// Rows, labels and places.
    case int32

    /// Bytes of one number.
    package var size: Int {
      switch self {
      case .float32, .int32: 4
      case .float64: 8
      case .bfloat16: 2
      }
    }
  }

  /// How many numbers it holds.
  package let count: Int
  /// What they are.
  package let type: ElementType
  /// Where the backend has them; nobody else looks into it.
  package let storage: AnyObject

  /// For backends alone: so many numbers that lie in `storage`.
  package init(count: Int, type: ElementType, storage: AnyObject) {
    self.count = count
    self.type = type
    self.storage = storage
  }
}
