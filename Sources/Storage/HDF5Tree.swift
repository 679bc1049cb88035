// What an HDF5 file holds, as a tree of values.

/// A group: named groups, datasets and attributes. A file's root is one. Names are unique and stored in sorted order.
package struct HDF5Group: Sendable, Equatable {
  /// The groups within, by name.
  package var groups: [(name: String, group: HDF5Group)]
  /// The datasets within, by name.
  package var datasets: [(name: String, dataset: HDF5Dataset)]
  /// What the group says of itself.
  package var attributes: [(name: String, attribute: HDF5Attribute)]

  /// A group with this content.
  package init(
    groups: [(name: String, group: HDF5Group)] = [], datasets: [(name: String, dataset: HDF5Dataset)] = [],
    attributes: [(name: String, attribute: HDF5Attribute)] = []
  ) {
    self.groups = groups
    self.datasets = datasets
    self.attributes = attributes
  }

  /// The group called `name` within this one, or nil.
  package func group(_ name: String) -> HDF5Group? { groups.first { $0.name == name }?.group }

  /// The dataset at `path`, whose parts are separated by `/`, or nil.
  package func dataset(_ path: String) -> HDF5Dataset? {
    let parts = path.split(separator: "/", maxSplits: 1).map(String.init)
    guard let first = parts.first else { return nil }
    if parts.count == 1 { return datasets.first { $0.name == first }?.dataset }
    return group(first)?.dataset(parts[1])
  }

  /// The attribute called `name`, or nil.
  package func attribute(_ name: String) -> HDF5Attribute? { attributes.first { $0.name == name }?.attribute }

  /// Whether both hold the same, in the same order.
  package static func == (left: HDF5Group, right: HDF5Group) -> Bool {
    left.groups.elementsEqual(right.groups, by: ==) && left.datasets.elementsEqual(right.datasets, by: ==)
      && left.attributes.elementsEqual(right.attributes, by: ==)
  }
}

/// An array of numbers or strings with a label for each axis.
package struct HDF5Dataset: Sendable, Equatable {
  /// The elements in row-major order.
  package enum Values: Sendable, Equatable {
    case float32([Float])
    case float64([Double])
    case int64([Int64])
    case int32([Int32])
    case uint8([UInt8])
    /// Text of any length without NUL characters; stored at the length of the longest.
    case strings([String])

    /// The number of elements.
    package var count: Int {
      switch self {
      case .float32(let values): return values.count
      case .float64(let values): return values.count
      case .int64(let values): return values.count
      case .int32(let values): return values.count
      case .uint8(let values): return values.count
      case .strings(let values): return values.count
      }
    }
  }

  /// The extent of each axis; empty for a single element.
  package var shape: [Int]
  /// The elements in row-major order.
  package var values: Values
  /// What each axis counts; empty for none, else one for each axis. `h5py` shows them as `dims[i].label`.
  package var dimensionLabels: [String]
  /// What the dataset says of itself.
  package var attributes: [(name: String, attribute: HDF5Attribute)]

  /// A dataset with this content.
  package init(
    shape: [Int], values: Values, dimensionLabels: [String] = [],
    attributes: [(name: String, attribute: HDF5Attribute)] = []
  ) {
    self.shape = shape
    self.values = values
    self.dimensionLabels = dimensionLabels
    self.attributes = attributes
  }

  /// Whether both hold the same, attributes in the same order.
  package static func == (left: HDF5Dataset, right: HDF5Dataset) -> Bool {
    left.shape == right.shape && left.values == right.values && left.dimensionLabels == right.dimensionLabels
      && left.attributes.elementsEqual(right.attributes, by: ==)
  }
}

/// A small named value on a group or dataset.
package enum HDF5Attribute: Sendable, Equatable {
  case string(String)
  case double(Double)
  case integer(Int64)
  case strings([String])
}
