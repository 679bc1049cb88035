// DART's XML: `entry` elements with triples as `S | R | O` in `mtriple`, and a text in each `lex`.
import Settings

/// Reads the entries; elements of other names are looked through.
struct DARTMarkup {
  /// Elements within elements, at most. DART's have five.
  private static let mostOpen = 50

  private let path: String
  private var scanner: MarkupScanner
  private var open: [(name: String, line: Int)] = []
  private var found: [DARTEntry] = []
  private var entry: DARTEntry?
  /// What stands in the `mtriple` or `lex` that is open.
  private var text = ""

  init(_ file: TextLines) {
    path = file.path
    scanner = MarkupScanner(file)
  }

  /// The entries in the order of the file.
  func entries() throws(DatasetError) -> [DARTEntry] {
    var reader = self
    try reader.read()
    return reader.found
  }

  private mutating func read() throws(DatasetError) {
    var hasRoot = false
    while let piece = try scanner.next() {
      switch piece {
      case .start(let name, let isEmpty):
        if open.isEmpty {
          guard !hasRoot, name == "benchmark" else {
            throw problem("one element <benchmark> was expected, but this is \(quoted("<\(name)>"))")
          }
          hasRoot = true
        }
        guard open.count < Self.mostOpen else { throw problem("elements are nested deeper than \(Self.mostOpen)") }
        open.append((name, scanner.line))
        try begin(name)
        if isEmpty { try end(name) }
      case .end(let name): try end(name)
      case .text(let piece):
        if open.isEmpty, !piece.allSatisfy(\.isWhitespace) { throw problem("there is text outside of <benchmark>") }
        if entry != nil, open.last?.name == "mtriple" || open.last?.name == "lex" { text += piece }
      }
    }
    if let (name, line) = open.last {
      throw .invalidEntries(
        path: path, place: ":\(line)", problem: "the \(quoted("<\(name)>")) that begins here has no end: the file is cut")
    }
    if !hasRoot { throw problem("there is no element <benchmark>") }
  }

  private mutating func begin(_ name: String) throws(DatasetError) {
    if name == "entry" {
      if entry != nil { throw problem("an <entry> within an <entry>") }
      entry = DARTEntry(line: scanner.line)
    }
    text = ""
  }

  private mutating func end(_ name: String) throws(DatasetError) {
    guard let last = open.popLast(), last.name == name else {
      throw problem("\(quoted("</\(name)>")) ends what is not open here")
    }
    switch name {
    case "mtriple":
      let parts = text.split(separator: " | ", omittingEmptySubsequences: false).map(String.init)
      guard parts.count == 3 else { throw problem("\(quoted(text)) is no triple: 'subject | relation | object' was expected") }
      entry?.triples.append(parts)
    case "lex": entry?.texts.append(text)
    case "entry":
      if let entry { found.append(entry) }
      entry = nil
    default: break
    }
    text = ""
  }

  private func problem(_ problem: String) -> DatasetError {
    .invalidEntries(path: path, place: ":\(scanner.line)", problem: problem)
  }
}
