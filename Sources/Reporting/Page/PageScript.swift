// What the report page shows, as files that a script tag loads: a page that lies on a disk may read no others.
import Foundation
import Storage

/// One file of data.
struct PageScript: Sendable, Equatable {
  /// The version of what the files hold; the page shows none of another.
  static let format = 1
  /// The function that takes a file's content.
  static let function = "lowrankData"
  /// How the names of the page's own files begin, the list's and those of what examples say. No stem of an experiment's begins so: a part
  /// that begins with `_` ends with a digest.
  static let list = "_experiments", examples = "_examples"
  /// The longest part of a name that stands there as it is: four parts and a digest are a file's name yet.
  private static let longestPart = 90

  /// The file's name, which holds a digest of its content: a page always finds what it was made with, or nothing.
  let name: String
  /// The file's bytes.
  let bytes: [UInt8]

  /// Makes a file of a value.
  /// - Parameters:
  ///   - stem: the beginning of its name, whose parts are joined by `~`.
  ///   - digest: what its name tells of the content; by default the content's own digest.
  /// - Throws: where the value cannot be written as JSON.
  init(_ stem: String, _ value: some Encodable, digest: String? = nil) throws {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    encoder.nonConformingFloatEncodingStrategy = .convertToString(positiveInfinity: "∞", negativeInfinity: "−∞", nan: "NaN")
    self.init(stem, json: Array(try encoder.encode(value)), digest: digest)
  }

  /// Makes a file of a value's JSON.
  init(_ stem: String, json: [UInt8], digest: String? = nil) {
    let plain = Self.plain(json)
    name = Self.name(stem, digest: digest ?? FileDigest.sha256(of: plain))
    bytes = Array("\(Self.function)(\"\(name)\",'".utf8) + Self.doubled(plain) + Array("');\n".utf8)
  }

  /// The name of a file: its stem, and the first digits of a digest.
  static func name(_ stem: String, digest: String) -> String { "\(stem)~\(digest.prefix(16)).js" }

  /// A stem of parts. Whatever they hold, it is one file's name, and two lists of parts have two stems.
  static func stem(_ parts: String...) -> String {
    parts.map { part in
      let plain = String(part.map { $0.isASCII && ($0.isLetter || $0.isNumber || "._-+=,".contains($0)) ? $0 : "_" })
      let isSafe = plain == part && !part.isEmpty && !"._".contains(part.prefix(1)) && part.utf8.count <= longestPart
      return isSafe ? part : "_\(plain.prefix(40))_\(FileDigest.sha256(of: Array(part.utf8)).prefix(16))"
    }.joined(separator: "~")
  }

  /// Whether a file is a list of experiments, by its name: those of older pages are named as an experiment could be, but for the parts that
  /// such a one's files have behind its id.
  static func isList(_ name: String) -> Bool {
    let parts = name.split(separator: "~", omittingEmptySubsequences: false)
    return isName(name) && parts.count == 2 && (parts[0] == list || parts[0] == "experiments")
  }

  /// Whether a file is one of the page's, by its name.
  static func isName(_ name: String) -> Bool {
    guard name.hasSuffix(".js"), !name.hasPrefix("."), !name.contains("/") else { return false }
    let parts = name.dropLast(3).split(separator: "~", omittingEmptySubsequences: false)
    guard parts.count > 1, let digest = parts.last else { return false }
    return digest.utf8.count == 16 && digest.utf8.allSatisfy { (0x30...0x39).contains($0) || (0x61...0x66).contains($0) }
  }

  /// JSON in which what could end a script's text in single quotes, or a script element around it, is written by its number. In JSON
  /// these characters stand within texts alone, where the number means the same.
  private static func plain(_ json: [UInt8]) -> [UInt8] {
    var result: [UInt8] = []
    result.reserveCapacity(json.count + json.count / 16)
    var index = 0
    while index < json.count {
      let byte = json[index]
      switch byte {
      case UInt8(ascii: "<"), UInt8(ascii: ">"), UInt8(ascii: "&"), UInt8(ascii: "'"):
        result += Array("\\u00\(String(byte, radix: 16))".utf8)
      case 0xE2 where index + 2 < json.count && json[index + 1] == 0x80 && json[index + 2] & 0xFE == 0xA8:
        // the separators of lines and of paragraphs
        result += Array("\\u20\(String(json[index + 2] - 0x80, radix: 16))".utf8)
        index += 2
      case ..<0x20: result.append(0x20)
      default: result.append(byte)
      }
      index += 1
    }
    return result
  }

  /// Such JSON as the inside of a script's text.
  private static func doubled(_ json: [UInt8]) -> [UInt8] {
    var result: [UInt8] = []
    result.reserveCapacity(json.count + json.count / 16)
    for byte in json {
      if byte == UInt8(ascii: "\\") { result.append(byte) }
      result.append(byte)
    }
    return result
  }

  /// The JSON that a file of this name holds.
  /// - Returns: nil where the bytes are not what this program writes under that name.
  static func json(of bytes: [UInt8], named name: String) -> Data? {
    let head = Array("\(function)(\"\(name)\",'".utf8), tail = Array("');\n".utf8)
    guard bytes.count >= head.count + tail.count, bytes.starts(with: head), bytes.suffix(tail.count).elementsEqual(tail) else {
      return nil
    }
    var json: [UInt8] = [], isDoubled = false
    for byte in bytes[head.count..<(bytes.count - tail.count)] {
      isDoubled = byte == UInt8(ascii: "\\") && !isDoubled
      if !isDoubled { json.append(byte) }
    }
    return name.hasSuffix(Self.name("", digest: FileDigest.sha256(of: json))) ? Data(json) : nil
  }
}
