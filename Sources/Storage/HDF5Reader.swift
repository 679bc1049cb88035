// Reads an HDF5 file as a tree of values, from bytes in memory, so that what is parsed is what was digested.
import CHDF5
import Foundation

extension HDF5File {
  /// The largest file read.
  private static let longestFile = 1 << 32

  /// The content of the file at `url`, names sorted. Compare the file's digest with its record first where there is
  /// one: the library takes long over some damaged files.
  ///
  /// - Throws: `StorageError` where the file cannot be read, is no HDF5 file, or holds what is not read here.
  package static func read(_ url: URL) throws -> HDF5Group {
    try read(try InputFile(path: url.path).contents(limit: longestFile), name: url.path)
  }

  /// The content of a file's `bytes`; `name` stands in messages.
  ///
  /// - Throws: `StorageError` where the bytes are no HDF5 file, or hold what is not read here.
  package static func read(_ bytes: [UInt8], name: String = "HDF5") throws -> HDF5Group {
    try read(bytes, name: name) { reader, root in try reader.readGroup(root, path: "", depth: 0) }
  }

  /// What the root of the file at `url` says of itself; its groups and datasets are left alone.
  ///
  /// - Throws: `StorageError` where the file cannot be read or is no HDF5 file.
  package static func attributes(_ url: URL) throws -> [(name: String, attribute: HDF5Attribute)] {
    try read(try InputFile(path: url.path).contents(limit: longestFile), name: url.path) { reader, root in
      try reader.readAttributes(root, path: "")
    }
  }

  private static func read<Result>(
    _ bytes: [UInt8], name: String, _ body: (inout HDF5Reader, hid_t) throws -> Result
  ) throws -> Result {
    do {
      return try HDF5Library.exclusively {
        var reader = HDF5Reader(name: name, size: bytes.count)
        return try reader.read(bytes, body)
      }
    } catch let failure as HDF5Library.Failure {
      throw StorageError.malformed(path: name, format: "HDF5", problem: "the library refused it in \(failure.call)")
    }
  }
}

/// Reads one file. All its methods run within the library's lock.
private struct HDF5Reader {
  let name: String
  /// Bytes that may still be handed out: as many as the file can hold at the best ratio of compression.
  private var budget: Int
  private var objects = 0

  private static let deepestGroup = 32
  private static let mostObjects = 100_000
  private static let bestCompression = 1100
  private static let longestName = 4096

  init(name: String, size: Int) {
    self.name = name
    budget = (1 << 16) + size * Self.bestCompression
  }

  mutating func read<Result>(_ bytes: [UInt8], _ body: (inout HDF5Reader, hid_t) throws -> Result) throws -> Result {
    let access = try HDF5Handle.properties(chdf5_file_access())
    try HDF5Library.check(H5Pset_fapl_core(access.id, HDF5Library.memoryStep, false), "H5Pset_fapl_core")
    var copy = bytes
    try HDF5Library.check(H5Pset_file_image(access.id, &copy, copy.count), "H5Pset_file_image")
    let file = try HDF5Handle(
      H5Fopen(HDF5Library.memoryName, chdf5_read_only(), access.id), "H5Fopen", close: H5Fclose)
    let root = try HDF5Handle(H5Gopen2(file.id, "/", chdf5_default_list()), "H5Gopen2", close: H5Gclose)
    return try body(&self, root.id)
  }

  mutating func readGroup(_ id: hid_t, path: String, depth: Int) throws -> HDF5Group {
    guard depth < Self.deepestGroup else { throw malformed("its groups are nested too deep at '\(path)'") }
    var information = H5G_info_t()
    try HDF5Library.check(H5Gget_info(id, &information), "H5Gget_info")
    var group = HDF5Group(attributes: try readAttributes(id, path: path))
    for index in 0..<information.nlinks {
      try countObject()
      let child = try Self.text("H5Lget_name_by_idx") {
        H5Lget_name_by_idx(id, ".", H5_INDEX_NAME, H5_ITER_INC, index, $0, $1, chdf5_default_list())
      }
      let childPath = "\(path)/\(child)"
      var link = H5L_info_t()
      try HDF5Library.check(H5Lget_info(id, child, &link, chdf5_default_list()), "H5Lget_info")
      guard link.type == H5L_TYPE_HARD else { throw unsupported("'\(childPath)' is a link to elsewhere") }
      let object = try HDF5Handle(H5Oopen(id, child, chdf5_default_list()), "H5Oopen", close: H5Oclose)
      switch H5Iget_type(object.id) {
      case H5I_GROUP: group.groups.append((child, try readGroup(object.id, path: childPath, depth: depth + 1)))
      case H5I_DATASET: group.datasets.append((child, try readDataset(object.id, path: childPath)))
      default: throw unsupported("'\(childPath)' is neither a group nor a dataset")
      }
    }
    return group
  }

