// The order of an object's keys, which Swift's dictionaries do not keep, and which the peft library goes by.
import Foundation

/// The keys of a JSON object and of the objects in it, in the file's order.
struct JSONKeys {
  /// The outermost object's.
  private(set) var outer: [String] = []
  /// Those of the objects that are its members, by the member's key.
  private(set) var inner: [String: [String]] = [:]

  /// Reads bytes that a decoder has taken as an object.
  ///
  /// - Returns: nil where a key is no text in UTF-8.
  init?(_ json: Data) {
    var depth = 0, place = json.startIndex
    while place < json.endIndex {
      switch json[place] {
      case UInt8(ascii: "{"), UInt8(ascii: "["): depth += 1
      case UInt8(ascii: "}"), UInt8(ascii: "]"): depth -= 1
      case UInt8(ascii: "\""):
        let start = place
        repeat {
          // what a backslash stands before is no end
          let step = json[place] == UInt8(ascii: "\\") ? 2 : 1
          place = json.index(place, offsetBy: step, limitedBy: json.endIndex) ?? json.endIndex
        } while place < json.endIndex && json[place] != UInt8(ascii: "\"")
        guard place < json.endIndex else { return nil }
        if depth <= 2, Self.isKey(endingAt: place, in: json) {
          guard let key = Self.text(json[start...place]) else { return nil }
          if depth == 1 { outer.append(key) } else if let member = outer.last { inner[member, default: []].append(key) }
        }
      default: break
      }
      place += 1
    }
  }

  /// What stands between two quotation marks.
  private static func text(_ quoted: Data) -> String? {
    guard quoted.contains(UInt8(ascii: "\\")) else { return String(bytes: quoted.dropFirst().dropLast(), encoding: .utf8) }
    return try? JSONDecoder().decode(String.self, from: quoted)
  }

  /// Whether a text is followed by a colon.
  private static func isKey(endingAt end: Data.Index, in json: Data) -> Bool {
    json[(end + 1)...].first { ![0x20, 0x09, 0x0a, 0x0d].contains($0) } == UInt8(ascii: ":")
  }

  /// The first key that an object has twice.
  static func repeated(_ keys: [String]) -> String? {
    var seen: Set<String> = []
    return keys.first { !seen.insert($0).inserted }
  }
}
