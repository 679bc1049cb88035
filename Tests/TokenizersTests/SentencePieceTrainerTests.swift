// A vocabulary of our own: DeBERTa's layout or Llama's, the same bytes every time.

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

  private func train(_ text: String, _ layout: SentencePieceTrainer.Layout = .deberta, size: Int) throws -> [UInt8] {
    try withTemporaryFolder { folder in
      let file = folder.appendingPathComponent("corpus.txt")
      try Data(text.utf8).write(to: file)
      return try SentencePieceTrainer.train(corpus: file, layout: layout, vocabularySize: size)
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
        tokenizer.specialTokens == SpecialTokens(beginning: 1, separator: 2, end: 2, padding: 0, unknown: 3, mask: 60))
      let text = "The teacher visited the river 12 times ."
      #expect(tokenizer.decode(tokenizer.encode(text)) == text)
      #expect(tokenizer.encode("[MASK]") == [60])
      #expect(tokenizer.encode("ж").last == 3)
    }
  }

  /// Characters that the corpus lacks, white space of all kinds, digits.
  private static let texts =
    corpus.split(separator: "\n").prefix(40).map { String($0) } + [
      "", " ", "  two  spaces ", "tab\tand\r\nlines\n", "1234 rivers, 5.6 dogs", "Zürich ж 日本 😀 e\u{301}", "\u{A0}x\u{0}y",
    ]

  @Test("llama's layout spells every text and gives it back")
  func llamaLayout() throws {
    let model = try train(Self.corpus, .llama, size: 340)
    #expect(try train(Self.corpus, .llama, size: 340) == model)
    try withTemporaryFolder { folder in
      try SentencePieceTrainer.writeLlama(model, to: folder)
      let tokenizer = try TokenizerFolder.load(from: folder)
      #expect(tokenizer.vocabularySize == 340)
      #expect(tokenizer.specialTokens == SpecialTokens(beginning: 1, separator: 2, end: 2, unknown: 0))
      #expect(tokenizer.encode("the river", nil).ids.first == 1)
      for text in Self.texts {
        let ids = tokenizer.encode(text)
        #expect(!ids.contains(0), "\(text.debugDescription)")
        #expect(Array(tokenizer.decode(ids).utf8) == Array(text.utf8), "\(text.debugDescription)")
      }
      // bytes follow the special tokens; a digit is a piece of its own
      #expect(tokenizer.encode("\n").last == 13)
      #expect(tokenizer.encode("12").count == tokenizer.encode("1").count + 1)
      #expect(tokenizer.encode("The teacher visited the river").count < 12)
    }
  }

  @Test("llama's layout is read alike by other programs", .requires(.python("sentencepiece, tokenizers, transformers")))
  func llamaPeer() throws {
    struct Found: Decodable {
      let sentencepiece, fast, slow: [[Int32]]
    }
    let script = try String(contentsOf: Repository.root.appending(path: "Tests/Peer/tokenizers_peer.py"), encoding: .utf8)
    try withTemporaryFolder { folder in
      try SentencePieceTrainer.writeLlama(train(Self.corpus, .llama, size: 340), to: folder)
      try JSONEncoder().encode(Self.texts).write(to: folder.appending(path: "texts.json"))
      let output = try PythonPeer.run(script, "llama", folder.path, folder.appending(path: "texts.json").path)
      let found = try JSONDecoder().decode(Found.self, from: Data(output.utf8))
      let tokenizer = try TokenizerFolder.load(from: folder)
      let own = Self.texts.map { tokenizer.encode($0, nil).ids }
      #expect(own.map { Array($0.dropFirst()) } == found.sentencepiece)
      #expect(own == found.slow)
      #expect(own == found.fast)
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
    #expect(
      throws: TokenizerError.training(
        reason: "259 pieces were asked for; the three special ones, the 256 bytes and at least one more are needed")
    ) {
      try train(Self.corpus, .llama, size: 259)
    }
    #expect(throws: TokenizerError.self) { try train("", size: 100) }
    #expect(throws: TokenizerError.self) { try train("\n\n\n", size: 100) }
    #expect(throws: TokenizerError.self) { try train(Self.corpus, size: 8) }
  }
}
