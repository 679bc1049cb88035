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
      if !map.isEmpty { try checkCharacterMap(Array(map)) }
    }
  }

  /// The map: a 32-bit size, a double-array trie of that many bytes (units of 32 bits), then replacement texts, each
  /// ended by a zero byte.
  ///
  /// Every unit that a search can reach is visited, so that no search leaves the array and no value the texts.
  private static func checkCharacterMap(_ map: [UInt8]) throws(ProtobufReader.Malformed) {
    func unit(_ index: Int) -> UInt32 {
      (0..<4).reversed().reduce(0) { $0 << 8 | UInt32(map[4 + 4 * index + $1]) }
    }
    guard map.count > 4 else { throw .init(problem: "the character map is cut") }
    let size = Int(map[0]) | Int(map[1]) << 8 | Int(map[2]) << 16 | Int(map[3]) << 24
    let count = size / 4
    // Searches go to (offset of a unit) XOR (a byte), so an array of whole blocks of 256 keeps them inside.
    guard size > 0, size % 1024 == 0, size < map.count - 4, map.last == 0 else {
      throw .init(problem: "the character map's tree has \(size) of its \(map.count - 4) bytes")
    }
    let texts = map[(4 + size)...]
    var isVisited = [Bool](repeating: false, count: count)
    var pending = [0]
    isVisited[0] = true
    while let position = pending.popLast() {
      let node = unit(position)
      let base = position ^ Int((node >> 10) << ((node & 0x200) >> 6))
      guard base < count else { throw .init(problem: "the character map's tree points outside itself") }
      if node & 0x100 != 0 {
        let value = Int(unit(base) & 0x7FFF_FFFF)
        guard value < texts.count else { throw .init(problem: "the character map has a text outside itself") }
        let text = texts.dropFirst(value).prefix { $0 != 0 }
        guard String(validating: text, as: UTF8.self) != nil else {
          throw .init(problem: "the character map has a text that is not UTF-8")
        }
      }
      for byte in 0..<256 {
        let child = base ^ byte
        if !isVisited[child], unit(child) & 0x8000_00FF == UInt32(byte) {
          isVisited[child] = true
          pending.append(child)
        }
      }
    }
  }
}
