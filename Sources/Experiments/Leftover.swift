// What lies in a folder of results and nothing refers to.
import Foundation
import Records

/// Something in a folder of results that no manifest and no link refers to.
package struct Leftover: Sendable, Equatable {
  /// What it is, which decides how it is removed.
  enum Kind: Sendable, Equatable {
    /// The folder of the run of this identity.
    case run(String)
    /// A file in the folder of a run that itself stays.
    case file(ofRun: String)
    /// A folder of a call or of a run made again, under a claim of its own.
    case workplace
    /// A folder whose removal was begun.
    case doomed
    /// A file that a killed writer has left.
    case temporary
    /// A link; one that leads nowhere is needed after all where its run has come back.
    case link(leadsNowhere: Bool)
  }

  /// What it is.
  let kind: Kind
  /// Where it lies.
  package let url: URL
  /// The bytes that are free when it is removed.
  package let bytes: Int
  /// Why nothing needs it.
  package let why: String

  /// Its path in the folder of results, an identity by its first digits.
  package func name(in layout: ResultsLayout) -> String {
    let path = url.path.hasPrefix(layout.folder.path + "/") ? String(url.path.dropFirst(layout.folder.path.count + 1)) : url.path
    return path.split(separator: "/").map { part in
      let identity = part.prefix(64)
      return ResultsLayout.isIdentity(String(identity)) ? identity.prefix(12) + part.dropFirst(64) : part
    }.joined(separator: "/")
  }

  /// A line for each: size, place, reason; columns that line up.
  package static func table(_ leftovers: [Leftover], in layout: ResultsLayout) -> String {
    let lines = leftovers.map { (size: size($0.bytes), name: $0.name(in: layout), why: $0.why) }
    let sizes = lines.map(\.size.count).max() ?? 0, names = lines.map(\.name.count).max() ?? 0
    return lines.map { line in
      let indent = String(repeating: " ", count: sizes - line.size.count)
      return "\(indent)\(line.size)  \(line.name.padding(toLength: names, withPad: " ", startingAt: 0))  \(line.why)\n"
    }.joined()
  }

  /// Bytes for people: `12 kB`, `3.4 MB`, `1.2 GB`.
  package static func size(_ bytes: Int) -> String {
    let value = Double(bytes)
    if value < 1e6 { return String(format: "%.0f kB", (value / 1e3).rounded(.up)) }
    return value < 1e9 ? String(format: "%.1f MB", value / 1e6) : String(format: "%.1f GB", value / 1e9)
  }
}
