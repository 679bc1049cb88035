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
}
