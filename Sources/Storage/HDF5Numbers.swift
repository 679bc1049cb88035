// Arrays of numbers as datasets of one axis, and datasets as arrays of numbers.

extension HDF5Dataset {
  /// Numbers along an axis with this label.
  package static func numbers(_ values: [Double], _ label: String) -> HDF5Dataset {
    HDF5Dataset(shape: [values.count], values: .float64(values), dimensionLabels: [label])
  }

  /// Integers along an axis with this label.
  package static func integers(_ values: [Int64], _ label: String) -> HDF5Dataset {
    HDF5Dataset(shape: [values.count], values: .int64(values), dimensionLabels: [label])
  }

  /// The elements where they are stored as `numbers(_:_:)` stores them; nil else.
  package var numbers: [Double]? { if case .float64(let values) = values { values } else { nil } }
  /// The elements where they are stored as `integers(_:_:)` stores them; nil else.
  package var integers: [Int64]? { if case .int64(let values) = values { values } else { nil } }
}

extension HDF5Dataset.Values {
  /// Numbers of any kind as doubles; nil for texts.
  package var doubles: [Double]? {
    switch self {
    case .float32(let values): values.map(Double.init)
    case .float64(let values): values
    case .int64(let values): values.map(Double.init)
    case .int32(let values): values.map(Double.init)
    case .uint8(let values): values.map(Double.init)
    case .strings: nil
    }
  }
}