  private mutating func readDataset(_ id: hid_t, path: String) throws -> HDF5Dataset {
    let space = try HDF5Handle(H5Dget_space(id), "H5Dget_space", close: H5Sclose)
    let type = try HDF5Handle(H5Dget_type(id), "H5Dget_type", close: H5Tclose)
    let shape = try readShape(space.id, path: path)
    let values = try readValues(shape, type.id, space.id, path: path) {
      H5Dread(id, $0, chdf5_all(), chdf5_all(), chdf5_default_list(), $1)
    }
    var attributes = try readAttributes(id, path: path)
    var labels: [String] = []
    if let index = attributes.firstIndex(where: { $0.name == HDF5Library.labelsAttribute }) {
      if case .strings(let found) = attributes.remove(at: index).attribute { labels = found }
    }
    return HDF5Dataset(shape: shape, values: values, dimensionLabels: labels, attributes: attributes)
  }

  mutating func readAttributes(_ id: hid_t, path: String) throws -> [(name: String, attribute: HDF5Attribute)] {
    var information = H5O_info_t()
    try HDF5Library.check(H5Oget_info2(id, &information, H5O_INFO_NUM_ATTRS), "H5Oget_info")
    var attributes: [(name: String, attribute: HDF5Attribute)] = []
    for index in 0..<information.num_attrs {
      try countObject()
      let handle = try HDF5Handle(
        H5Aopen_by_idx(
          id, ".", H5_INDEX_NAME, H5_ITER_INC, index, chdf5_default_list(), chdf5_default_list()),
        "H5Aopen_by_idx", close: H5Aclose)
      let name = try Self.text("H5Aget_name") { H5Aget_name(handle.id, $1, $0) }
      attributes.append((name, try readAttribute(handle.id, path: "\(path)@\(name)")))
    }
    return attributes
  }

  private mutating func readAttribute(_ id: hid_t, path: String) throws -> HDF5Attribute {
    let space = try HDF5Handle(H5Aget_space(id), "H5Aget_space", close: H5Sclose)
    let type = try HDF5Handle(H5Aget_type(id), "H5Aget_type", close: H5Tclose)
    let shape = try readShape(space.id, path: path)
    let values = try readValues(shape, type.id, space.id, path: path) { H5Aread(id, $0, $1) }
    switch (values, shape.isEmpty) {
    case (.strings(let texts), false): return .strings(texts)
    case (.strings(let texts), true): return .string(texts[0])
    case (.float64(let numbers), true): return .double(numbers[0])
    case (.float32(let numbers), true): return .double(Double(numbers[0]))
    case (.int64(let numbers), true): return .integer(numbers[0])
    case (.int32(let numbers), true): return .integer(Int64(numbers[0]))
    case (.uint8(let numbers), true): return .integer(Int64(numbers[0]))
    default: throw unsupported("'\(path)' is an array of numbers as an attribute")
    }
  }

  private func readShape(_ space: hid_t, path: String) throws -> [Int] {
    switch H5Sget_simple_extent_type(space) {
    case H5S_SCALAR: return []
    case H5S_SIMPLE: break
    default: throw unsupported("'\(path)' has no extent")
    }
    let rank = H5Sget_simple_extent_ndims(space)
    guard rank >= 0 else { throw HDF5Library.Failure(call: "H5Sget_simple_extent_ndims") }
    var extents = [hsize_t](repeating: 0, count: Int(rank))
    try HDF5Library.check(H5Sget_simple_extent_dims(space, &extents, nil), "H5Sget_simple_extent_dims")
    return try extents.map {
      guard let extent = Int(exactly: $0) else { throw malformed("'\(path)' has an impossible shape") }
      return extent
    }
  }

