// Writes a tree of values as an HDF5 file: in memory first, so that the disk sees one whole file. Equal trees give equal
// bytes: no object carries a time, and names go in sorted order.
import CHDF5
import Foundation

/// HDF5 files as values.
package enum HDF5File {
  /// Replaces the file at `url` by one with `root`, atomically.
  ///
  /// - Throws: `StorageError` where a shape does not fit its values, or the file cannot be written.
  package static func write(_ root: HDF5Group, to url: URL) throws {
    try AtomicFile.write(try data(root, name: url.path), to: url)
  }

  /// The bytes of a file with `root`; `name` stands in messages.
  ///
  /// - Throws: `StorageError` where a shape does not fit its values.
  package static func data(_ root: HDF5Group, name: String = "HDF5") throws -> Data {
    do {
      return try HDF5Library.exclusively { try HDF5Writer(name: name).image(of: root) }
    } catch let failure as HDF5Library.Failure {
      throw StorageError.invalidContent(name: name, problem: "the HDF5 library refused it in \(failure.call)")
    }
  }
}

/// Writes one file. All its methods run within the library's lock.
private struct HDF5Writer {
  let name: String

  /// Bytes of a chunk, the unit of checksums and compression.
  private static let chunkBytes = 1 << 20
  /// The most that a dataset of strings may take when each has the length of the longest.
  private static let longestStrings = 1 << 28
  private static let compressionLevel: UInt32 = 4
  private static let longestRank = 32

  func image(of root: HDF5Group) throws -> Data {
    let access = try HDF5Handle.properties(chdf5_file_access())
    try HDF5Library.check(H5Pset_fapl_core(access.id, HDF5Library.memoryStep, false), "H5Pset_fapl_core")
    // The format of library 1.8: object headers with checksums, attributes of any size, readable everywhere.
    try HDF5Library.check(
      H5Pset_libver_bounds(access.id, H5F_LIBVER_V18, H5F_LIBVER_V18), "H5Pset_libver_bounds")
    let creation = try HDF5Handle.properties(chdf5_file_create())
    try HDF5Library.check(H5Pset_obj_track_times(creation.id, false), "H5Pset_obj_track_times")
    let file = try HDF5Handle(
      H5Fcreate(HDF5Library.memoryName, chdf5_truncate(), creation.id, access.id), "H5Fcreate", close: H5Fclose)
    try write(root, into: file.id, path: "")
    try HDF5Library.check(H5Fflush(file.id, H5F_SCOPE_GLOBAL), "H5Fflush")
    let size = H5Fget_file_image(file.id, nil, 0)
    guard size > 0 else { throw HDF5Library.Failure(call: "H5Fget_file_image") }
    var data = Data(count: size)
    let written = data.withUnsafeMutableBytes { H5Fget_file_image(file.id, $0.baseAddress, size) }
    guard written == size else { throw HDF5Library.Failure(call: "H5Fget_file_image") }
    try HDF5Superblock.repair(&data)
    return data
  }

  private func write(_ group: HDF5Group, into id: hid_t, path: String) throws {
    try checkNames(group.groups.map(\.name) + group.datasets.map(\.name), path: path)
    try write(group.attributes, to: id, path: path)
    for (name, dataset) in group.datasets.sorted(by: { $0.name.utf8.lexicographicallyPrecedes($1.name.utf8) }) {
      try write(dataset, named: name, into: id, path: "\(path)/\(name)")
    }
    for (name, child) in group.groups.sorted(by: { $0.name.utf8.lexicographicallyPrecedes($1.name.utf8) }) {
      let creation = try HDF5Handle.properties(chdf5_group_create())
      try HDF5Library.check(H5Pset_obj_track_times(creation.id, false), "H5Pset_obj_track_times")
      let handle = try HDF5Handle(
        H5Gcreate2(id, name, chdf5_default_list(), creation.id, chdf5_default_list()), "H5Gcreate2", close: H5Gclose)
      try write(child, into: handle.id, path: "\(path)/\(name)")
    }
  }

  private func write(_ dataset: HDF5Dataset, named name: String, into id: hid_t, path: String) throws {
    guard checkedCount(dataset.shape) == dataset.values.count, dataset.shape.count <= Self.longestRank else {
      throw invalid("dataset '\(path)' of shape \(dataset.shape) has \(dataset.values.count) values")
    }
    guard dataset.dimensionLabels.isEmpty || dataset.dimensionLabels.count == dataset.shape.count else {
      throw invalid(
        "dataset '\(path)' has \(dataset.shape.count) axes and \(dataset.dimensionLabels.count) labels")
    }
    switch dataset.values {
    case .float32(let values):
      try store(values, dataset, chdf5_float32_file(), chdf5_float32_memory(), 4, named: name, into: id, path: path)
    case .float64(let values):
      try store(values, dataset, chdf5_float64_file(), chdf5_float64_memory(), 8, named: name, into: id, path: path)
    case .int64(let values):
      try store(values, dataset, chdf5_int64_file(), chdf5_int64_memory(), 8, named: name, into: id, path: path)
    case .int32(let values):
      try store(values, dataset, chdf5_int32_file(), chdf5_int32_memory(), 4, named: name, into: id, path: path)
    case .uint8(let values):
      try store(values, dataset, chdf5_uint8_file(), chdf5_uint8_memory(), 1, named: name, into: id, path: path)
    case .strings(let values):
      let size = max(1, values.reduce(0) { max($0, $1.utf8.count) })
      guard let total = checkedProduct([size, values.count]), total <= Self.longestStrings,
        !values.contains(where: { $0.utf8.contains(0) })
      else { throw invalid("dataset '\(path)' has strings that are too long or contain NUL") }
      var bytes = [UInt8](repeating: 0, count: total)
      for (index, value) in values.enumerated() {
        bytes.replaceSubrange(index * size..<index * size + value.utf8.count, with: value.utf8)
      }
      let type = try HDF5Handle.string(size: size)
      try store(bytes, dataset, type.id, type.id, size, named: name, into: id, path: path)
    }
  }

