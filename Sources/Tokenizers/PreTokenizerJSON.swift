// The pre-tokenizers of a `tokenizer.json`.

extension PreTokenizer {
  /// Reads a pre-tokenizer; a sequence is several.
  ///
  /// - Throws: ``TokenizerError``, which names one that this program does not have.
  static func read(_ section: JSONSection) throws -> [PreTokenizer] {
    let type = try section.required("type")
    switch try type.text() {
    case "Sequence": return try section.required("pretokenizers").elements().flatMap(read)
    case "BertPreTokenizer": return [.bert]
    case "Whitespace": return [.wordsAndMarks]
    case "WhitespaceSplit": return [.whitespace]
    case "Punctuation": return [.punctuation(try section["behavior"].map(SplitBehavior.read) ?? .isolated)]
    case "Digits": return [.digits(isolates: try section["individual_digits"]?.flag() ?? false)]
    case "ByteLevel":
      return [
        .byteLevel(
          addsSpace: try section["add_prefix_space"]?.flag() ?? true, splits: try section["use_regex"]?.flag() ?? true)
      ]
    case "Metaspace": return [try wordMarks(section)]
    case "Split":
      return [
        .split(
          try TextPattern(section.required("pattern")), try .read(section.required("behavior")),
          inverts: try section["invert"]?.flag() ?? false)
      ]
    case "CharDelimiterSplit":
      let delimiter = Array(try section.required("delimiter").text().utf8)
      guard !delimiter.isEmpty else { throw section.problem("'\(section.path)' has no delimiter") }
      return [.split(.text(delimiter), .removed, inverts: false)]
    case let name:
      throw type.unsupported(
        name,
        "BertPreTokenizer, Whitespace, WhitespaceSplit, Punctuation, Digits, ByteLevel, Metaspace, Split, CharDelimiterSplit "
          + "and Sequence")
    }
  }

  /// Older files have `add_prefix_space` where newer ones have `prepend_scheme`.
  private static func wordMarks(_ section: JSONSection) throws -> PreTokenizer {
    let (mark, place) = try MarkPlace.read(section)
    return .wordMarks(mark: mark, place: place, splits: try section["split"]?.flag() ?? true)
  }
}

extension PreTokenizer.MarkPlace {
  /// Reads the mark and its place of a `Metaspace`.
  static func read(_ section: JSONSection) throws -> (mark: [UInt8], place: PreTokenizer.MarkPlace) {
    let mark = try section["replacement"].map { Array(try $0.text().utf8) } ?? wordMark
    guard !mark.isEmpty else { throw section.problem("'\(section.path)' has an empty replacement") }
    var place = Self.always
    if let scheme = section["prepend_scheme"] {
      guard let known = Self(rawValue: try scheme.text()) else {
        throw scheme.unsupported(try scheme.text(), "always, first and never")
      }
      place = known
    } else if let adds = section["add_prefix_space"], try !adds.flag() {
      place = .never
    }
    return (mark, place)
  }
}

extension SplitBehavior {
  static func read(_ section: JSONSection) throws -> SplitBehavior {
    guard let behavior = SplitBehavior(rawValue: try section.text()) else {
      throw section.unsupported(
        try section.text(), "Removed, Isolated, MergedWithPrevious, MergedWithNext and Contiguous")
    }
    return behavior
  }
}
