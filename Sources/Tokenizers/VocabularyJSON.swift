// Reads `vocab.json`, one flat JSON object from token to id, and knows the line and every repetition,
// which a general JSON reader forgets.

/// One entry of a vocabulary.
struct VocabularyEntry: Sendable, Equatable {
  let token: String
  let id: Int
  /// The line of the file.
  let line: Int
}

/// A reader of a flat JSON object of integers.
enum VocabularyJSON {
  /// The entries of a vocabulary file, in its order.
  ///
  /// - Throws: ``TokenizerError`` naming the line.
  static func entries(_ bytes: [UInt8], file: String) throws -> [VocabularyEntry] {
    var scanner = JSONScanner(bytes, file: file)
    var entries: [VocabularyEntry] = []
    try scanner.expect("{")
    if scanner.nextByte() == UInt8(ascii: "}") {
      try scanner.expect("}")
    } else {
      repeat {
        scanner.skipSpace()
        let line = scanner.line
        let token = try scanner.string()
        try scanner.expect(":")
        entries.append(VocabularyEntry(token: token, id: try scanner.integer(), line: line))
      } while try scanner.separatorOrEnd("}")
    }
    if scanner.nextByte() != nil { throw scanner.problem("there is more after the closing brace") }
    return entries
  }
}
