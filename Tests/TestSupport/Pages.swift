// The pages that users read, README and the guide, and their blocks of code, which tests run.
import Foundation

/// A page in Markdown.
public struct Page: Sendable, CustomStringConvertible {
  /// A fenced block of code.
  public struct Block: Sendable, CustomStringConvertible {
    /// The page's path from the repository's root.
    public let page: String
    /// The word behind the opening fence; empty where there is none.
    public let language: String
    /// The line of the opening fence, from 1.
    public let line: Int
    /// What stands between the fences, every line with its end.
    public internal(set) var text: String

    public var description: String { "\(page):\(line)" }
  }

  /// Its path from the repository's root.
  public let path: String
  /// All of it.
  public let text: String

  /// A page from its text.
  public init(path: String, text: String) { (self.path, self.text) = (path, text) }

  public var description: String { path }

  /// Every block of code, in order.
  public var blocks: [Block] { parts.blocks }

  /// Every line that is in no block of code, with its number from 1.
  public var prose: [(number: Int, text: String)] { parts.prose }

  private var parts: (blocks: [Block], prose: [(number: Int, text: String)]) {
    var blocks: [Block] = [], prose: [(number: Int, text: String)] = []
    var block: Block?
    for (index, line) in text.split(separator: "\n", omittingEmptySubsequences: false).enumerated() {
      if var open = block {
        if line == "```" { blocks.append(open) } else { open.text += "\(line)\n" }
        block = line == "```" ? nil : open
      } else if line.hasPrefix("```") {
        block = Block(page: path, language: String(line.dropFirst(3)), line: index + 1, text: "")
      } else {
        prose.append((index + 1, String(line)))
      }
    }
    return (blocks + (block.map { [$0] } ?? []), prose)
  }
}

/// The pages that tests hold to what the program does.
public enum Pages {
  /// README and every page of the guide, by name.
  public static var all: [Page] {
    get throws {
      let guide = "notebooks-md/guide"
      let names = try FileManager.default.contentsOfDirectory(atPath: Repository.root.appending(path: guide).path)
      return try (["README.md"] + names.filter { $0.hasSuffix(".md") }.sorted().map { "\(guide)/\($0)" }).map { try page($0) }
    }
  }

  /// The page at a path from the repository's root.
  public static func page(_ path: String) throws -> Page {
    Page(path: path, text: try String(contentsOf: Repository.root.appending(path: path), encoding: .utf8))
  }

  /// Every block of a language, page by page.
  public static func blocks(_ language: String) throws -> [Page.Block] {
    try all.flatMap(\.blocks).filter { $0.language == language }
  }

  /// The text of the block of YAML whose first line is a comment that begins with a file's name; nil where no page has one.
  public static func manifest(_ file: String) throws -> String? {
    try blocks("yaml").map(\.text).first { $0.hasPrefix("# \(file)") }
  }
}
