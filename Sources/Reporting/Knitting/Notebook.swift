// A notebook: Markdown of a person's, with blocks between marks that are made from results.
//   <!-- lowrank table aflora-table2 -->
//   … (made)
//   <!-- /lowrank -->
import Manifests

/// A Markdown text and its blocks. Everything outside of the blocks is kept byte for byte.
package struct Notebook: Sendable, Equatable {
  /// One block, from its opening to its closing mark.
  package struct Block: Sendable, Equatable {
    /// Where the opening mark stands.
    package let position: SourcePosition
    /// What it asks for.
    package let request: BlockRequest
    /// What stands between the marks.
    package internal(set) var content: String
    /// The line ends of the opening mark.
    let lineEnd: String
  }

  enum Part: Sendable, Equatable {
    /// Text outside of blocks, marks included.
    case text(String)
    case block(Block)
  }

  /// The file's name in messages.
  package let file: String
  let parts: [Part]

  /// The blocks, in order.
  package var blocks: [Block] { parts.compactMap { if case .block(let block) = $0 { block } else { nil } } }

  /// The whole text.
  package var text: String {
    parts.map { part in
      switch part {
      case .text(let text): text
      case .block(let block): block.content
      }
    }.joined()
  }

  /// Finds the blocks of a text. A mark stands alone on its line, at most three spaces in; in a code fence it is text.
  /// - Parameter file: the file's name in messages.
  /// - Throws: `ReportError.invalidNotebooks` with every problem of the marks.
  package init(_ text: String, file: String) throws(ReportError) {
    var reader = NotebookReader(file: file)
    for line in Self.lines(of: text) { reader.read(line) }
    parts = try reader.finished()
    self.file = file
  }

  init(file: String, parts: [Part]) {
    (self.file, self.parts) = (file, parts)
  }

  /// The lines with their ends.
  private static func lines(of text: String) -> [Substring] {
    var lines: [Substring] = []
    var start = text.startIndex
    while start < text.endIndex {
      let rest = text.utf8[start...]
      let end = rest.firstIndex(of: 0x0A).map { rest.index(after: $0) } ?? text.endIndex
      lines.append(text[start..<end])
      start = end
    }
    return lines
  }
}

/// Takes a notebook apart line by line.
private struct NotebookReader {
  private static let closing = "<!-- /lowrank -->"

  /// The block that is open.
  private struct Open {
    let position: SourcePosition
    let request: BlockRequest?
    let lineEnd: String
    var content = ""
  }

  let file: String
  private var parts: [Notebook.Part] = []
  private var problems: [Problem] = []
  /// What was read since the last block.
  private var text = ""
  private var open: Open?
  private var fence = CodeFence()
  private var line = 0

  init(file: String) { self.file = file }

  mutating func read(_ source: Substring) {
    line += 1
    let body = source.prefix { $0 != "\n" && $0 != "\r\n" }
    guard !fence.covers(body), let mark = NotebookMark(line: body) else { return keep(source) }
    let position = SourcePosition(file: file, line: line, column: body.prefix { $0 == " " }.count + 1)
    switch mark {
    case .opening(let words): begin(words, position, source, lineEnd: String(source.dropFirst(body.count)))
    case .closing(let words):
      if !words.isEmpty { report("a closing mark takes no words: \(Self.closing).", position) }
      end(position, source)
    case .unfinished:
      report("a mark stands on a line of its own and ends with -->.", position)
      keep(source)
    }
  }

  private mutating func keep(_ source: Substring) {
    if open == nil { text += source } else { open?.content += source }
  }

  private mutating func begin(_ words: [String], _ position: SourcePosition, _ source: Substring, lineEnd: String) {
    if let open {
      report(
        "this block begins inside of the one of line \(open.position.line); close that one first with \(Self.closing).", position)
    }
    var reader = BlockRequestReader()
    let request = reader.request(words)
    for problem in reader.problems { report(problem, position) }
    text += source
    open = Open(position: position, request: request, lineEnd: lineEnd)
  }

  private mutating func end(_ position: SourcePosition, _ source: Substring) {
    guard let closed = open else {
      return report("this closing mark closes no block.", position)
    }
    open = nil
    parts.append(.text(text))
    text = String(source)
    // Where the request is not one, its problem keeps the whole notebook from being used.
    guard let request = closed.request else { return }
    parts.append(
      .block(Notebook.Block(position: closed.position, request: request, content: closed.content, lineEnd: closed.lineEnd)))
  }

  private mutating func report(_ message: String, _ position: SourcePosition) {
    problems.append(Problem(at: position, message))
  }

  /// All parts.
  mutating func finished() throws(ReportError) -> [Notebook.Part] {
    if let open {
      report(
        "this block is not closed: write \(Self.closing) below it, on a line of its own and in no code fence.", open.position)
    }
    guard problems.isEmpty else {
      // Only that of an open block is found late.
      func line(_ problem: Problem) -> Int { problem.position?.line ?? 0 }
      let ordered = problems.enumerated().sorted { (line($0.element), $0.offset) < (line($1.element), $1.offset) }
      throw .invalidNotebooks(ordered.map(\.element))
    }
    return parts + [.text(text)]
  }
}
