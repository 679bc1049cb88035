// Reader of the safetensors format: the length of a JSON header (8 bytes), the header, the tensors one after the other.
// Format: https://github.com/huggingface/safetensors#format
import Foundation

/// A `.safetensors` file. Opening it checks the whole header; no tensor is read before it is asked for.
package final class SafetensorsFile: RecordedArchive {
  package let path: String
  /// The tensors in the order of their bytes in the file.
  package let descriptions: [TensorDescription]
  /// The header's free text, by key.
  package let metadata: [String: String]
  private let records: [String: TensorRecord]

  /// The longest header that the format allows.
  private static let longestHeader = 100_000_000
  /// More tensors than any model has; a header of empty ones would take seconds to read.
  private static let mostTensors = 65_536

  /// Opens the file at `url` and checks its header: lengths, types, shapes, and that the tensors cover the rest of the
  /// file without gap or overlap.
  ///
  /// - Throws: `StorageError` where the file cannot be read, or its header does not fit it.
  package convenience init(url: URL) throws {
    try self.init(InputFile(path: url.path))
  }

  /// Reads the header of an open file.
  init(_ file: InputFile) throws {
    try file.refuseOtherKind()
    path = file.path
    func malformed(_ problem: String) -> StorageError {
      .malformed(path: file.path, format: "safetensors", problem: problem)
    }
    guard file.size >= 8 else { throw malformed("it has \(file.size) bytes, fewer than the 8 of a header's length") }
    var prefix = ByteCursor(try file.bytes(at: 0, count: 8))
    let declared = try prefix.unsigned(UInt64.self)
    guard declared <= UInt64(Self.longestHeader), declared <= UInt64(file.size - 8) else {
      throw malformed("its header should have \(declared) bytes, but the file has \(file.size) in all")
    }
    let headerLength = Int(declared)
    let json = Data(try file.bytes(at: 8, count: headerLength))
    guard Self.tensors(in: json) <= Self.mostTensors else {
      throw StorageError.unsupported(
        path: file.path, problem: "has more than \(Self.mostTensors) tensors", advice: "Check that it is the right file.")
    }
    let header: SafetensorsHeader
    do {
      header = try JSONDecoder().decode(SafetensorsHeader.self, from: json)
    } catch let error as DecodingError {
      throw malformed("its header is not the JSON of this format (\(Self.reason(error)))")
    }
    let dataStart = 8 + headerLength
    let dataSize = file.size - dataStart
    var expectedStart = 0
    var records: [String: TensorRecord] = [:]
    var descriptions: [TensorDescription] = []
    for (name, entry) in header.entries {
      guard let type = ElementType(safetensorsName: entry.elementType) else {
        throw StorageError.unsupported(
          path: file.path, problem: "tensor '\(name)' has the element type '\(entry.elementType)'",
          advice: "Convert it to one of \(ElementType.allCases.map(\.safetensorsName).joined(separator: ", ")).")
      }
      guard let count = checkedCount(entry.shape), let size = checkedProduct([count, type.size]) else {
        throw malformed("tensor '\(name)' has the impossible shape \(entry.shape)")
      }
      guard entry.start == expectedStart, let end = checkedSum(entry.start, size), end == entry.end else {
        throw malformed(
          "tensor '\(name)' lies at bytes \(entry.start) to \(entry.end), "
            + "expected \(size) bytes from \(expectedStart)")
      }
      guard end <= dataSize else {
        throw malformed("tensor '\(name)' ends at byte \(end) of the data, which have \(dataSize)")
      }
      let description = TensorDescription(name: name, elementType: type, shape: entry.shape)
      records[name] = TensorRecord(
        description: description, file: file, offset: dataStart + entry.start, strides: nil)
      descriptions.append(description)
      expectedStart = end
    }
    guard expectedStart == dataSize else {
      throw malformed("its tensors end at byte \(expectedStart) of the data, which have \(dataSize)")
    }
    guard records.count == descriptions.count else { throw malformed("two tensors have the same name") }
    self.records = records
    self.descriptions = descriptions
    self.metadata = header.metadata
  }

  func record(of name: String) -> TensorRecord? { records[name] }

  /// How many tensors a header may name at most.
  private static func tensors(in json: Data) -> Int {
    var count = 0
    var start = json.startIndex
    while count <= mostTensors, let found = json.range(of: Data("\"dtype\"".utf8), in: start..<json.endIndex) {
      count += 1
      start = found.upperBound
    }
    return count
  }

  private static func reason(_ error: DecodingError) -> String {
    let context: DecodingError.Context
    switch error {
    case .typeMismatch(_, let found), .valueNotFound(_, let found), .keyNotFound(_, let found),
      .dataCorrupted(let found):
      context = found
    @unknown default: return "unreadable"
    }
    let place = context.codingPath.map(\.stringValue).joined(separator: "/")
    return place.isEmpty ? "not an object" : "at '\(place)'"
  }
}

/// The JSON header: what it says of each tensor, by place in the file, and its free text.
private struct SafetensorsHeader: Decodable {
  struct Entry: Decodable {
    let elementType: String
    let shape: [Int]
    let start: Int
    let end: Int

    enum CodingKeys: String, CodingKey {
      case elementType = "dtype"
      case shape
      case offsets = "data_offsets"
    }

    init(from decoder: any Decoder) throws {
      let container = try decoder.container(keyedBy: CodingKeys.self)
      elementType = try container.decode(String.self, forKey: .elementType)
      shape = try container.decode([Int].self, forKey: .shape)
      let offsets = try container.decode([Int].self, forKey: .offsets)
      guard offsets.count == 2, offsets[0] >= 0, offsets[1] >= offsets[0] else {
        throw DecodingError.dataCorruptedError(forKey: .offsets, in: container, debugDescription: "no range")
      }
      start = offsets[0]
      end = offsets[1]
    }
  }

  struct Name: CodingKey {
    let stringValue: String
    var intValue: Int? { nil }
    init(stringValue: String) { self.stringValue = stringValue }
    init?(intValue: Int) { return nil }
  }

  let entries: [(name: String, entry: Entry)]
  let metadata: [String: String]

  init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: Name.self)
    var entries: [(name: String, entry: Entry)] = []
    var metadata: [String: String] = [:]
    for key in container.allKeys.sorted(by: { $0.stringValue < $1.stringValue }) {
      if key.stringValue == "__metadata__" {
        metadata = try container.decode([String: String].self, forKey: key)
      } else {
        entries.append((key.stringValue, try container.decode(Entry.self, forKey: key)))
      }
    }
    // An empty tensor shares its start with the one after it, so its end decides.
    self.entries = entries.sorted { ($0.entry.start, $0.entry.end, $0.name) < ($1.entry.start, $1.entry.end, $1.name) }
    self.metadata = metadata
  }
}

extension ElementType {
  /// The type's name in a safetensors header.
  var safetensorsName: String {
    switch self {
    case .float64: return "F64"
    case .float32: return "F32"
    case .float16: return "F16"
    case .bfloat16: return "BF16"
    case .int64: return "I64"
    case .int32: return "I32"
    case .int16: return "I16"
    case .int8: return "I8"
    case .uint8: return "U8"
    case .bool: return "BOOL"
    }
  }

  init?(safetensorsName: String) {
    guard let type = Self.allCases.first(where: { $0.safetensorsName == safetensorsName }) else { return nil }
    self = type
  }
}
