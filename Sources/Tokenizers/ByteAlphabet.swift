// GPT-2's spelling of bytes as printable characters, in which its vocabulary and merges are written.

/// The 256 characters that stand for bytes in the files of a byte-level vocabulary.
enum ByteAlphabet {
  /// The character of each byte: itself where that is printable Latin-1, else the next free one from U+0100.
  static let characters: [Unicode.Scalar] = {
    var next: UInt32 = 0x100
    return (0..<256).map { byte in
      let isPrintable =
        (0x21...0x7E).contains(byte) || (0xA1...0xAC).contains(byte) || (0xAE...0xFF).contains(byte)
      if isPrintable { return Unicode.Scalar(UInt8(byte)) }
      defer { next += 1 }
      return Unicode.Scalar(next) ?? "?"
    }
  }()

  /// The UTF-8 of each byte's character.
  private static let spellings: [[UInt8]] = characters.map { Array(String($0).utf8) }

  /// Bytes as the files spell them, in UTF-8.
  static func spelling(_ bytes: ArraySlice<UInt8>) -> [UInt8] {
    var result: [UInt8] = []
    result.reserveCapacity(bytes.count + bytes.count / 4)
    for byte in bytes { result.append(contentsOf: spellings[Int(byte)]) }
    return result
  }

  private static let bytes: [Unicode.Scalar: UInt8] = Dictionary(
    uniqueKeysWithValues: characters.enumerated().map { ($1, UInt8($0)) })

  /// The bytes that a token spells; a token with a character outside the alphabet is its own UTF-8.
  static func bytes(of token: [UInt8]) -> [UInt8] {
    var result: [UInt8] = []
    for scalar in String(decoding: token, as: UTF8.self).unicodeScalars {
      guard let byte = bytes[scalar] else { return token }
      result.append(byte)
    }
    return result
  }
}