  /// Reads the elements by `body(memory type, target)` in the type that suits what is stored.
  private mutating func readValues(
    _ shape: [Int], _ type: hid_t, _ space: hid_t, path: String, _ body: (hid_t, UnsafeMutableRawPointer?) -> Int32
  ) throws -> HDF5Dataset.Values {
    guard let count = checkedCount(shape) else { throw malformed("'\(path)' has an impossible shape") }
    let size = H5Tget_size(type)
    func numbers<Number: AdditiveArithmetic>(_ memoryType: hid_t, _ zero: Number) throws -> [Number] {
      try reserve(count, elementSize: max(size, MemoryLayout<Number>.size), path: path)
      var values = [Number](repeating: zero, count: count)
      if count > 0 {
        try HDF5Library.check(
          values.withUnsafeMutableBytes { body(memoryType, $0.baseAddress) }, "H5Dread of '\(path)'")
      }
      return values
    }
    switch H5Tget_class(type) {
    case H5T_FLOAT where size == 8: return .float64(try numbers(chdf5_float64_memory(), 0 as Double))
    case H5T_FLOAT where size <= 4: return .float32(try numbers(chdf5_float32_memory(), 0 as Float))
    case H5T_INTEGER:
      let signed = H5Tget_sign(type) == H5T_SGN_2
      if size == 1 && !signed { return .uint8(try numbers(chdf5_uint8_memory(), 0 as UInt8)) }
      if size < 4 || size == 4 && signed { return .int32(try numbers(chdf5_int32_memory(), 0 as Int32)) }
      // Unsigned numbers of 8 bytes above the signed range would be clipped in silence.
      guard size < 8 || size == 8 && signed else { throw unsupported("'\(path)' holds unsigned 64-bit integers") }
      return .int64(try numbers(chdf5_int64_memory(), 0 as Int64))
    case H5T_STRING:
      if H5Tis_variable_str(type) > 0 { return .strings(try variableStrings(count, type, space, path: path, body)) }
      try reserve(count, elementSize: size, path: path)
      var bytes = [UInt8](repeating: 0, count: count * size)
      let memory = try HDF5Handle.string(size: size)
      try HDF5Library.check(H5Tset_cset(memory.id, H5Tget_cset(type)), "H5Tset_cset")
      if count > 0 { try HDF5Library.check(body(memory.id, &bytes), "H5Dread of '\(path)'") }
      return .strings(
        (0..<count).map { String(decoding: bytes[$0 * size..<($0 + 1) * size].prefix { $0 != 0 }, as: UTF8.self) })
    default: throw unsupported("'\(path)' holds elements of an unknown type")
    }
  }

  private mutating func variableStrings(
    _ count: Int, _ type: hid_t, _ space: hid_t, path: String, _ body: (hid_t, UnsafeMutableRawPointer?) -> Int32
  ) throws -> [String] {
    try reserve(count, elementSize: MemoryLayout<UnsafePointer<CChar>?>.size, path: path)
    if count == 0 { return [] }
    var pointers = [UnsafeMutablePointer<CChar>?](repeating: nil, count: count)
    let memory = try HDF5Handle.string(size: nil)
    try HDF5Library.check(H5Tset_cset(memory.id, H5Tget_cset(type)), "H5Tset_cset")
    try HDF5Library.check(body(memory.id, &pointers), "H5Dread of '\(path)'")
    defer { _ = H5Dvlen_reclaim(memory.id, space, chdf5_default_list(), &pointers) }
    return pointers.map { $0.map { String(cString: $0) } ?? "" }
  }

  private mutating func reserve(_ count: Int, elementSize: Int, path: String) throws {
    guard let bytes = checkedProduct([count, elementSize]), bytes <= budget else {
      throw malformed("'\(path)' should have \(count) elements, more than the file can hold")
    }
    budget -= bytes
  }

  private mutating func countObject() throws {
    objects += 1
    guard objects <= Self.mostObjects else { throw malformed("it holds more than \(Self.mostObjects) objects") }
  }

  /// The text that `body(buffer, size)` gives, asked for its length first.
  private static func text(_ call: String, _ body: (UnsafeMutablePointer<CChar>?, Int) -> Int) throws -> String {
    let length = body(nil, 0)
    guard length >= 0, length <= longestName else { throw HDF5Library.Failure(call: call) }
    var buffer = [CChar](repeating: 0, count: length + 1)
    guard body(&buffer, buffer.count) == length else { throw HDF5Library.Failure(call: call) }
    return String(decoding: buffer.prefix(length).map { UInt8(bitPattern: $0) }, as: UTF8.self)
  }

  private func malformed(_ problem: String) -> StorageError {
    .malformed(path: name, format: "HDF5", problem: problem)
  }

  private func unsupported(_ problem: String) -> StorageError {
    .unsupported(path: name, problem: problem, advice: "Only files that this program wrote are read.")
  }
}
