// The normalizers of a `tokenizer.json`.

import Foundation

extension Normalizer {
  /// Reads a normalizer.
  ///
  /// - Throws: ``TokenizerError``, which names one that this program does not have.
  init(_ section: JSONSection) throws {
    let type = try section.required("type")
    switch try type.text() {
    case "Sequence": self = .sequence(try section.required("normalizers").elements().map(Normalizer.init))
    case "BertNormalizer":
      self = .bert(
        BertText(
          cleans: try section["clean_text"]?.flag() ?? true, lowercases: try section["lowercase"]?.flag() ?? true,
          stripsAccents: try section["strip_accents"]?.flag(),
          isolatesCJK: try section["handle_chinese_chars"]?.flag() ?? true))
    case "Lowercase": self = .lowercase
    case "StripAccents": self = .stripAccents
    case "Strip":
      self = .strip(
        left: try section["strip_left"]?.flag() ?? true, right: try section["strip_right"]?.flag() ?? true)
    case "Prepend": self = .prepend(Array(try section.required("prepend").text().utf8))
    case "Replace":
      self = .replace(
        try TextPattern(section.required("pattern")), with: Array(try section.required("content").text().utf8))
    case "Precompiled":
      // A map that says nothing is none.
      guard let map = section["precompiled_charsmap"], case let text = try map.text(), !text.isEmpty else {
        self = .sequence([])
        return
      }
      guard let bytes = Data(base64Encoded: text) else { throw map.problem("'\(map.path)' is not base64") }
      do {
        self = .map(try CharacterMap(Array(bytes)))
      } catch {
        throw map.problem("'\(map.path)': \(error.problem)")
      }
    case let name:
      guard let form = Form(rawValue: name) else {
        throw type.unsupported(
          name,
          "BertNormalizer, Lowercase, NFC, NFD, NFKC, NFKD, StripAccents, Replace, Strip, Prepend, Precompiled and Sequence")
      }
      self = .form(form)
    }
  }
}

extension TextPattern {
  /// Reads `{"String": …}` or `{"Regex": …}`.
  init(_ section: JSONSection) throws {
    if let text = section["String"] {
      let bytes = Array(try text.text().utf8)
      guard !bytes.isEmpty else { throw text.unsupported("empty", "a text that is not") }
      self = .text(bytes)
      return
    }
    let expression = try section.required("Regex")
    guard let pattern = TextPattern(regularExpression: try expression.text()) else {
      throw expression.unsupported(
        "the regular expression \(try expression.text())",
        #"plain text, " {2,}", " +", "\s+" and the expression of GPT-2, since a file's expression may run for ever"#)
    }
    self = pattern
  }
}
