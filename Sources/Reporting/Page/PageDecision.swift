// What a method recorded of its own, as the report page shows it: whatever its name, by its axes. Of the small all numbers are shown, of
// the large some, of the rest what they are.
import Foundation
import Storage

/// One dataset of a method's own.
struct PageDecision: Encodable, Sendable {
  /// How it is shown.
  enum Form: String, Encodable {
    /// All numbers as a table.
    case table
    /// Lines along the first axis.
    case lines
    /// Its name and size.
    case mention
  }

  /// Its path in the file.
  let path: String
  /// What each axis counts.
  let axes: [String]
  let shape: [Int]
  let form: Form
  /// The names of the places of the first axis, and of the last; empty where they have none.
  let rowNames: [String]
  let columnNames: [String]
  /// The places along the first axis that are shown, from 0.
  let places: [Int]
  /// A row for each of those places.
  let rows: [PageNumbers]

  /// Groups that are no method's own.
  private static let common = ["evaluation", "predictions", "training"]
  /// The largest table, the most lines and the most points of one.
  private static let mostRows = 64, mostColumns = 64, mostCells = 1024, mostLines = 64, mostPoints = 60

  /// Everything that a run's method recorded, by path.
  static func all(in root: HDF5Group) -> [PageDecision] {
    root.groups.filter { !common.contains($0.name) }.flatMap { all(in: $0.group, path: $0.name) }
  }

  private static func all(in group: HDF5Group, path: String) -> [PageDecision] {
    let own = group.datasets.compactMap { name, dataset -> PageDecision? in
      // the updates of a preliminary are curves
      path == "preliminary" ? nil : PageDecision(dataset, path: "\(path)/\(name)")
    }
    return own + group.groups.flatMap { all(in: $0.group, path: "\(path)/\($0.name)") }
  }

  private init(_ dataset: HDF5Dataset, path: String) {
    self.path = path
    axes = dataset.shape.indices.map { $0 < dataset.dimensionLabels.count ? dataset.dimensionLabels[$0] : "\($0)" }
    shape = dataset.shape
    let numbers = dataset.values.doubles ?? []
    let isStepwise = axes.first == "step" || axes.first == "epoch"
    let height = shape.first ?? 1, width = shape.count == 2 ? shape[1] : 1
    let isShown = !numbers.isEmpty && shape.count <= 2 && numbers.count == height * width
    if isShown, isStepwise, width <= Self.mostLines {
      form = .lines
      places = FigureSampling.places(height, most: Self.mostPoints)
    } else if isShown, height <= Self.mostRows, width <= Self.mostColumns, numbers.count <= Self.mostCells {
      form = .table
      places = Array(0..<height)
    } else {
      form = .mention
      places = []
    }
    rows = places.map { row in
      PageNumbers(Array(numbers[row * width..<(row + 1) * width]))
    }
    rowNames = form == .table && shape.count == 2 ? Self.names(dataset, axis: axes[0], count: height) : []
    columnNames = form == .mention || shape.isEmpty ? [] : Self.names(dataset, axis: axes[axes.count - 1], count: width)
  }

  /// The names of an axis's places; empty where they have none.
  private static func names(_ dataset: HDF5Dataset, axis: String, count: Int) -> [String] {
    guard case .strings(let names)? = dataset.attributes.first(where: { $0.name == axis })?.attribute, names.count == count else {
      return []
    }
    return names
  }
}
