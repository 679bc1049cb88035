// Named arrays and texts in one file that carries the digest of its own bytes: what a program goes on from. It is a safetensors file, so
// that any reader of those shows what is in it; the last 64 bytes, its last tensor, are the SHA-256 of all before them.
import Foundation

/// An array to be kept in a sealed archive; its values are asked for when their turn has come, so that one is in memory at a time.
package struct SealedEntry {
  /// Numbers of one type.
  package enum Values: Sendable, Equatable {
    case float32([Float])
    case float64([Double])
    case int64([Int64])

    /// How many there are.
    package var count: Int {
      switch self {
      case .float32(let values): values.count
      case .float64(let values): values.count
      case .int64(let values): values.count
      }
    }

    fileprivate var type: ElementType {
      switch self {
      case .float32: .float32
      case .float64: .float64
      case .int64: .int64
      }
    }

    fileprivate func withBytes(_ body: (UnsafeRawBufferPointer) throws -> Void) rethrows {
      switch self {
      case .float32(let values): try values.withUnsafeBytes(body)
      case .float64(let values): try values.withUnsafeBytes(body)
      case .int64(let values): try values.withUnsafeBytes(body)
      }
    }
  }

  /// The name, unique in its file.
  package let name: String
  fileprivate let count: Int
  fileprivate let type: ElementType
  fileprivate let values: () -> Values

  /// An array whose values are there: `[count]`.
  package init(_ name: String, _ values: Values) {
    (self.name, count, type) = (name, values.count, values.type)
    self.values = { values }
  }

  /// An array of `count` numbers that are fetched when they are written.
  package init(_ name: String, count: Int, fetch: @escaping () -> [Float]) {
    (self.name, self.count, type) = (name, count, .float32)
    values = { .float32(fetch()) }
  }
}

/// A file that is no sealed archive, or no longer the one that was written.
package struct ArchiveDamage: Error, Equatable, CustomStringConvertible {
  /// The file.
  package let path: String
  /// What is wrong with it, without a full stop.
  package let reason: String

  package var description: String { "\(path): \(reason)" }
}

/// A file of arrays and texts whose bytes were compared with the digest in it.
package struct SealedArchive: Sendable {
  /// The texts, by name.
  package let texts: [String: String]
  /// The names of the arrays, in the order of their bytes.
  package let names: [String]
  private let file: SafetensorsFile

  /// The name of the digest's tensor. No entry's sorts after it: names are of printable ASCII.
  private static let digestName = "~sha256"
  private static let digestLength = 64

  /// Replaces the file at `url`, streamed, its digest computed in the same pass.
  ///
  /// - Parameter texts: what the archive says in words, by name.
  /// - Throws: `StorageError` where two arrays have one name, or the file cannot be written; what was there before stays.
  package static func write(_ entries: [SealedEntry], texts: [String: String], to url: URL) throws {
    let name = url.lastPathComponent
    let sorted = SafetensorsWriter.sorted(entries, by: \.name)
    var outlines = try sorted.map {
      try SafetensorsWriter.Outline(name: $0.name, shape: [$0.count], type: $0.type, in: name)
    }
    guard outlines.allSatisfy({ $0.name.utf8.lexicographicallyPrecedes(digestName.utf8) }) else {
      throw StorageError.invalidContent(name: name, problem: "an array is called '\(outlines.last?.name ?? "")'")
    }
    outlines.append(try .init(name: digestName, shape: [digestLength], type: .uint8, in: name))
    let header = try SafetensorsWriter.header(outlines, texts, in: name)
    try AtomicFile.write(to: url) { output in
      let digest = DigestStream()
      func put(_ bytes: UnsafeRawBufferPointer) throws {
        digest.update(bytes)
        try output.append(bytes)
      }
      try header.withUnsafeBytes(put)
      for entry in sorted {
        let values = entry.values()
        guard values.count == entry.count else {
          throw StorageError.invalidContent(
            name: name, problem: "'\(entry.name)' has \(values.count) values where \(entry.count) were announced")
        }
        try values.withBytes(put)
      }
      try Array(digest.finish().utf8).withUnsafeBytes { try output.append($0) }
    }
  }

  /// Opens the file at `url` and compares all its bytes with the digest at their end. Arrays are read when they are asked for.
  ///
  /// - Throws: `ArchiveDamage` where the file is none of this kind, or has other bytes than were written; `StorageError` where it
  ///   cannot be read.
  package init(url: URL) throws {
    let input = try InputFile(path: url.path)
    guard input.size > Self.digestLength else {
      throw ArchiveDamage(path: input.path, reason: "it has \(input.size) bytes, fewer than its digest alone")
    }
    let end = input.size - Self.digestLength
    let digest = String(decoding: try input.bytes(at: end, count: Self.digestLength), as: UTF8.self)
    guard try FileDigest.sha256(of: input, count: end) == digest else {
      throw ArchiveDamage(
        path: input.path,
        reason: "its bytes are not those that were written: a bit has flipped, it was cut, or another program changed it")
    }
    file = try SafetensorsFile(input)
    guard file.descriptions.last?.name == Self.digestName else {
      throw ArchiveDamage(path: input.path, reason: "its digest has no name")
    }
    names = file.descriptions.dropLast().map(\.name)
    texts = file.metadata
  }

  /// The numbers called `name`; nil where there are none.
  ///
  /// - Throws: `StorageError` where they cannot be read; `ArchiveDamage` where they are of a type that is never written.
  package func values(_ name: String) throws -> SealedEntry.Values? {
    guard let description = file.description(of: name) else { return nil }
    func read<Element>(_ type: Element.Type) throws -> [Element] {
      try [Element](unsafeUninitializedCapacity: description.count) { buffer, initialized in
        let whole = UnsafeMutableRawBufferPointer(UnsafeMutableBufferPointer(rebasing: buffer[..<description.count]))
        try file.readBytes(name, into: whole)
        initialized = description.count
      }
    }
    switch description.elementType {
    case .float32: return .float32(try read(Float.self))
    case .float64: return .float64(try read(Double.self))
    case .int64: return .int64(try read(Int64.self))
    default:
      throw ArchiveDamage(path: file.path, reason: "'\(name)' is of type \(description.elementType), which is never written")
    }
  }
}
