// Records to and from JSON: one way to write each, and a reading that trusts nothing.
import Foundation
import Settings

/// A record whose file says which schema it follows.
protocol VersionedRecord: Codable {
  static var knownVersion: Int { get }
  static var kind: String { get }
  var schemaVersion: Int { get }
  /// The first value that contradicts another or its own meaning, and how.
  var inconsistency: (key: String, reason: String)? { get }
}

/// An error of the `Records` target.
package enum RecordError: Error, Equatable, CustomStringConvertible {
  /// The file is larger than any record.
  case tooLarge(file: String, bytes: Int, limit: Int)
  /// The file is no JSON.
  case notJSON(file: String, kind: String, reason: String)
  /// The file follows a schema that this program does not know.
  case unknownVersion(file: String, kind: String, found: Int, known: Int)
  /// The file lacks a key or holds what the key does not allow.
  case invalid(file: String, kind: String, key: String, reason: String)
  /// The record could not be written as JSON.
  case notEncodable(kind: String, reason: String)

  package var description: String {
    switch self {
    case .tooLarge(let file, let bytes, let limit):
      "\(file): has \(bytes) bytes, but a record has at most \(limit); move it away, and the run is made again."
    case .notJSON(let file, let kind, let reason):
      "\(file): is not the JSON of a \(kind): \(reason). Move it away, and the run is made again."
    case .unknownVersion(let file, let kind, let found, let known):
      "\(file): is a \(kind) of schema version \(found), but this program knows version \(known)"
        + (found > known ? "; use a newer lowrank." : "; move it away, and the run is made again.")
    case .invalid(let file, let kind, let key, let reason):
      "\(file): is not a \(kind): '\(key)' \(reason). Move it away, and the run is made again."
    case .notEncodable(let kind, let reason):
      "the \(kind) cannot be written as JSON: \(reason)"
    }
  }
}

/// The largest file that is read as a record.
private let largestRecord = 16 * 1024 * 1024

private struct VersionOnly: Decodable {
  let version: Int
  enum CodingKeys: String, CodingKey { case version = "schema_version" }
}

extension VersionedRecord {
  fileprivate func json() throws(RecordError) -> Data {
    let encoder = JSONEncoder()
    // Sorted keys and shortest numbers: equal records are equal bytes.
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
    encoder.nonConformingFloatEncodingStrategy = .convertToString(
      positiveInfinity: "Infinity", negativeInfinity: "-Infinity", nan: "NaN")
    do {
      return try encoder.encode(self) + Data("\n".utf8)
    } catch {
      throw .notEncodable(kind: Self.kind, reason: "\(error)")
    }
  }

  fileprivate static func read(_ data: Data, file: String) throws(RecordError) -> Self {
    guard data.count <= largestRecord else {
      throw .tooLarge(file: file, bytes: data.count, limit: largestRecord)
    }
    let decoder = JSONDecoder()
    decoder.nonConformingFloatDecodingStrategy = .convertFromString(
      positiveInfinity: "Infinity", negativeInfinity: "-Infinity", nan: "NaN")
    let record: Self
    do {
      // The version first: another schema's keys would only bring misleading messages.
      let version = try decoder.decode(VersionOnly.self, from: data).version
      guard version == knownVersion else {
        throw RecordError.unknownVersion(file: file, kind: kind, found: version, known: knownVersion)
      }
      record = try decoder.decode(Self.self, from: data)
    } catch let error as RecordError {
      throw error
    } catch let error as DecodingError {
      throw problem(error, file: file)
    } catch {
      throw .notJSON(file: file, kind: kind, reason: "\(error)")
    }
    if let (key, reason) = record.inconsistency {
      throw .invalid(file: file, kind: kind, key: key, reason: reason)
    }
    return record
  }

  private static func problem(_ error: DecodingError, file: String) -> RecordError {
    func name(_ path: [any CodingKey]) -> String {
      path.map { key in key.intValue.map { "\($0)" } ?? key.stringValue }.joined(separator: ".")
    }
    switch error {
    case .keyNotFound(let key, let context):
      return .invalid(file: file, kind: kind, key: name(context.codingPath + [key]), reason: "is missing")
    case .typeMismatch(let type, let context):
      return .invalid(file: file, kind: kind, key: name(context.codingPath), reason: "is no \(type)")
    case .valueNotFound(let type, let context):
      return .invalid(file: file, kind: kind, key: name(context.codingPath), reason: "is empty, but must be a \(type)")
    case .dataCorrupted(let context) where !context.codingPath.isEmpty:
      return .invalid(
        file: file, kind: kind, key: name(context.codingPath), reason: "is not allowed: \(context.debugDescription)")
    default:
      return .notJSON(file: file, kind: kind, reason: "it is cut short or damaged")
    }
  }
}

extension RunRecord {
  /// The bytes of `record.json`: keys sorted, numbers as short as they read back, a newline at the end. An undefined or
  /// infinite number is one of the texts `NaN`, `Infinity`, `-Infinity`.
  /// - Throws: `RecordError.notEncodable`.
  package func jsonData() throws(RecordError) -> Data { try json() }

  /// Reads `record.json`.
  /// - Parameters:
  ///   - data: the file's bytes.
  ///   - file: its path, for messages.
  /// - Throws: `RecordError` where it is too large, damaged, of another schema, not what its seal was made for, or contradicts itself.
  package init(jsonData data: Data, file: String) throws(RecordError) {
    self = try Self.read(data, file: file)
    guard RecordSeal.holds(seal, of: data) else {
      throw .invalid(
        file: file, kind: Self.kind, key: "seal", reason: "does not fit the rest: a bit has flipped, or the file was edited")
    }
  }
}

extension TimingRecord {
  /// The bytes of `timing.json`, written as `record.json` is.
  /// - Throws: `RecordError.notEncodable`.
  package func jsonData() throws(RecordError) -> Data { try json() }

  /// Reads `timing.json`.
  /// - Parameters:
  ///   - data: the file's bytes.
  ///   - file: its path, for messages.
  /// - Throws: `RecordError` where it is too large, damaged, of another schema, or holds impossible quantities.
  package init(jsonData data: Data, file: String) throws(RecordError) { self = try Self.read(data, file: file) }
}

extension JSONValue {
  /// Reads any JSON, as the canonical JSON of a manifest row.
  /// - Throws: `RecordError` where it is none.
  package init(json: String) throws(RecordError) {
    do {
      self = try JSONDecoder().decode(JSONValue.self, from: Data(json.utf8))
    } catch {
      throw .notJSON(file: "manifest row", kind: "manifest row", reason: "\(error)")
    }
  }
}
