// The models of a `tokenizer.json`.

/// Reads a model's section.
enum PieceModelJSON {
  /// The model; `isByteLevel` tells that its pieces are spelled in GPT-2's printable bytes, of which it must have all.
  ///
  /// - Throws: ``TokenizerError``, which names a kind that this program does not have.
  static func model(_ section: JSONSection, isByteLevel: Bool) throws -> any PieceModel {
    switch try type(section) {
    case "WordPiece": try wordPiece(section)
    case "BPE": try bytePair(section, isByteLevel: isByteLevel)
    case "Unigram": try unigram(section)
    case let name:
      throw TokenizerError.unsupported(
        file: section.file, setting: "the model's type", found: name, supported: "BPE, WordPiece and Unigram")
    }
  }

  /// The kind; older files leave it out.
  private static func type(_ section: JSONSection) throws -> String {
    if let type = section["type"] { return try type.text() }
    if section["merges"] != nil { return "BPE" }
    return section["unk_id"] != nil ? "Unigram" : "WordPiece"
  }

  private static func vocabulary(_ section: JSONSection) throws -> Vocabulary {
    let entries = try section.required("vocab").members().map { token, id in
      VocabularyEntry(token: token, id: try id.integer(), line: id.node.line)
    }
    return try Vocabulary(entries: entries, file: section.file)
  }

  private static func wordPiece(_ section: JSONSection) throws -> WordPieceModel {
    let vocabulary = try vocabulary(section)
    let unknown = try vocabulary.required(
      section["unk_token"]?.text() ?? "[UNK]", file: section.file, needed: "which stands for words that it cannot spell")
    return WordPieceModel(
      vocabulary, unknown: unknown, prefix: try section["continuing_subword_prefix"]?.text() ?? "##",
      longestWord: try section["max_input_chars_per_word"]?.integer() ?? 100)
  }

  private static func bytePair(_ section: JSONSection, isByteLevel: Bool) throws -> BytePairModel {
    if let dropout = section["dropout"], try dropout.number() != 0 {
      throw dropout.unsupported("\(try dropout.number()), which draws ids by chance", "null")
    }
    let vocabulary = try vocabulary(section)
    if isByteLevel { try vocabulary.requireBytes(file: section.file) }
    var options = BytePairModel.Options()
    if let unknown = try section["unk_token"]?.text() {
      // Nothing is unknown where each byte is spelled.
      options.unknown = vocabulary.id(of: Array(unknown.utf8))
      if options.unknown == nil, !isByteLevel {
        throw TokenizerError.missingToken(
          file: section.file, token: unknown, needed: "which stands for what it cannot spell")
      }
    }
    options.fusesUnknown = try section["fuse_unk"]?.flag() ?? false
    options.spellsBytes = try section["byte_fallback"]?.flag() ?? false
    options.takesWholePieces = try section["ignore_merges"]?.flag() ?? false
    options.prefix = try section["continuing_subword_prefix"].map { Array(try $0.text().utf8) } ?? []
    options.suffix = try section["end_of_word_suffix"].map { Array(try $0.text().utf8) } ?? []
    var model = BytePairModel(vocabulary, options: options)
    for (rank, merge) in try section.required("merges").elements().enumerated() {
      let (left, right) = try pair(merge)
      if let wrong = model.addMerge(left, right, rank: rank) { throw merge.problem("merge \(rank): \(wrong)") }
    }
    return model
  }

  /// `"a b"`, or `["a", "b"]` in newer files.
  private static func pair(_ merge: JSONSection) throws -> (String, String) {
    var parts: [String]
    if case .text(let text) = merge.node.value {
      parts = text.unicodeScalars.split(separator: " ", omittingEmptySubsequences: false).map { String($0) }
    } else {
      parts = try merge.elements().map { try $0.text() }
    }
    guard parts.count == 2 else { throw merge.unlike("two tokens with a space between them") }
    return (parts[0], parts[1])
  }

  private static func unigram(_ section: JSONSection) throws -> UnigramModel {
    let list = try section.required("vocab").elements()
    let pieces = try list.map { entry in
      let pair = try entry.elements()
      guard pair.count == 2 else { throw entry.unlike("a token with its score") }
      return (token: Array(try pair[0].text().utf8), score: try pair[1].number())
    }
    let unknown = try section.required("unk_id")
    guard let id = Int32(exactly: try unknown.integer()), pieces.indices.contains(Int(id)) else {
      throw unknown.problem("'\(unknown.path)' is \(unknown.node.kind); \(pieces.count) tokens have ids 0 to \(pieces.count - 1)")
    }
    return UnigramModel(pieces, unknown: id, spellsBytes: try section["byte_fallback"]?.flag() ?? false)
  }
}

extension Vocabulary {
  /// A byte-level vocabulary spells every byte.
  func requireBytes(file: String) throws {
    for (byte, character) in ByteAlphabet.characters.enumerated() {
      _ = try required(String(character), file: file, needed: "which spells the byte \(byte)")
    }
  }
}
