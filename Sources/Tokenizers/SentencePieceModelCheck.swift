// Checks a SentencePiece model file before the library sees it: the library follows the offsets of the file's
// pre-compiled character map without looking, so a damaged map would end the process.

/// The structure of `sentencepiece_model.proto`, as far as the library relies on it.
enum SentencePieceModelCheck {
  /// The largest number of pieces that fits a model's embedding in any sensible way.
  private static let mostPieces = 4_000_000

  /// Checks a serialized `ModelProto`.
  ///
  /// - Throws: ``TokenizerError/malformed(file:problem:remedy:)``.
  static func check(_ bytes: [UInt8], file: String) throws {
    do {
      try checkModel(bytes[...])
    } catch {
      throw TokenizerError.malformed(
        file: file, problem: "not a SentencePiece model: \(error.problem)", remedy: TokenizerError.downloadAgain)
    }
  }

  private static func checkModel(_ bytes: ArraySlice<UInt8>) throws(ProtobufReader.Malformed) {
    var reader = ProtobufReader(bytes)
    var pieceCount = 0
    while let (field, value) = try reader.next() {
      switch (field, value) {
      case (1, .bytes(let piece)):
        try checkPiece(piece, id: pieceCount)
        pieceCount += 1
        guard pieceCount <= mostPieces else { throw .init(problem: "more than \(mostPieces) pieces") }
      case (2, .bytes(let trainer)): try checkTrainer(trainer)
      case (3, .bytes(let normalizer)), (5, .bytes(let normalizer)): try checkNormalizer(normalizer)
      case (1...3, _), (5, _): throw .init(problem: "field \(field) is not a message")
      default: break
      }
    }
    guard pieceCount > 0 else { throw .init(problem: "it has no pieces") }
  }

  private static func checkPiece(_ bytes: ArraySlice<UInt8>, id: Int) throws(ProtobufReader.Malformed) {
    var reader = ProtobufReader(bytes)
    while let (field, value) = try reader.next() {
      switch (field, value) {
      case (1, .bytes(let text)):
        guard !text.isEmpty, !text.contains(0), String(validating: text, as: UTF8.self) != nil else {
          throw .init(problem: "piece \(id) is empty or not UTF-8")
        }
      case (2, .fixed32(let bits)):
        guard Float(bitPattern: bits).isFinite else { throw .init(problem: "piece \(id) has no finite score") }
      case (3, .varint(let kind)):
        guard (1...6).contains(kind) else { throw .init(problem: "piece \(id) is of the unknown kind \(kind)") }
      case (1...3, _): throw .init(problem: "piece \(id) has a field \(field) of another type")
      default: break
      }
    }
  }

  private static func checkTrainer(_ bytes: ArraySlice<UInt8>) throws(ProtobufReader.Malformed) {
    var reader = ProtobufReader(bytes)
    while let (field, value) = try reader.next() {
      // model_type: unigram or BPE, the two that published models have.
      guard field == 3 else { continue }
      guard case .varint(1...2) = value else { throw .init(problem: "the model is neither unigram nor BPE") }
    }
  }

  private static func checkNormalizer(_ bytes: ArraySlice<UInt8>) throws(ProtobufReader.Malformed) {
    var reader = ProtobufReader(bytes)
    while let (field, value) = try reader.next() {
      guard field == 2 else { continue }
      guard case .bytes(let map) = value else { throw .init(problem: "the character map is not a string of bytes") }
      if !map.isEmpty { _ = try CharacterMap(Array(map)) }
    }
  }

  /// The character map of a checked model's normalizer; nil where it has none.
  static func characterMap(_ bytes: [UInt8], file: String) throws -> CharacterMap? {
    do {
      var found: CharacterMap?
      var model = ProtobufReader(bytes[...])
      while let (field, value) = try model.next() {
        guard field == 3, case .bytes(let normalizer) = value else { continue }
        var reader = ProtobufReader(normalizer)
        while let (field, value) = try reader.next() {
          if field == 2, case .bytes(let map) = value { found = map.isEmpty ? nil : try CharacterMap(Array(map)) }
        }
      }
      return found
    } catch {
      throw TokenizerError.malformed(
        file: file, problem: "not a SentencePiece model: \(error.problem)", remedy: TokenizerError.downloadAgain)
    }
  }
}
