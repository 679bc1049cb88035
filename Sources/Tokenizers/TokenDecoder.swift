// The last stage of a tokenizer: the tokens of some ids to text.

/// One step from tokens to text; several may follow each other. What is left in the end is put together as it is.
enum TokenDecoder: Sendable {
  /// Tokens that begin with the prefix continue a word.
  case wordPiece(prefix: [UInt8], cleans: Bool)
  /// Tokens are spelled in GPT-2's printable bytes.
  case byteLevel
  /// Marks become spaces; those of the first token go, where the text got one.
  case wordMarks(mark: [UInt8], stripsFirst: Bool)
  case replace(TextPattern, with: [UInt8])
  /// Tokens such as `<0x0A>` are bytes.
  case bytes
  /// All tokens become one.
  case fuse
  /// Each token loses up to so many of a character at either end.
  case strip([UInt8], left: Int, right: Int)
  /// A suffix ends each word.
  case wordEnds(suffix: [UInt8])
  /// Puts a space between tokens, where a file names no decoder.
  case spaces

  func decoded(_ tokens: [[UInt8]]) -> [[UInt8]] {
    switch self {
    case .wordPiece(let prefix, let cleans):
      return tokens.enumerated().map { index, token in
        var text = token
        if index > 0 { text = token.starts(with: prefix) ? Array(token.dropFirst(prefix.count)) : [0x20] + token }
        return cleans ? Self.cleaned(text) : text
      }
    case .byteLevel: return [Array(String(decoding: tokens.flatMap(ByteAlphabet.bytes(of:)), as: UTF8.self).utf8)]
    case .wordMarks(let mark, let stripsFirst):
      return tokens.enumerated().map { index, token in
        Self.replaced(token, .text(mark), with: index == 0 && stripsFirst ? [] : [0x20])
      }
    case .replace(let pattern, let content): return tokens.map { Self.replaced($0, pattern, with: content) }
    case .bytes: return Self.joinedBytes(tokens)
    case .fuse: return [tokens.flatMap { $0 }]
    case .strip(let content, let left, let right): return tokens.map { Self.stripped($0, content, left, right) }
    case .wordEnds(let suffix):
      return tokens.enumerated().map { index, token in
        Self.replaced(token, .text(suffix), with: index == tokens.count - 1 ? [] : [0x20])
      }
    case .spaces: return [Array(tokens.joined(separator: [0x20]))]
    }
  }

  /// How many times as long a text can be after it, about.
  var growth: Int {
    switch self {
    case .replace(let pattern, let content): pattern.growth(content.count)
    case .bytes, .byteLevel: 3
    case .wordPiece, .wordMarks, .fuse, .strip, .wordEnds, .spaces: 1
    }
  }

  private static func replaced(_ token: [UInt8], _ pattern: TextPattern, with content: [UInt8]) -> [UInt8] {
    Normalizer.replace(pattern, with: content).normalized(token)
  }

  private static func stripped(_ token: [UInt8], _ content: [UInt8], _ left: Int, _ right: Int) -> [UInt8] {
    guard !content.isEmpty else { return token }
    var rest = token[...]
    for _ in 0..<min(left, token.count) where rest.starts(with: content) { rest = rest.dropFirst(content.count) }
    for _ in 0..<min(right, token.count) where rest.suffix(content.count).elementsEqual(content) {
      rest = rest.dropLast(content.count)
    }
    return Array(rest)
  }

  /// A run of byte tokens that is no UTF-8 is a replacement character for each byte, as in `transformers`.
  private static func joinedBytes(_ tokens: [[UInt8]]) -> [[UInt8]] {
    var result: [[UInt8]] = []
    var run: [UInt8] = []
    func finish() {
      guard !run.isEmpty else { return }
      let isText = String(validating: run, as: UTF8.self) != nil
      result += isText ? [run] : run.map { _ in Array("\u{FFFD}".utf8) }
      run.removeAll()
    }
    for token in tokens {
      if let byte = byte(of: token) {
        run.append(byte)
      } else {
        finish()
        result.append(token)
      }
    }
    finish()
    return result
  }

  private static func byte(of token: [UInt8]) -> UInt8? {
    guard token.count == 6, token.starts(with: "<0x".utf8), token[5] == UInt8(ascii: ">") else { return nil }
    return UInt8(String(decoding: token[3...4], as: UTF8.self), radix: 16)
  }

  /// Marks and endings that the reference writes without a space before them.
  private static let endings: [(String, String)] = [
    (" .", "."), (" ?", "?"), (" !", "!"), (" ,", ","), (" ' ", "'"), (" n't", "n't"), (" 'm", "'m"),
    (" do not", " don't"), (" 's", "'s"), (" 've", "'ve"), (" 're", "'re"),
  ]

  private static func cleaned(_ text: [UInt8]) -> [UInt8] {
    guard text.contains(0x20) else { return text }
    return endings.reduce(text) { replaced($0, .text(Array($1.0.utf8)), with: Array($1.1.utf8)) }
  }
}
