// Writer of the safetensors format, in the order and spacing of the Python library's own writer.
import Foundation

/// A tensor to be written.
package struct SafetensorsEntry: Sendable {
  /// The name, unique in its file.
  package let name: String
  /// The extent of each axis.
  package let shape: [Int]
  /// The elements in row-major order.
  package let values: [Float]

  /// An entry with these parts.
  package init(name: String, shape: [Int], values: [Float]) {
    self.name = name
    self.shape = shape
    self.values = values
  }
}

/// Writes tensors as a `.safetensors` file. Equal content gives equal bytes, in whatever order it is handed over.
package enum SafetensorsWriter {
  /// The types in which floats can be stored.
  package enum Precision: Sendable {
    /// Single precision, as in memory.
    case float32
    /// Half precision, rounded to the nearest.
    case float16
    /// The upper half of single precision, rounded to the nearest, ties to even.
    case bfloat16

    fileprivate var elementType: ElementType {
      switch self {
      case .float32: .float32
      case .float16: .float16
      case .bfloat16: .bfloat16
      }
    }
  }

  /// A tensor's place in the header.
  struct Outline {
    let name: String
    let shape: [Int]
    let type: ElementType
    /// Its elements, as many as the shape says.
    let count: Int

    /// - Throws: `StorageError.invalidContent` where the shape is impossible.
    init(name: String, shape: [Int], type: ElementType, in file: String) throws {
      guard let count = checkedCount(shape), checkedProduct([count, type.size]) != nil else {
        throw StorageError.invalidContent(name: file, problem: "tensor '\(name)' has the impossible shape \(shape)")
      }
      (self.name, self.shape, self.type, self.count) = (name, shape, type, count)
    }
  }

  /// Replaces the file at `url` by one with `entries`, atomically.
  ///
  /// - Throws: `StorageError` where a shape does not fit its values, or the file cannot be written.
  /// - Returns: the SHA-256 of what was written.
  @discardableResult
  package static func write(
    _ entries: [SafetensorsEntry], as precision: Precision = .float32, metadata: [String: String] = [:], to url: URL
  ) throws -> String {
    let sorted = sorted(entries, by: \.name)
    let header = try Self.header(outlines(of: sorted, precision, in: url.lastPathComponent), metadata, in: url.lastPathComponent)
    let digest = DigestStream()
    try AtomicFile.write(to: url) { output in
      func put(_ bytes: UnsafeRawBufferPointer) throws {
        digest.update(bytes)
        try output.append(bytes)
      }
      try header.withUnsafeBytes(put)
      for entry in sorted { try forEachPiece(of: entry, as: precision, put) }
    }
    return digest.finish()
  }

  /// The bytes of a file with `entries`.
  ///
  /// - Throws: `StorageError` where a shape does not fit its values.
  package static func data(
    _ entries: [SafetensorsEntry], as precision: Precision = .float32, metadata: [String: String] = [:]
  ) throws -> Data {
    let sorted = sorted(entries, by: \.name)
    var data = Data(try header(outlines(of: sorted, precision, in: "safetensors"), metadata, in: "safetensors"))
    for entry in sorted { forEachPiece(of: entry, as: precision) { data.append(contentsOf: $0) } }
    return data
  }

  /// By the bytes of their names, as the Python library sorts, not by Swift's idea of equal characters.
  static func sorted<Entry>(_ entries: [Entry], by name: (Entry) -> String) -> [Entry] {
    entries.sorted { name($0).utf8.lexicographicallyPrecedes(name($1).utf8) }
  }

  private static func outlines(of entries: [SafetensorsEntry], _ precision: Precision, in file: String) throws -> [Outline] {
    try entries.map { entry in
      guard checkedCount(entry.shape) == entry.values.count else {
        throw StorageError.invalidContent(
          name: file, problem: "tensor '\(entry.name)' of shape \(entry.shape) has \(entry.values.count) values")
      }
      return try Outline(name: entry.name, shape: entry.shape, type: precision.elementType, in: file)
    }
  }

  /// The bytes before the first tensor's.
  ///
  /// - Parameter tensors: what follows, sorted by name.
  /// - Throws: `StorageError.invalidContent` where two have one name, or one has the name that the format keeps for itself.
  static func header(_ tensors: [Outline], _ metadata: [String: String], in file: String) throws -> [UInt8] {
    for (index, tensor) in tensors.enumerated() {
      guard tensor.name != "__metadata__", index == 0 || tensors[index - 1].name != tensor.name else {
        throw StorageError.invalidContent(name: file, problem: "two tensors are called '\(tensor.name)'")
      }
    }
    var parts: [String] = []
    if !metadata.isEmpty {
      let pairs = metadata.sorted { $0.key.utf8.lexicographicallyPrecedes($1.key.utf8) }
      parts.append("\"__metadata__\":{\(pairs.map { "\(quoted($0.key)):\(quoted($0.value))" }.joined(separator: ","))}")
    }
    var start = 0
    for tensor in tensors {
      let end = start + tensor.count * tensor.type.size
      let shape = tensor.shape.map(String.init).joined(separator: ",")
      parts.append(
        "\(quoted(tensor.name)):{\"dtype\":\"\(tensor.type.safetensorsName)\",\"shape\":[\(shape)],"
          + "\"data_offsets\":[\(start),\(end)]}")
      start = end
    }
    var text = Array("{\(parts.joined(separator: ","))}".utf8)
    // Spaces up to a multiple of 8 align the tensors for whoever maps the file.
    text.append(contentsOf: [UInt8](repeating: 0x20, count: (8 - text.count % 8) % 8))
    return withUnsafeBytes(of: UInt64(text.count).littleEndian) { Array($0) } + text
  }

  private static func forEachPiece(
    of entry: SafetensorsEntry, as precision: Precision, _ body: (UnsafeRawBufferPointer) throws -> Void
  ) rethrows {
    switch precision {
    case .float32: try entry.values.withUnsafeBytes(body)
    case .float16: try entry.values.map { Float16($0) }.withUnsafeBytes(body)
    case .bfloat16: try entry.values.map(upperHalf).withUnsafeBytes(body)
    }
  }

  private static func upperHalf(_ value: Float) -> UInt16 {
    guard !value.isNaN else { return 0x7fc0 }
    let bits = value.bitPattern
    return UInt16((bits &+ 0x7fff &+ (bits >> 16 & 1)) >> 16)
  }

  /// `text` as a JSON string.
  private static func quoted(_ text: String) -> String {
    let encoder = JSONEncoder()
    encoder.outputFormatting = .withoutEscapingSlashes
    // a string always encodes
    return (try? encoder.encode(text)).map { String(decoding: $0, as: UTF8.self) } ?? "\"\""
  }
}
