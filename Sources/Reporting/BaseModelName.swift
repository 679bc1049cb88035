// What a base model is called in files that leave this machine.

/// The name of a base model: a portable one, or a path of this machine.
package enum BaseModelName: Sendable, Equatable {
  /// Such as `microsoft/deberta-v3-base`.
  case portable(String)
  /// Where it lies on the machine that wrote the file.
  case path(String)

  /// The most bytes of a portable name.
  private static let longest = 200

  /// The name as it stands.
  package var text: String {
    switch self {
    case .portable(let name): name
    case .path(let path): path
    }
  }

  /// What is wrong with a portable name, as a clause; nil where nothing is.
  package static func problem(of name: String) -> String? {
    if name.allSatisfy(\.isWhitespace) { return "is empty, expected a name such as microsoft/deberta-v3-base" }
    if name.utf8.count > longest { return "has \(name.utf8.count) bytes, expected at most \(longest)" }
    if name.unicodeScalars.contains(where: PlainText.breaksLine) { return "has control characters, expected a name on one line" }
    return nil
  }

  /// Whether the Hugging Face hub could have a model of this name: it refuses a card that names another.
  var isOfTheHub: Bool {
    guard case .portable(let name) = self else { return false }
    let parts = name.split(separator: "/", omittingEmptySubsequences: false)
    return (1...2).contains(parts.count) && !name.contains("--") && !name.contains("..") && !name.hasSuffix(".git")
      && parts.allSatisfy { part in
        (1...96).contains(part.utf8.count) && part.utf8.allSatisfy(Self.isOfAName) && ![".", "-"].contains(part.first)
          && ![".", "-"].contains(part.last)
      }
  }

  private static func isOfAName(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "0")...UInt8(ascii: "9"),
      UInt8(ascii: "-"), UInt8(ascii: "_"), UInt8(ascii: "."):
      true
    default: false
    }
  }
}
