// What a line of a notebook can be beside text: a mark, or the edge of a code fence.

/// A line that begins or ends a block.
enum NotebookMark: Equatable {
  /// The words after `lowrank`.
  case opening([String])
  /// The words after `/lowrank`; there should be none.
  case closing([String])
  /// It begins like a mark but does not end with the comment.
  case unfinished

  /// Nil where the line is text. A line that is indented by four spaces is code.
  init?(line: Substring) {
    let body = line.drop { $0 == " " }
    guard line.count - body.count <= 3, body.hasPrefix("<!--") else { return nil }
    let comment = body.dropFirst(4).drop(while: \.isWhitespace)
    let isClosing = comment.hasPrefix("/")
    let name = isClosing ? comment.dropFirst() : comment
    guard name.hasPrefix("lowrank") else { return nil }
    let rest = name.dropFirst("lowrank".count)
    guard rest.isEmpty || rest.first?.isWhitespace == true || rest.hasPrefix("-->") else { return nil }
    let trimmed = rest.reversed().drop(while: \.isWhitespace).reversed()
    let content = String(trimmed)
    guard content.hasSuffix("-->") else {
      self = .unfinished
      return
    }
    let words = content.dropLast(3)
    // A second comment on the line, or text behind the first.
    guard !words.contains("-->") else {
      self = .unfinished
      return
    }
    let list = words.split(whereSeparator: \.isWhitespace).map(String.init)
    self = isClosing ? .closing(list) : .opening(list)
  }
}

/// Follows the code fences of a Markdown text, line by line.
struct CodeFence {
  private var open: (character: Character, count: Int)?

  /// Whether the line is in a fence or is one.
  mutating func covers(_ line: Substring) -> Bool {
    let body = line.drop { $0 == " " }
    let character = body.first ?? " "
    let count = body.prefix { $0 == character }.count
    let isFence = line.count - body.count <= 3 && (character == "`" || character == "~") && count >= 3
    let rest = body.dropFirst(count)
    if let fence = open {
      if isFence, character == fence.character, count >= fence.count, rest.allSatisfy(\.isWhitespace) { open = nil }
      return true
    }
    // Behind an opening fence of backticks there is no further one: that is code within a line.
    guard isFence, character == "~" || !rest.contains("`") else { return false }
    open = (character, count)
    return true
  }
}
