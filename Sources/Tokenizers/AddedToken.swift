// A token that is found in text as it stands, before the model's own rules: what the files say of one.

/// An added token and how it is matched.
struct AddedToken: Sendable, Equatable {
  /// The token's UTF-8.
  let content: [UInt8]
  /// Whether it is left out of decoded text.
  var isSpecial = false
  /// Whether it swallows the white space before it.
  var stripsLeft = false
  /// Whether it swallows the white space after it.
  var stripsRight = false
  /// Whether it is only found where no letter, digit or underscore touches it.
  var isWholeWord = false
  /// Whether it is looked for in normalized text; nil: where it is not special.
  var normalization: Bool?

  var isNormalized: Bool { normalization ?? !isSpecial }

  init(_ content: some StringProtocol, isSpecial: Bool = false, stripsLeft: Bool = false, normalization: Bool? = nil) {
    self.content = Array(content.utf8)
    self.isSpecial = isSpecial
    self.stripsLeft = stripsLeft
    self.normalization = normalization
  }

  /// Reads `{"content": …, "lstrip": …, …}`.
  ///
  /// - Throws: ``TokenizerError``.
  init(_ section: JSONSection) throws {
    self.init(try section.required("content").text())
    isSpecial = try section["special"]?.flag() ?? false
    stripsLeft = try section["lstrip"]?.flag() ?? false
    stripsRight = try section["rstrip"]?.flag() ?? false
    isWholeWord = try section["single_word"]?.flag() ?? false
    normalization = try section["normalized"]?.flag()
  }

  var text: String { String(decoding: content, as: UTF8.self) }

  static func == (one: AddedToken, other: AddedToken) -> Bool {
    one.content == other.content && one.isSpecial == other.isSpecial && one.stripsLeft == other.stripsLeft
      && one.stripsRight == other.stripsRight && one.isWholeWord == other.isWholeWord
      && one.isNormalized == other.isNormalized
  }
}
