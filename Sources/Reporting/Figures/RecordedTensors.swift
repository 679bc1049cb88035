// A run's `tensors.h5` for a figure: read only where it is the file that the run wrote, each tensor checked for its axes.
import Foundation
import Records
import Storage

/// A matrix of numbers with a name for each place of one of its axes.
struct NamedMatrix: Equatable {
  let rows: Int
  let columns: Int
  /// In row-major order.
  let values: [Double]
  /// The names of the columns, or of the rows.
  let names: [String]

  subscript(row: Int, column: Int) -> Double { values[row * columns + column] }

  func row(_ row: Int) -> ArraySlice<Double> { values[row * columns..<(row + 1) * columns] }
}

/// The tensors of one run.
struct RecordedTensors {
  /// The file, for messages.
  let path: String
  let root: HDF5Group

  /// Reads the tensors in a run's folder after comparing their digest with the record's.
  /// - Throws: `ReportError`.
  init(in folder: URL, record: RunRecord) throws(ReportError) {
    let file = RunFile.tensors.url(in: folder)
    guard record.digests.tensors != nil else { throw .noTensors(path: file.relativePath) }
    // before the library opens it, which aborts on some damage
    if let damage = record.damage(of: .tensors, in: folder) { throw .damagedFile(damage) }
    do {
      root = try HDF5File.read(file)
    } catch let error as StorageError {
      throw .unreadableTensors(error)
    } catch {
      throw .unreadable(path: file.relativePath, reason: "\(error)")
    }
    path = file.relativePath
  }

  /// A tensor of one axis.
  func vector(_ name: String, axis: String) throws(ReportError) -> [Double] {
    let dataset = try dataset(name, axes: [axis])
    return try numbers(dataset, name)
  }

  /// A tensor of two axes, one of whose places have names.
  /// - Parameter named: the axis that has names.
  func matrix(_ name: String, axes: [String], named: String) throws(ReportError) -> NamedMatrix {
    let dataset = try dataset(name, axes: axes)
    let values = try numbers(dataset, name)
    let extent = dataset.shape[named == axes[0] ? 0 : 1]
    guard case .strings(let names)? = dataset.attributes.first(where: { $0.name == named })?.attribute, names.count == extent
    else {
      throw .unexpectedTensor(
        path: path, tensor: name, found: "without a name for each of its \(extent) places on the axis '\(named)'",
        expected: "one for each")
    }
    return NamedMatrix(rows: dataset.shape[0], columns: dataset.shape[1], values: values, names: names)
  }

  /// The number of elements of each mask, by the path of its matrix.
  func maskSizes() -> [(path: String, count: Int)] {
    (root.group("pruning")?.group("mask")?.datasets ?? []).map { ($0.name, $0.dataset.values.count) }
  }

  private func dataset(_ name: String, axes: [String]) throws(ReportError) -> HDF5Dataset {
    guard let dataset = root.dataset(name) else { throw .missingTensor(path: path, tensor: name) }
    guard dataset.dimensionLabels == axes, dataset.shape.count == axes.count else {
      throw .unexpectedTensor(
        path: path, tensor: name, found: "of the axes [\(dataset.dimensionLabels.joined(separator: ", "))]",
        expected: "[\(axes.joined(separator: ", "))]")
    }
    return dataset
  }

  private func numbers(_ dataset: HDF5Dataset, _ name: String) throws(ReportError) -> [Double] {
    guard let values = dataset.values.doubles else {
      throw .unexpectedTensor(path: path, tensor: name, found: "of texts", expected: "numbers")
    }
    guard !values.isEmpty else { throw .unexpectedTensor(path: path, tensor: name, found: "empty", expected: "values") }
    return values
  }
}
