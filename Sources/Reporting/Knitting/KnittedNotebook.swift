// From a notebook and a source of blocks to the notebook with its blocks made anew. Pure: text in, text out.
import Foundation
import Manifests

/// A picture that a block shows.
package struct NotebookPicture: Sendable, Equatable {
  /// The file's name, in the folder `figures` beside the notebook.
  package let name: String
  /// The file that it is a copy of.
  package let source: URL

  /// Makes a picture from its parts.
  package init(name: String, source: URL) {
    self.name = name
    self.source = source
  }

  /// The folder of pictures, beside the notebook.
  static let folder = "figures"
}

/// What a block's source says to a request.
package enum BlockContent: Sendable, Equatable {
  /// Markdown, and a picture that it shows.
  case markdown(String, picture: NotebookPicture? = nil)
  /// There is nothing at hand that it could be made of; the reason in a sentence's words.
  case unavailable(String)
}

/// Whoever makes the content of blocks.
package protocol BlockSource: Sendable {
  /// The content that a request asks for.
  /// - Throws: where the request names what does not exist.
  func content(of request: BlockRequest) throws -> BlockContent
}

/// A notebook after a source was asked for each of its blocks.
package struct KnittedNotebook: Sendable, Equatable {
  /// What became of a block.
  package enum State: Sendable, Equatable {
    /// It stands there as the source has it.
    case same
    /// It is made anew.
    case changed
    /// It is left as it was, for the reason given.
    case unavailable(String)
  }

  /// One block.
  package struct Block: Sendable, Equatable {
    /// Where its opening mark stands.
    package let position: SourcePosition
    /// What it asks for.
    package let request: BlockRequest
    /// What became of it.
    package let state: State
    /// Where what it said before first differs; nil where it does not.
    let difference: BlockDifference?
    /// The picture that it shows.
    let picture: NotebookPicture?
  }

  /// The notebook as it is to be.
  let notebook: Notebook
  /// Its blocks, in order.
  package let blocks: [Block]
}

/// The first line in which a block's two texts differ.
struct BlockDifference: Sendable, Equatable {
  /// The line's place in the block, from 0.
  let line: Int
  /// What stands there; nil behind the text's end.
  let before: String?
  /// What the results at hand print there; nil behind the text's end.
  let after: String?
  /// Whether nothing differs but by which program, and from which files, the same numbers were made.
  let isOfSources: Bool

  /// Compares two texts line by line, but for empty ones; nil where no line differs.
  init?(_ before: String, _ after: String) {
    let (old, new) = (Self.lines(before), Self.lines(after))
    let text = { (place: Int, lines: [(line: Int, text: String)]) in place < lines.count ? lines[place].text : nil }
    guard let place = (0..<max(old.count, new.count)).first(where: { text($0, old) != text($0, new) }) else { return nil }
    let told = { (lines: [(line: Int, text: String)]) in
      lines.map(\.text).filter { line in !Self.sources.contains { line.hasPrefix($0) } }
    }
    isOfSources = told(old) == told(new)
    line = place < old.count ? old[place].line : old.last.map { $0.line + 1 } ?? 0
    (self.before, self.after) = (text(place, old), text(place, new))
  }

  /// How the lines begin that tell where a table is from.
  private static let sources = ["- profile ", "- model: ", "- data: ", "- program: "]

  private static func lines(_ text: String) -> [(line: Int, text: String)] {
    text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline).enumerated().filter { !$0.element.isEmpty }
      .map { ($0.offset, String($0.element)) }
  }
}

extension Notebook {
  /// Asks a source for the content of every block that is wanted; the others stay, and are none of the result's blocks.
  /// - Throws: `ReportError.invalidNotebooks` with every request that cannot be met.
  func knitted(
    from source: some BlockSource, where isWanted: (BlockRequest) -> Bool = { _ in true }
  ) throws(ReportError) -> KnittedNotebook {
    var problems: [Problem] = []
    var blocks: [KnittedNotebook.Block] = []
    let parts = parts.map { part -> Part in
      guard case .block(var block) = part, isWanted(block.request) else { return part }
      do {
        let content = try source.content(of: block.request)
        let before = block.content
        let state = block.replace(with: content)
        let difference = state == .changed ? BlockDifference(before, block.content) : nil
        var picture: NotebookPicture?
        if case .markdown(_, let shown) = content { picture = shown }
        blocks.append(
          .init(position: block.position, request: block.request, state: state, difference: difference, picture: picture))
      } catch {
        problems.append(Problem(at: block.position, "\(error)"))
      }
      return .block(block)
    }
    if !problems.isEmpty { throw .invalidNotebooks(problems) }
    return KnittedNotebook(notebook: Notebook(file: file, parts: parts), blocks: blocks)
  }
}

extension Notebook.Block {
  /// Takes new content over, with an empty line before and after it.
  fileprivate mutating func replace(with content: BlockContent) -> KnittedNotebook.State {
    switch content {
    case .unavailable(let reason): return .unavailable(reason)
    case .markdown(let text, _):
      let body = text.trimmingCharacters(in: .newlines)
      let made = "\n\(body)\n\n".replacing("\n", with: lineEnd)
      // As bytes: equal letters may be written in different ways.
      if made.utf8.elementsEqual(self.content.utf8) { return .same }
      self.content = made
      return .changed
    }
  }
}
