// A look at the raw text before the YAML library sees it. Anchors, tags and deep nesting are refused here because
// they cost the library time or stack; a manifest needs none of them.

/// Limits and refusals that hold before a YAML text is parsed.
struct SourceScreening {
  /// How much a kind of file may hold.
  struct Limits: Sendable {
    /// The kind in a sentence.
    let kind: String
    /// The largest file that is read.
    let largestFile: Int
    /// The most opening brackets in one file: bounds the time even where brackets in comments hide the depth.
    let mostBrackets: Int

    /// Of what people write.
    static let manifest = Limits(kind: "a manifest", largestFile: 256 * 1024, mostBrackets: 4096)
    /// Of what the program writes of a search: up to 1,000 candidates, each with a list of scores for every task, of 100,000 runs in all.
    static let tunedSettings = Limits(kind: "a file of tuned settings", largestFile: 16 << 20, mostBrackets: 200_000)
  }

  /// The deepest nesting of brackets and of entries on one line.
  static let deepestNesting = 32
  /// The widest indentation, which bounds the depth of blocks.
  static let widestIndentation = 200

  private let file: String
  private let limits: Limits
  private var depth = 0
  private var brackets = 0

  private init(file: String, limits: Limits) { (self.file, self.limits) = (file, limits) }

  /// The first reason to refuse the text, or nil.
  static func problem(in text: String, file: String, limits: Limits) -> (SourcePosition, String)? {
    var screening = SourceScreening(file: file, limits: limits)
    var line = 1
    var start = text.unicodeScalars.startIndex
    let scalars = text.unicodeScalars
    while start < scalars.endIndex {
      let end = scalars[start...].firstIndex(where: isLineBreak) ?? scalars.endIndex
      if let problem = screening.check(scalars[start..<end], line: line) { return problem }
      guard end < scalars.endIndex else { break }
      var next = scalars.index(after: end)
      if scalars[end] == "\r", next < scalars.endIndex, scalars[next] == "\n" { next = scalars.index(after: next) }
      start = next
      line += 1
    }
    return nil
  }

  private static func isLineBreak(_ scalar: Unicode.Scalar) -> Bool {
    scalar == "\n" || scalar == "\r" || scalar == "\u{85}" || scalar == "\u{2028}" || scalar == "\u{2029}"
  }

  private mutating func check(_ line: Substring.UnicodeScalarView, line number: Int) -> (SourcePosition, String)? {
    var column = 0
    var entries = 0
    var onlyEntries = true
    var isNodeStart = true
    // a line of blanks alone is none
    var isIndentation = line.contains { $0 != " " && $0 != "\t" }
    func refuse(_ message: String) -> (SourcePosition, String) {
      (SourcePosition(file: file, line: number, column: column), message)
    }
    var index = line.startIndex
    while index < line.endIndex {
      let scalar = line[index]
      index = line.index(after: index)
      column += 1
      if scalar == "\t", isIndentation {
        return refuse("is indented by a tab: YAML takes spaces only.")
      }
      if scalar == " " || scalar == "\t" || scalar == "\u{FEFF}" { continue }
      isIndentation = false
      if onlyEntries, column > Self.widestIndentation {
        return refuse("is indented by more than \(Self.widestIndentation) columns.")
      }
      // Comments and quotes are not looked into: where they begin is the library's to say. At worst such a text is refused
      // too often, with a message that says how to write it.
      let isFollowedByName = index < line.endIndex && line[index] != " " && line[index] != "\t"
      if isNodeStart, scalar == "&" || scalar == "*", isFollowedByName {
        return refuse(
          "anchors and aliases are not allowed: write the value out, or quote a text that starts with '\(scalar)'.")
      }
      if isNodeStart, scalar == "!" {
        return refuse("tags are not allowed: types follow from the key, so quote a text that starts with '!'.")
      }
      if column == 1, scalar == "%" { return refuse("directives are not allowed.") }
      if scalar == "[" || scalar == "{" {
        depth += 1
        brackets += 1
        if depth > Self.deepestNesting { return refuse("is nested deeper than \(Self.deepestNesting) levels.") }
        if brackets > limits.mostBrackets { return refuse("has more than \(limits.mostBrackets) brackets.") }
      } else if scalar == "]" || scalar == "}" {
        depth = max(0, depth - 1)
      }
      let isEntry = scalar == "-" || scalar == "?" || scalar == ":"
      if onlyEntries {
        if isEntry { entries += 1 } else { onlyEntries = false }
        if entries > Self.deepestNesting { return refuse("is nested deeper than \(Self.deepestNesting) levels.") }
      }
      isNodeStart = isEntry || scalar == "," || scalar == "[" || scalar == "{"
    }
    return nil
  }
}
