// A JSON text with one of its values replaced by what a hostile or broken file may hold there.
import Foundation

/// A copy of a JSON text in which one value is another.
public struct JSONVariation: Sendable, CustomStringConvertible {
  /// Where the value stands: keys and places in lists, as `segments.0.tokens`; empty for the whole.
  public let path: String
  /// What stands there instead, as JSON.
  public let value: String
  /// The whole text.
  public let json: Data

  public var description: String { "'\(path)' is \(value)" }
}

/// All variations of a JSON text.
public enum JSONVariations {
  /// Whole numbers at the ends of their range and beyond it, numbers at the ends of theirs, and values of other kinds.
  public static let values = [
    "9223372036854775807", "-9223372036854775808", "18446744073709551616", "-1", "0", "1e308", "-1e308", "1.5", "\"text\"", "null",
    "[]", "{}", "true",
  ]

  /// Every value at every depth replaced by each of `values`, the whole text included.
  ///
  /// - Parameters:
  ///   - json: a valid text.
  ///   - most: of an object or a list with more members, only so many: the first ones and the last.
  ///   - isMeant: which paths are meant.
  public static func of(_ json: Data, most: Int = .max, where isMeant: (String) -> Bool = { _ in true }) -> [JSONVariation] {
    let bytes = [UInt8](json)
    var scanner = JSONScanner(bytes: bytes)
    return scanner.value("").withMembers(most).filter { isMeant($0.path) }.flatMap { part in
      values.map { value in
        JSONVariation(
          path: part.path, value: value,
          json: Data(bytes[..<part.range.lowerBound]) + Data(value.utf8) + Data(bytes[part.range.upperBound...]))
      }
    }
  }
}

/// A value's place in a text, and those of what it holds.
private struct JSONPart {
  let path: String
  let range: Range<Int>
  let members: [JSONPart]

  func withMembers(_ most: Int) -> [JSONPart] {
    let chosen = members.count > most ? members.prefix(most - 1) + members.suffix(1) : members[...]
    return [self] + chosen.flatMap { $0.withMembers(most) }
  }
}

/// Finds the values of a JSON text, which must be valid.
private struct JSONScanner {
  let bytes: [UInt8]
  var position = 0

  mutating func value(_ path: String) -> JSONPart {
    skipSpace()
    let start = position
    var members: [JSONPart] = []
    func inner(_ name: String) -> String { path.isEmpty ? name : "\(path).\(name)" }
    switch bytes[position] {
    case UInt8(ascii: "{"):
      while next(before: "}") {
        let key = position
        skipText()
        let name = String(decoding: bytes[(key + 1)..<(position - 1)], as: UTF8.self)
        skipSpace()
        position += 1
        members.append(value(inner(name)))
      }
    case UInt8(ascii: "["):
      while next(before: "]") { members.append(value(inner("\(members.count)"))) }
    case UInt8(ascii: "\""): skipText()
    default: while position < bytes.count, !",]} \n\r\t".utf8.contains(bytes[position]) { position += 1 }
    }
    return JSONPart(path: path, range: start..<position, members: members)
  }

  /// Steps over the opening bracket or a comma to the next member, or over the closing bracket; whether there is a member.
  private mutating func next(before end: Unicode.Scalar) -> Bool {
    skipSpace()
    if bytes[position] != UInt8(ascii: end) { position += 1 }
    skipSpace()
    guard bytes[position] == UInt8(ascii: end) else { return true }
    position += 1
    return false
  }

  private mutating func skipSpace() {
    while position < bytes.count, " \n\r\t".utf8.contains(bytes[position]) { position += 1 }
  }

  private mutating func skipText() {
    position += 1
    while bytes[position] != UInt8(ascii: "\"") { position += bytes[position] == UInt8(ascii: "\\") ? 2 : 1 }
    position += 1
  }
}
