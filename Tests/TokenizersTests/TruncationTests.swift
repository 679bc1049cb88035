// `longest_first` as the fast tokenizers do it.

import Testing

@testable import Tokenizers

@Suite("Truncation")
struct TruncationTests {
  @Test(
    "tokens kept of two texts",
    arguments: [
      (first: 3, second: 2, room: 5, kept: [3, 2]),
      (first: 9, second: 9, room: 5, kept: [2, 3]),
      (first: 9, second: 8, room: 5, kept: [3, 2]),
      (first: 8, second: 9, room: 5, kept: [2, 3]),
      (first: 20, second: 1, room: 5, kept: [4, 1]),
      (first: 2, second: 20, room: 5, kept: [2, 3]),
      (first: 3, second: 20, room: 5, kept: [2, 3]),
      (first: 20, second: 3, room: 5, kept: [3, 2]),
      (first: 0, second: 7, room: 3, kept: [0, 3]),
      (first: 4, second: 4, room: 0, kept: [0, 0]),
    ])
  func kept(first: Int, second: Int, room: Int, kept: [Int]) {
    let found = longestFirst(first, second, room: room)
    #expect([found.first, found.second] == kept)
  }

  @Test("special tokens stay, whatever the limit")
  func limitBelowSpecialTokens() throws {
    let tokenizer = try TokenizerFolder.load(from: Fixtures.folder("roberta-bpe"))
    #expect(tokenizer.encode("word", nil, maximumLength: 1).ids == [0, 2])
    #expect(tokenizer.encode("word", "word", maximumLength: 0).ids == [0, 2, 2, 2])
  }

  @Test("a mask token takes the white space before it, another special token does not")
  func whitespaceBeforeSpecialTokens() throws {
    let tokenizer = try TokenizerFolder.load(from: Fixtures.folder("roberta-bpe"))
    #expect(tokenizer.encode("a \u{A0}\n<mask><mask>") == tokenizer.encode("a") + [4, 4])
    #expect(tokenizer.encode("a </s>") == tokenizer.encode("a ") + [2])
    #expect(tokenizer.decode(tokenizer.encode("a <mask> b")) == "a b")
  }
}
