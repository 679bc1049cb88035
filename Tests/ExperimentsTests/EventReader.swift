// What a folder of event files holds, read without any of the code that wrote it.
import Foundation
import Testing

/// The events of one run, from the last of its files, as TensorBoard shows them.
struct EventReader {
  /// The names of all event files of the run, in order.
  let files: [String]
  /// What the last one holds beside numbers, in order: `version`, `start`, `stop`.
  private(set) var marks: [String] = []
  /// By tag, the steps and the bits of the numbers.
  private(set) var points: [String: [Point]] = [:]
  /// Seconds since 1970 of every number, in the order of the file.
  private(set) var times: [Double] = []

  /// A number of a curve; equal ones have equal bits.
  struct Point: Equatable {
    var step: Int
    var bits: UInt32
    var value: Float { Float(bitPattern: bits) }
  }

  init(_ folder: URL) throws {
    files = ((try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? []).sorted()
    guard let last = files.last else { return }
    var rest = try Data(contentsOf: folder.appending(path: last))[...]
    while !rest.isEmpty {
      let length = Int(try Self.number(rest, 8))
      try #require(rest.count >= length + 16, "a record that is cut off")
      try read(rest.dropFirst(12).prefix(length))
      rest = rest.dropFirst(length + 16)
    }
  }

  /// The values of a tag, by step.
  func values(_ tag: String) -> [Float] { (points[tag] ?? []).map(\.value) }
  /// The steps at which it has one.
  func steps(_ tag: String) -> [Int] { (points[tag] ?? []).map(\.step) }

  private mutating func read(_ event: Data) throws {
    var step = 0
    var time = 0.0
    for (field, value, bytes) in try Self.fields(event) {
      switch field {
      case 1: time = Double(bitPattern: value)
      case 2: step = Int(value)
      case 3: marks.append("version")
      case 7: marks.append(try Self.fields(bytes).first?.value == 1 ? "start" : "stop")
      case 5:
        for scalar in try Self.fields(bytes) {
          let parts = try Self.fields(scalar.bytes)
          let tag = String(decoding: try #require(parts.first).bytes, as: UTF8.self)
          points[tag, default: []].append(Point(step: step, bits: UInt32(try #require(parts.last).value)))
          times.append(time)
        }
      default: Issue.record("field \(field) of an event")
      }
    }
  }

  /// The fields of a protocol buffer: the number, and its value or its bytes.
  private static func fields(_ message: Data) throws -> [(field: Int, value: UInt64, bytes: Data)] {
    var rest = message
    var fields: [(field: Int, value: UInt64, bytes: Data)] = []
    func varint() throws -> UInt64 {
      var (value, shift) = (UInt64(0), UInt64(0))
      while true {
        let byte = try #require(rest.first)
        rest = rest.dropFirst()
        value |= UInt64(byte & 0x7F) << shift
        if byte < 0x80 { return value }
        shift += 7
      }
    }
    while !rest.isEmpty {
      let key = try varint(), field = Int(key >> 3)
      switch key & 7 {
      case 0: fields.append((field, try varint(), Data()))
      case 2:
        let count = Int(try varint())
        fields.append((field, 0, rest.prefix(count)))
        rest = rest.dropFirst(count)
      case let kind:
        let width = kind == 1 ? 8 : 4
        fields.append((field, try number(rest, width), Data()))
        rest = rest.dropFirst(width)
      }
    }
    return fields
  }

  /// The little-endian number at the start.
  private static func number(_ bytes: Data, _ width: Int) throws -> UInt64 {
    try #require(bytes.count >= width)
    return bytes.prefix(width).reversed().reduce(0) { $0 << 8 | UInt64($1) }
  }
}
