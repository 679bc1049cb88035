// Folders as users have them: added tokens beside every kind of file, and every stage of `tokenizer.json`. The ids, segments and
// decoded texts are those of `AutoTokenizer` (Tests/Peer/tokenizers_peer.py).
import Foundation
import TestSupport
import Testing

@testable import Tokenizers

/// A folder's files and what the library makes of texts with them.
struct LibraryVariant: Decodable, Sendable, CustomTestStringConvertible {
  /// The ids of one text of `texts` or of one pair of `pairs`.
  struct Case: Decodable, Sendable {
    let ids: [Int32]
    let types: [Int32]?
    /// What they are decoded to; nil: the text itself.
    let text: String?
  }

  private struct File: Decodable {
    let texts: [String]
    let pairs: [[String]]
    let variants: [LibraryVariant]
  }

  let name: String
  let files: [String: String]
  /// Files of other fixtures, by their name here.
  let copied: [String: String]
  let modelType: String
  let vocabulary: Int
  let specialIDs: [String: Int32]
  let cases: [Case]

  enum CodingKeys: String, CodingKey {
    case name, files, copied, vocabulary, cases
    case modelType = "model_type"
    case specialIDs = "special_ids"
  }

  var testDescription: String { name }

  private static let file =
    (try? JSONDecoder().decode(File.self, from: Data(contentsOf: Fixtures.root.appending(path: "variants.json"))))
    ?? File(texts: [], pairs: [], variants: [])

  static var all: [LibraryVariant] { file.variants }

  /// The texts of the cases, in their order: single ones, then pairs.
  static let texts = file.texts.map { (a: $0, b: String?.none) } + file.pairs.map { (a: $0[0], b: $0[1]) }

  /// Its tokenizer, from files in a folder of its own.
  func tokenizer() throws -> any Tokenizer {
    try withTemporaryFolder { folder in
      try write(to: folder)
      return try TokenizerFolder.load(from: folder, modelType: modelType)
    }
  }

  func write(to folder: URL) throws {
    for (name, text) in files { try Data(text.utf8).write(to: folder.appending(path: name)) }
    for (name, source) in copied {
      try FileManager.default.copyItem(at: Fixtures.root.appending(path: source), to: folder.appending(path: name))
    }
  }

  /// Whether an unknown character stands in the text, which SentencePiece spells in bytes and the fast tokenizer does not.
  func isUnknown(_ row: Case) -> Bool {
    copied["spm.model"] != nil && specialIDs["unk_token"].map(row.ids.contains) == true
  }
}

@Suite("Added tokens and the stages of tokenizer.json, as the library has them")
struct LibraryVariantsTests {
  @Test("there are many")
  func count() {
    #expect(LibraryVariant.all.count > 50)
  }

  @Test("ids, segments and text", arguments: LibraryVariant.all)
  func cases(variant: LibraryVariant) throws {
    let tokenizer = try variant.tokenizer()
    #expect(tokenizer.vocabularySize == variant.vocabulary)
    #expect(variant.cases.count == LibraryVariant.texts.count)
    for ((a, b), row) in zip(LibraryVariant.texts, variant.cases) where !variant.isUnknown(row) {
      let found = tokenizer.encode(a, b)
      #expect(found.ids == row.ids, "\(a.debugDescription) | \(b ?? "-")")
      if let types = row.types { #expect(found.segments == types, "\(a) | \(b ?? "-")") }
      #expect(Array(tokenizer.decode(row.ids).unicodeScalars) == Array((row.text ?? a).unicodeScalars), "\(row.ids)")
    }
  }

  @Test("special tokens", arguments: LibraryVariant.all)
  func special(variant: LibraryVariant) throws {
    let special = try variant.tokenizer().specialTokens
    let ids = variant.specialIDs
    #expect(special.beginning == ids["cls_token"] ?? ids["bos_token"])
    #expect(special.separator == ids["sep_token"] ?? ids["eos_token"])
    #expect(special.end == ids["eos_token"])
    #expect(special.padding == ids["pad_token"])
    #expect(special.unknown == ids["unk_token"])
    #expect(special.mask == ids["mask_token"])
  }
}
