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

    fileprivate var elementType: ElementType { self == .float32 ? .float32 : .float16 }
  }

  /// Replaces the file at `url` by one with `entries`, atomically.
  ///
  /// - Throws: `StorageError` where a shape does not fit its values, or the file cannot be written.
  package static func write(
    _ entries: [SafetensorsEntry], as precision: Precision = .float32, metadata: [String: String] = [:], to url: URL
  ) throws {
    let sorted = try checked(entries, in: url.lastPathComponent)
    let header = Self.header(sorted, precision.elementType, metadata)
    try AtomicFile.write(to: url) { output in
      try header.withUnsafeBytes { try output.append($0) }
      for entry in sorted { try forEachPiece(of: entry, as: precision) { try output.append($0) } }
    }
  }

  /// The bytes of a file with `entries`.
  ///
  /// - Throws: `StorageError` where a shape does not fit its values.
  package static func data(
    _ entries: [SafetensorsEntry], as precision: Precision = .float32, metadata: [String: String] = [:]
  ) throws -> Data {
    let sorted = try checked(entries, in: "safetensors")
    var data = Data(header(sorted, precision.elementType, metadata))
    for entry in sorted { forEachPiece(of: entry, as: precision) { data.append(contentsOf: $0) } }
    return data
  }

  private static func checked(_ entries: [SafetensorsEntry], in file: String) throws -> [SafetensorsEntry] {
    // By bytes, as the Python library sorts, not by Swift's idea of equal characters.
    let sorted = entries.sorted { $0.name.utf8.lexicographicallyPrecedes($1.name.utf8) }
    for (index, entry) in sorted.enumerated() {
      guard checkedCount(entry.shape) == entry.values.count else {
        throw StorageError.invalidContent(
          name: file, problem: "tensor '\(entry.name)' of shape \(entry.shape) has \(entry.values.count) values")
      }
      guard entry.name != "__metadata__", index == 0 || sorted[index - 1].name != entry.name else {
        throw StorageError.invalidContent(name: file, problem: "two tensors are called '\(entry.name)'")
      }
    }
    return sorted
  }

  private static func header(
    _ entries: [SafetensorsEntry], _ type: ElementType, _ metadata: [String: String]
  ) -> [UInt8] {
    var parts: [String] = []
    if !metadata.isEmpty {
      let pairs = metadata.sorted { $0.key.utf8.lexicographicallyPrecedes($1.key.utf8) }
      parts.append("\"__metadata__\":{\(pairs.map { "\(quoted($0.key)):\(quoted($0.value))" }.joined(separator: ","))}")
    }
    var start = 0
    for entry in entries {
      let end = start + entry.values.count * type.size
      let shape = entry.shape.map(String.init).joined(separator: ",")
      parts.append(
        "\(quoted(entry.name)):{\"dtype\":\"\(type.safetensorsName)\",\"shape\":[\(shape)],"
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
    }
  }

  /// `text` as a JSON string.
  private static func quoted(_ text: String) -> String {
    let encoder = JSONEncoder()
    encoder.outputFormatting = .withoutEscapingSlashes
    // a string always encodes
    return (try? encoder.encode(text)).map { String(decoding: $0, as: UTF8.self) } ?? "\"\""
  }
}
