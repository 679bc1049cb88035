// All cells of the real GLUE files with the four real vocabularies: a digest of our ids equals that of the ids of
// `transformers` 4.57.6 (fast tokenizers; for DeBERTa the one on SentencePiece, which spells unknown characters in
// bytes).

import Foundation
import TestSupport
import Testing

@testable import Tokenizers

@Suite("The real data", .requires(.published("data/glue")), .requires(.published("tokenizers")))
struct RealDataTests {
  static let files = [
    "CoLA/dev.tsv", "CoLA/train.tsv", "MNLI/dev_matched.tsv", "MNLI/dev_mismatched.tsv", "MNLI/train.tsv",
    "MRPC/dev.tsv", "MRPC/dev_ids.tsv", "MRPC/train.tsv", "QNLI/dev.tsv", "QNLI/train.tsv", "QQP/dev.tsv",
    "QQP/train.tsv", "RTE/dev.tsv", "RTE/train.tsv", "SST-2/dev.tsv", "SST-2/train.tsv", "STS-B/dev.tsv",
    "STS-B/train.tsv",
  ]

  /// The digest of the reference's ids, and how many cells there are.
  struct Reference: Sendable, CustomTestStringConvertible {
    let folder: String
    let digest: UInt64
    var testDescription: String { folder }
  }

  static let cellCount = 151_711
  static let references = [
    Reference(folder: "bert-base-uncased", digest: 0xe529_ec43_14e4_e16a),
    Reference(folder: "roberta-base", digest: 0x7fa8_2079_5c2a_13af),
    Reference(folder: "deberta-v3", digest: 0x63f7_723d_e339_41a9),
    Reference(folder: "llama-2", digest: 0x80ce_3ad5_b84c_1c97),
  ]

  @Test("ids of every cell", arguments: references)
  func digests(reference: Reference) throws {
    let tokenizer = try TokenizerFolder.load(
      from: PublishedFiles.root.appending(path: "tokenizers/\(reference.folder)"))
    var digest: UInt64 = 0xcbf2_9ce4_8422_2325
    var cells = 0
    for file in Self.files {
      for cell in try Self.cells(file) {
        for id in tokenizer.encode(cell) { Self.add(UInt32(bitPattern: id), to: &digest) }
        Self.add(.max, to: &digest)
        cells += 1
      }
    }
    #expect(cells == Self.cellCount)
    #expect(digest == reference.digest)
  }

  @Test("llama's texts come back", arguments: ["CoLA/dev.tsv", "MRPC/dev.tsv", "STS-B/dev.tsv"])
  func lossless(file: String) throws {
    let tokenizer = try TokenizerFolder.load(from: PublishedFiles.root.appending(path: "tokenizers/llama-2"))
    for cell in try Self.cells(file) { #expect(Array(tokenizer.decode(tokenizer.encode(cell)).utf8) == Array(cell.utf8)) }
  }

  /// The texts of a file.
  private static func cells(_ file: String) throws -> [String] {
    let text = String(decoding: try Data(contentsOf: PublishedFiles.glue.appending(path: file)), as: UTF8.self).unicodeScalars
    return text.split(separator: "\n", omittingEmptySubsequences: false).flatMap { line in
      line.split(separator: "\t", omittingEmptySubsequences: false).filter { !isNumber($0) }.map { String($0) }
    }
  }

  /// Scores and ids are no text. (In numbers like 2.111111 several spellings have the same probability up to
  /// rounding, and
  /// versions of SentencePiece differ.)
  private static func isNumber(_ cell: Substring.UnicodeScalarView) -> Bool {
    cell.allSatisfy { $0 == "." || ("0"..."9").contains($0) }
  }

  /// FNV-1a over 32-bit words; the largest word ends a cell.
  private static func add(_ word: UInt32, to digest: inout UInt64) {
    digest = (digest ^ UInt64(word)) &* 0x100_0000_01b3
  }
}
