// The decoders of a `tokenizer.json`.

extension TokenDecoder {
  /// Reads a decoder; a sequence is several.
  ///
  /// - Throws: ``TokenizerError``, which names one that this program does not have.
  static func read(_ section: JSONSection) throws -> [TokenDecoder] {
    let type = try section.required("type")
    switch try type.text() {
    case "Sequence": return try section.required("decoders").elements().flatMap(read)
    case "WordPiece":
      return [
        .wordPiece(
          prefix: try section["prefix"].map { Array(try $0.text().utf8) } ?? Array("##".utf8),
          cleans: try section["cleanup"]?.flag() ?? true)
      ]
    case "ByteLevel": return [.byteLevel]
    case "Metaspace":
      let (mark, place) = try PreTokenizer.MarkPlace.read(section)
      return [.wordMarks(mark: mark, stripsFirst: place != .never)]
    case "Replace":
      return [
        .replace(try TextPattern(section.required("pattern")), with: Array(try section.required("content").text().utf8))
      ]
    case "ByteFallback": return [.bytes]
    case "Fuse": return [.fuse]
    case "Strip":
      return [
        .strip(
          Array(try section.required("content").text().utf8), left: max(0, try section["start"]?.integer() ?? 0),
          right: max(0, try section["stop"]?.integer() ?? 0))
      ]
    case "BPEDecoder":
      let suffix = try section["suffix"].map { Array(try $0.text().utf8) } ?? Array("</w>".utf8)
      return suffix.isEmpty ? [] : [.wordEnds(suffix: suffix)]
    case let name:
      throw type.unsupported(
        name, "WordPiece, ByteLevel, Metaspace, Replace, ByteFallback, Fuse, Strip, BPEDecoder and Sequence")
    }
  }
}
