// A SentencePiece model: the bytes are checked first, then all encoding is done by the library itself: it normalizes
// and splits too.

import CSentencePiece

/// A loaded model of the SentencePiece library.
final class SentencePieceModel: PieceModel {
  /// Pieces by id.
  private let pieces: [[UInt8]]
  private let ids: [[UInt8]: Int32]
  /// Pieces that no text is spelled with, such as `<s>`.
  let controls: [String]
  /// What the model makes of characters before it looks at them; nil: nothing.
  let characters: CharacterMap?

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
    characters = try SentencePieceModelCheck.characterMap(bytes, file: file)
    var pieces: [[UInt8]] = []
    var ids: [[UInt8]: Int32] = [:]
    var controls: [String] = []
    for id in 0..<csp_piece_count(loaded) {
      var length = 0
      let start = csp_piece(loaded, id, &length)
      let bytes = UnsafeRawBufferPointer(start: start, count: start == nil ? 0 : length)
      let piece = Array(bytes)
      pieces.append(piece)
      ids[piece] = ids[piece] ?? id
      if Int(csp_piece_kind(loaded, id)) == CSP_CONTROL { controls.append(String(decoding: piece, as: UTF8.self)) }
    }
    self.pieces = pieces
    self.ids = ids
    self.controls = controls
  }

  deinit { csp_free(processor) }

  var count: Int { pieces.count }

  func id(of token: [UInt8]) -> Int32? { ids[token] }

  func token(_ id: Int32) -> [UInt8]? { pieces.indices.contains(Int(id)) ? pieces[Int(id)] : nil }

  /// Appends the ids of a text, by the model's own normalisation and search.
  func encode(_ text: ArraySlice<UInt8>, into ids: inout [Int32]) {
    text.withUnsafeBytes { bytes in
      var found: UnsafeMutablePointer<Int32>?
      let count = csp_encode(processor, bytes.baseAddress?.assumingMemoryBound(to: CChar.self), bytes.count, &found)
      defer { csp_free_ids(found) }
      // A checked model fails on no text; what the library cannot encode has no ids.
      if count > 0 { ids.append(contentsOf: UnsafeBufferPointer(start: found, count: Int(count))) }
    }
  }

  /// The id of a piece that the tokenizer cannot do without.
  func required(_ piece: String, file: String, needed: String) throws -> Int32 {
    guard let id = id(of: Array(piece.utf8)) else {
      throw TokenizerError.missingToken(file: file, token: piece, needed: needed)
    }
    return id
  }
}

/// The reason that the library wrote, a C string.
func reason(in message: [CChar]) -> String {
  String(decoding: message.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
}