  private func store<Element>(
    _ values: [Element], _ dataset: HDF5Dataset, _ fileType: hid_t, _ memoryType: hid_t, _ elementSize: Int,
    named name: String, into id: hid_t, path: String
  ) throws {
    let creation = try HDF5Handle.properties(chdf5_dataset_create())
    try HDF5Library.check(H5Pset_obj_track_times(creation.id, false), "H5Pset_obj_track_times")
    // Filters need chunks, and neither a scalar nor an empty array can have them.
    if !dataset.shape.isEmpty && !values.isEmpty {
      let chunk = Self.chunk(of: dataset.shape, elementSize: elementSize).map { hsize_t($0) }
      try HDF5Library.check(H5Pset_chunk(creation.id, Int32(chunk.count), chunk), "H5Pset_chunk")
      if H5Zfilter_avail(chdf5_deflate()) > 0 {
        try HDF5Library.check(H5Pset_shuffle(creation.id), "H5Pset_shuffle")
        try HDF5Library.check(H5Pset_deflate(creation.id, Self.compressionLevel), "H5Pset_deflate")
      }
      try HDF5Library.check(H5Pset_fletcher32(creation.id), "H5Pset_fletcher32")
    }
    let space = try HDF5Handle.space(dataset.shape)
    let handle = try HDF5Handle(
      H5Dcreate2(id, name, fileType, space.id, chdf5_default_list(), creation.id, chdf5_default_list()),
      "H5Dcreate2", close: H5Dclose)
    if !values.isEmpty {
      let status = values.withUnsafeBytes {
        H5Dwrite(handle.id, memoryType, chdf5_all(), chdf5_all(), chdf5_default_list(), $0.baseAddress)
      }
      try HDF5Library.check(status, "H5Dwrite")
    }
    try write(dataset.attributes, to: handle.id, path: path)
    if !dataset.dimensionLabels.isEmpty {
      try write(.strings(dataset.dimensionLabels), named: HDF5Library.labelsAttribute, to: handle.id, path: path)
    }
  }

  /// A chunk shape of about `chunkBytes`: whole rows, halved from the slowest axis on.
  static func chunk(of shape: [Int], elementSize: Int) -> [Int] {
    var chunk = shape
    var axis = 0
    while chunk.reduce(elementSize, *) > chunkBytes && axis < chunk.count {
      if chunk[axis] == 1 { axis += 1 } else { chunk[axis] = (chunk[axis] + 1) / 2 }
    }
    return chunk
  }

  // MARK: - Attributes

  private func write(_ attributes: [(name: String, attribute: HDF5Attribute)], to id: hid_t, path: String) throws {
    try checkNames(attributes.map(\.name), path: path)
    for (name, attribute) in attributes.sorted(by: { $0.name.utf8.lexicographicallyPrecedes($1.name.utf8) }) {
      guard name != HDF5Library.labelsAttribute else {
        throw invalid("'\(path)' has an attribute of the name that is reserved for the labels of axes")
      }
      try write(attribute, named: name, to: id, path: path)
    }
  }

  private func write(_ attribute: HDF5Attribute, named name: String, to id: hid_t, path: String) throws {
    switch attribute {
    case .double(let value):
      try withUnsafeBytes(of: value) {
        try create(name, to: id, chdf5_float64_file(), chdf5_float64_memory(), shape: [], $0.baseAddress)
      }
    case .integer(let value):
      try withUnsafeBytes(of: value) {
        try create(name, to: id, chdf5_int64_file(), chdf5_int64_memory(), shape: [], $0.baseAddress)
      }
    case .string(let value): try createStrings(name, to: id, [value], shape: [], path: path)
    case .strings(let values): try createStrings(name, to: id, values, shape: [values.count], path: path)
    }
  }

  private func createStrings(_ name: String, to id: hid_t, _ values: [String], shape: [Int], path: String) throws {
    guard !values.contains(where: { $0.utf8.contains(0) }) else {
      throw invalid("attribute '\(name)' of '\(path)' contains NUL")
    }
    let copies = values.map { strdup($0) }
    defer { for copy in copies { free(copy) } }
    let type = try HDF5Handle.string(size: nil)
    try copies.withUnsafeBytes { try create(name, to: id, type.id, type.id, shape: shape, $0.baseAddress) }
  }

  private func create(
    _ name: String, to id: hid_t, _ fileType: hid_t, _ memoryType: hid_t, shape: [Int], _ bytes: UnsafeRawPointer?
  ) throws {
    let space = try HDF5Handle.space(shape)
    let handle = try HDF5Handle(
      H5Acreate2(id, name, fileType, space.id, chdf5_default_list(), chdf5_default_list()), "H5Acreate2",
      close: H5Aclose)
    if shape != [0] { try HDF5Library.check(H5Awrite(handle.id, memoryType, bytes), "H5Awrite") }
  }

  private func checkNames(_ names: [String], path: String) throws {
    for name in names where name.isEmpty || name == "." || name.utf8.contains(where: { $0 == 0x2f || $0 == 0 }) {
      throw invalid("'\(path)/' holds the name '\(name)', which HDF5 cannot store")
    }
    let sorted = names.sorted()
    for (first, second) in zip(sorted, sorted.dropFirst()) where first == second {
      throw invalid("'\(path)/' holds two things called '\(first)'")
    }
  }

  private func invalid(_ problem: String) -> StorageError { .invalidContent(name: name, problem: problem) }
}
