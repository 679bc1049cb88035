// A SentencePiece model: the bytes are checked first, then all encoding is done by the library itself.

import CSentencePiece

/// A loaded model of the SentencePiece library.
final class SentencePieceModel: Sendable {
  /// What a piece stands for.
  enum Kind: Equatable {
    case normal, unknown, control, unused
    /// One byte, spelled `<0x0A>`.
    case byte(UInt8)
  }

  /// Pieces by id.
  let pieces: [String]
  let kinds: [Kind]

  /// Set once, freed with this object. The library only reads it while it encodes, so threads may share it.
  private nonisolated(unsafe) let processor: OpaquePointer

  /// Checks and loads a serialized model.
  ///
  /// - Throws: ``TokenizerError`` naming the file.
  init(bytes: [UInt8], file: String) throws {
    try SentencePieceModelCheck.check(bytes, file: file)
    var message = [CChar](repeating: 0, count: 512)
    let loaded = bytes.withUnsafeBytes { model in
      csp_load(model.baseAddress?.assumingMemoryBound(to: CChar.self), model.count, &message, message.count)
    }
    guard let loaded else {
      throw TokenizerError.malformed(
        file: file, problem: "SentencePiece refuses it: \(reason(in: message))", remedy: TokenizerError.downloadAgain)
    }
    processor = loaded
    var pieces: [String] = []
    var kinds: [Kind] = []
    for id in 0..<csp_piece_count(loaded) {
      var length = 0
      let start = csp_piece(loaded, id, &length)
      let bytes = UnsafeRawBufferPointer(start: start, count: start == nil ? 0 : length)
      let piece = String(decoding: bytes, as: UTF8.self)
      pieces.append(piece)
      kinds.append(Self.kind(csp_piece_kind(loaded, id), of: piece))
    }
    self.pieces = pieces
    self.kinds = kinds
  }

  deinit { csp_free(processor) }

  /// The ids of a text, by the model's own normalisation and search.
  func encode(_ text: ArraySlice<UInt8>) -> [Int32] {
    text.withUnsafeBytes { bytes in
      var ids: UnsafeMutablePointer<Int32>?
      let count = csp_encode(processor, bytes.baseAddress?.assumingMemoryBound(to: CChar.self), bytes.count, &ids)
      defer { csp_free_ids(ids) }
      // A checked model fails on no text; what the library cannot encode has no ids.
      return count > 0 ? Array(UnsafeBufferPointer(start: ids, count: Int(count))) : []
    }
  }

  private static func kind(_ code: Int32, of piece: String) -> Kind {
    switch Int(code) {
    case CSP_UNKNOWN: return .unknown
    case CSP_CONTROL: return .control
    case CSP_UNUSED: return .unused
    case CSP_BYTE:
      return UInt8(piece.dropFirst(3).dropLast(), radix: 16).map { .byte($0) } ?? .normal
    default: return .normal
    }
  }
}

/// The reason that the library wrote, a C string.
func reason(in message: [CChar]) -> String {
  String(decoding: message.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
}
