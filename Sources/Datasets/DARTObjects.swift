// DART's JSON: a list of objects with `tripleset` and `annotations`. Other keys, as `subtree_was_extended`, which many entries lack,
// are not asked for.
import Foundation
import Settings

/// Reads the list one entry at a time, so that what is wrong has its line.
struct DARTObjects {
  private struct Entry: Decodable {
    struct Annotation: Decodable { let text: String }
    let tripleset: [[String]]
    let annotations: [Annotation]
  }

  private let file: TextLines
  private var position: Int
  /// The line of `position`, from 1.
  private var line = 1

  init(_ file: TextLines) {
    self.file = file
    position = file.start
  }

  /// The entries in the order of the file.
  func entries() throws(DatasetError) -> [DARTEntry] {
    var reader = self
    return try reader.read()
  }

  private mutating func read() throws(DatasetError) -> [DARTEntry] {
    var entries: [DARTEntry] = []
    guard nextByte() == UInt8(ascii: "[") else { throw problem("a list of entries, '[{…}, …]', was expected, but this is no list") }
    position += 1
    if nextByte() == UInt8(ascii: "]") {
      position += 1
    } else {
      repeat { entries.append(try entry()) } while try takeComma()
    }
    if nextByte() != nil { throw problem("there is something behind the list's end") }
    return entries
  }

  /// Takes a comma or the bracket that ends the list; whether it was a comma.
  private mutating func takeComma() throws(DatasetError) -> Bool {
    switch nextByte() {
    case UInt8(ascii: ","):
      position += 1
      return true
    case UInt8(ascii: "]"):
      position += 1
      return false
    case nil: throw problem("the list of entries has no end: the file is cut")
    default: throw problem("a comma or the list's end was expected behind an entry")
    }
  }

  private mutating func entry() throws(DatasetError) -> DARTEntry {
    guard nextByte() == UInt8(ascii: "{") else {
      throw problem(
        position < file.bytes.count ? "an entry, '{…}', was expected" : "the list of entries has no end: the file is cut")
    }
    let first = line, bytes = try objectBytes()
    func refuse(_ problem: String) -> DatasetError { .invalidEntries(path: file.path, place: ":\(first)", problem: problem) }
    if let half = JSONText.halfCharacter(in: String(decoding: bytes, as: UTF8.self)) {
      throw refuse("the entry that begins here has \(half), one half of a character")
    }
    do {
      let entry = try JSONDecoder().decode(Entry.self, from: Data(bytes))
      if let place = entry.tripleset.firstIndex(where: { $0.count != 3 }) {
        throw refuse(
          "triple \(place + 1) of the entry that begins here has \(entry.tripleset[place].count) parts, not subject, relation and object"
        )
      }
      return DARTEntry(triples: entry.tripleset, texts: entry.annotations.map(\.text), line: first)
    } catch let error as DatasetError {
      throw error
    } catch {
      throw refuse("the entry that begins here \(Self.sentence(error))")
    }
  }

  /// Takes the object at the cursor, by its braces and brackets alone.
  private mutating func objectBytes() throws(DatasetError) -> ArraySlice<UInt8> {
    let start = position, first = line
    var depth = 0, isText = false
    while position < file.bytes.count {
      let byte = file.bytes[position]
      position += 1
      switch byte {
      case UInt8(ascii: "\n"): line += 1
      case UInt8(ascii: "\\") where isText: position += 1
      case UInt8(ascii: "\""): isText.toggle()
      case UInt8(ascii: "{") where !isText, UInt8(ascii: "[") where !isText: depth += 1
      case UInt8(ascii: "}") where !isText, UInt8(ascii: "]") where !isText:
        depth -= 1
        if depth == 0 { return file.bytes[start..<position] }
      default: break
      }
    }
    throw .invalidEntries(
      path: file.path, place: ":\(first)", problem: "the entry that begins here has no end: the file is cut, or a quote is missing")
  }

  /// What the decoder found wrong, as a clause about the entry.
  private static func sentence(_ error: any Error) -> String {
    func path(_ keys: [any CodingKey]) -> String {
      keys.map { $0.intValue.map { "\($0 + 1)" } ?? $0.stringValue }.joined(separator: " ")
    }
    switch error as? DecodingError {
    case .keyNotFound(let key, let context)?: return "has no \(quoted(path(context.codingPath + [key])))"
    case .typeMismatch(_, let context)?, .valueNotFound(_, let context)?:
      return "has another kind of value in \(quoted(path(context.codingPath))) than DART has"
    default: return "is not JSON"
    }
  }

  /// The next byte that is no white space, without taking it.
  private mutating func nextByte() -> UInt8? {
    while position < file.bytes.count {
      switch file.bytes[position] {
      case UInt8(ascii: "\n"): line += 1
      case UInt8(ascii: " "), UInt8(ascii: "\t"), UInt8(ascii: "\r"): break
      default: return file.bytes[position]
      }
      position += 1
    }
    return nil
  }

  private func problem(_ problem: String) -> DatasetError {
    .invalidEntries(path: file.path, place: ":\(line)", problem: problem)
  }
}
