// A vocabulary of our own: DeBERTa's layout, the same bytes every time.

import Foundation
import TestSupport
import Testing

@testable import Tokenizers

@Suite("SentencePiece training")
struct SentencePieceTrainerTests {
  private static let corpus = (0..<400).map { row in
    let nouns = ["river", "teacher", "company", "restaurant", "movie", "treaty", "matrix", "dog"]
    let verbs = ["praised", "visited", "measured", "reported", "walked to", "agreed with"]
    return "The \(nouns[row % 8]) \(verbs[row % 6]) the \(nouns[(row / 8) % 8]) \(row % 37) times ."
  }.joined(separator: "\n")

  private func train(_ text: String, size: Int) throws -> [UInt8] {
    try withTemporaryFolder { folder in
      let file = folder.appendingPathComponent("corpus.txt")
      try Data(text.utf8).write(to: file)
      return try SentencePieceTrainer.train(corpus: file, vocabularySize: size)
    }
  }

  @Test("equal corpora give equal bytes, whatever the file is called")
  func deterministic() throws {
    let first = try train(Self.corpus, size: 60)
    #expect(try train(Self.corpus, size: 60) == first)
    #expect(try train(Self.corpus.replacingOccurrences(of: "\n", with: "\r\n") + "\n", size: 60) == first)
  }

  @Test("the vocabulary is DeBERTa's in layout")
  func layout() throws {
    let model = try train(Self.corpus, size: 60)
    try withTemporaryFolder { folder in
      try Data(model).write(to: folder.appendingPathComponent("spm.model"))
      let tokenizer = try TokenizerFolder.load(from: folder, modelType: "deberta-v2")
      #expect(tokenizer.vocabularySize == 61)
      #expect(
        tokenizer.specialTokens == SpecialTokens(beginning: 1, separator: 2, padding: 0, unknown: 3, mask: 60))
      let text = "The teacher visited the river 12 times ."
      #expect(tokenizer.decode(tokenizer.encode(text)) == text)
      #expect(tokenizer.encode("[MASK]") == [60])
      #expect(tokenizer.encode("ж").last == 3)
    }
  }

  @Test("what it refuses")
  func refusals() throws {
    #expect(
      throws: TokenizerError.training(
        reason: "4 pieces were asked for; the four special ones and at least one more are needed")
    ) {
      try train(Self.corpus, size: 4)
    }
    #expect(throws: TokenizerError.self) { try train("", size: 100) }
    #expect(throws: TokenizerError.self) { try train("\n\n\n", size: 100) }
    #expect(throws: TokenizerError.self) { try train(Self.corpus, size: 8) }
  }

  private func bytePairs(_ text: String, size: Int) throws -> [UInt8] {
    try withTemporaryFolder { folder in
      let file = folder.appendingPathComponent("corpus.txt")
      try Data(text.utf8).write(to: file)
      return try SentencePieceTrainer.trainBytePairs(corpus: file, vocabularySize: size)
    }
  }

  @Test("byte pairs are Llama's in layout: bytes for what has no piece, digits alone, text as it is")
  func llama() throws {
    let model = try bytePairs(Self.corpus, size: 340)
    #expect(try bytePairs(Self.corpus, size: 340) == model)
    try withTemporaryFolder { folder in
      try Data(model).write(to: folder.appendingPathComponent("tokenizer.model"))
      let tokenizer = try TokenizerFolder.load(from: folder, modelType: "llama")
      #expect(tokenizer.vocabularySize == 340)
      #expect(tokenizer.specialTokens == SpecialTokens(beginning: 1, separator: 2, unknown: 0))
      for text in ["The teacher visited the river 12 times .", "the  ж\nriver"] {
        #expect(tokenizer.decode(tokenizer.encode(text)) == text)
      }
      #expect(tokenizer.encode("ж").suffix(2) == [3 + 0xD0, 3 + 0xB6])
      #expect(tokenizer.encode("x 12").suffix(2) == tokenizer.encode("y 512").suffix(2))
    }
    #expect(
      throws: TokenizerError.training(
        reason: "259 pieces were asked for; the three special ones, 256 bytes and at least one more are needed")
    ) {
      try bytePairs(Self.corpus, size: 259)
    }
  }
}
