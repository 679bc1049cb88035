// What lies in a file's place where a download or a conversion went wrong: each kind gets its own name in the message.

/// A kind of file that none of the program's inputs is.
package struct OtherKind: Equatable, Sendable {
  /// What it is, as the end of a sentence that begins with *is*.
  package let name: String
  /// What to do, as a sentence without its full stop.
  package let advice: String

  /// The kind of a file that begins with these bytes and has no others where there are fewer than 512; nil where none is evident.
  package init?(_ bytes: some Collection<UInt8>) {
    let start = Array(bytes.prefix(512))
    switch true {
    case start.isEmpty: (name, advice) = ("empty", "Fetch it again")
    case start.starts(with: "version https://git-lfs".utf8):
      (name, advice) = (
        "a Git LFS pointer, not the file itself", "Run `git lfs pull` where it was cloned, or fetch the file from the model's page"
      )
    case start.starts(with: [0x1F, 0x8B, 0x08]): (name, advice) = ("compressed with gzip", "Unpack it with gunzip first")
    case start.starts(with: [0x50, 0x4B, 0x03, 0x04]): (name, advice) = ("a zip archive", "Unpack it first")
    case start.starts(with: [0xFF, 0xFE]), start.starts(with: [0xFE, 0xFF]), Self.isUTF16(start):
      (name, advice) = ("UTF-16", "Save it as UTF-8, or fetch it again")
    case Self.isHTML(start): (name, advice) = ("an HTML page, not the file itself", "Fetch it by its download link")
    default: return nil
    }
  }

  private static func isHTML(_ start: [UInt8]) -> Bool {
    let text = start.drop { [0x09, 0x0A, 0x0D, 0x20, 0xEF, 0xBB, 0xBF].contains($0) }.prefix(14).map { $0 | 0x20 }
    return text.starts(with: "<!doctype html".utf8) || text.starts(with: "<html".utf8)
  }

  /// Whether every second byte of the beginning is zero, as in UTF-16 without a mark.
  private static func isUTF16(_ start: [UInt8]) -> Bool {
    let start = start.prefix(16)
    guard start.count >= 4 else { return false }
    let zeros = start.enumerated().filter { $0.element == 0 }.map(\.offset)
    return zeros.count == start.count / 2 && Set(zeros.map { $0 % 2 }).count == 1
  }
}
