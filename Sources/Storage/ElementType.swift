// The number types that tensor files store, and a tensor's name, type and shape.

/// How one element of a stored tensor is encoded, always little-endian.
package enum ElementType: String, Sendable, CaseIterable {
  case float64, float32, float16, bfloat16
  case int64, int32, int16, int8, uint8, bool

  /// Bytes of one element.
  package var size: Int {
    switch self {
    case .float64, .int64: return 8
    case .float32, .int32: return 4
    case .float16, .bfloat16, .int16: return 2
    case .int8, .uint8, .bool: return 1
    }
  }

  /// Whether the type holds real numbers.
  package var isFloatingPoint: Bool {
    switch self {
    case .float64, .float32, .float16, .bfloat16: return true
    case .int64, .int32, .int16, .int8, .uint8, .bool: return false
    }
  }
}

/// A stored tensor's name, element type and shape.
package struct TensorDescription: Sendable, Equatable {
  /// The name as in the file.
  package let name: String
  /// The type in which the elements are stored.
  package let elementType: ElementType
  /// The extent of each axis, the slowest first; empty for a single number.
  package let shape: [Int]

  /// A description with these parts.
  package init(name: String, elementType: ElementType, shape: [Int]) {
    self.name = name
    self.elementType = elementType
    self.shape = shape
  }

  /// The number of elements; an archive hands out only shapes for which it is defined.
  package var count: Int { checkedCount(shape) ?? 0 }
}

/// The number of elements of `shape`, or nil where an extent is negative or the product overflows.
func checkedCount(_ shape: [Int]) -> Int? {
  guard shape.allSatisfy({ $0 >= 0 }) else { return nil }
  // A zero anywhere makes the tensor empty, however long the other axes are.
  if shape.contains(0) { return 0 }
  return checkedProduct(shape)
}

/// The product of `factors`, or nil where it overflows.
func checkedProduct(_ factors: [Int]) -> Int? {
  var product = 1
  for factor in factors {
    let (next, overflow) = product.multipliedReportingOverflow(by: factor)
    if overflow { return nil }
    product = next
  }
  return product
}

/// The sum of `terms`, or nil where it overflows.
func checkedSum(_ terms: Int...) -> Int? {
  var sum = 0
  for term in terms {
    let (next, overflow) = sum.addingReportingOverflow(term)
    if overflow { return nil }
    sum = next
  }
  return sum
}
