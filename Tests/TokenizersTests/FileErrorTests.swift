// What a person reads when a tokenizer's file is wrong.

import Foundation
import TestSupport
import Testing

@testable import Tokenizers

@Suite("Wrong tokenizer files")
struct FileErrorTests {
  private static let again = "The file is damaged or of another kind: fetch it again"

  /// The message of loading a folder with these files, the folder's path cut off.
  private func message(_ files: [String: [UInt8]], modelType: String? = nil) throws -> String {
    try withTemporaryFolder { folder in
      for (name, bytes) in files { try Data(bytes).write(to: folder.appendingPathComponent(name)) }
      do {
        _ = try TokenizerFolder.load(from: folder, modelType: modelType)
        return "loaded"
      } catch {
        return "\(error)".replacingOccurrences(of: folder.path + "/", with: "")
          .replacingOccurrences(of: folder.path, with: "FOLDER")
      }
    }
  }

  private func fixture(_ path: String) throws -> String {
    try String(contentsOf: Fixtures.root.appendingPathComponent(path), encoding: .utf8)
  }

  @Test("a folder without a tokenizer")
  func nothing() throws {
    #expect(
      try message([:]) == """
        FOLDER: no tokenizer here. Expected one of: tokenizer.json, spm.model, tokenizer.model, vocab.txt, vocab.json \
        with merges.txt. Copy the tokenizer's files from the model's page into this folder
        """)
    #expect(
      try message(["vocab.txt": []], modelType: "deberta-v2") == """
        FOLDER: no tokenizer here. Expected one of: tokenizer.json, spm.model. Copy the tokenizer's files from the \
        model's page into this folder
        """)
  }

  @Test("vocab.txt")
  func wordPiece() throws {
    let special = "[PAD]\n[UNK]\n[CLS]\n[SEP]\n[MASK]\n"
    #expect(try message(["vocab.txt": Array((special + "a\n##b\r\n").utf8)]) == "loaded")
    #expect(
      try message(["vocab.txt": Array((special + "a\n##b\na\n").utf8)])
        == "vocab.txt:8: 'a' is in line 6 already. Each piece has one id: \(Self.again)")
    #expect(
      try message(["vocab.txt": Array((special + "\na\n").utf8)])
        == "vocab.txt:6: this line is empty; a piece was expected. \(Self.again)")
    #expect(
      try message(["vocab.txt": Array(special.utf8) + [0xC3, 0x28, 0x0A]])
        == "vocab.txt:6: this line is not UTF-8. \(Self.again)")
    #expect(
      try message(["vocab.txt": Array("[PAD]\n[CLS]\na\n".utf8)]) == """
        vocab.txt: the vocabulary has no '[UNK]', which stands for words that it cannot spell. \
        Take the file that was published with the model
        """)
    #expect(
      try message(["vocab.txt": Array(special.utf8), "tokenizer_config.json": Array(#"{"do_lower_case": "no"}"#.utf8)])
        == "tokenizer_config.json:1: 'do_lower_case' is 'no'; true or false was expected. \(Self.again)")
  }

  /// `vocab.json` of the fixture with one entry more, and its `merges.txt` with one line more.
  private func byteLevel(vocabulary: String = "", merges: String = "") throws -> String {
    let original = try fixture("roberta-bpe/vocab.json")
    let extended = "{" + vocabulary + "\n" + original.dropFirst()
    let ranked = try fixture("roberta-bpe/merges.txt") + merges
    return try message(["vocab.json": Array(extended.utf8), "merges.txt": Array(ranked.utf8)])
  }

  @Test("vocab.json")
  func vocabularyJSON() throws {
    #expect(try byteLevel(vocabulary: #""\u00e9\ud83d\ude00\"\\": 620,"#) == "loaded")
    #expect(
      try byteLevel(vocabulary: "\n\"x\u{2603}\": 5,")
        == "vocab.json:3: '!' has id 5, as 'x\u{2603}' has. \(Self.again)")
    #expect(
      try byteLevel(vocabulary: "\"new\": -1,")
        == "vocab.json:1: 'new' has id -1; 621 tokens have ids 0 to 620. \(Self.again)")
    #expect(
      try byteLevel(vocabulary: "\n\"new\": 9999999999,")
        == "vocab.json:2: 'new' has id 9999999999; 621 tokens have ids 0 to 620. \(Self.again)")
    #expect(
      try byteLevel(vocabulary: "\"new\": 99999999999999999999,")
        == "vocab.json:1: an id, a whole number, was expected, one too large found. \(Self.again)")
    #expect(
      try byteLevel(vocabulary: "\"<s>\": 620,")
        == "vocab.json:2: '<s>' is here twice, with ids 620 and 0. \(Self.again)")
    #expect(try byteLevel(vocabulary: "\"new\" 620,") == "vocab.json:1: ':' was expected, '6' found. \(Self.again)")
    #expect(try byteLevel(vocabulary: #""\ud83d": 620,"#) == "vocab.json:1: half a surrogate pair. \(Self.again)")
    #expect(
      try message(["vocab.json": Array("{\"a\": 0".utf8), "merges.txt": []])
        == "vocab.json:1: '}' was expected, the file's end found. \(Self.again)")
    #expect(
      try message(["vocab.json": Array("{\"a\": 0}".utf8), "merges.txt": []]) == """
        vocab.json: the vocabulary has no '\u{100}', which spells the byte 0. \
        Take the file that was published with the model
        """)
  }

  @Test("merges.txt")
  func merges() throws {
    let together = "It must be published together with the vocabulary: fetch both again"
    let line = try fixture("roberta-bpe/merges.txt").split(separator: "\n").count + 1
    #expect(
      try byteLevel(merges: "q zebra\n")
        == "merges.txt:\(line): the merge's 'zebra' is not in the vocabulary. \(together)")
    #expect(
      try byteLevel(merges: "q q\n") == "merges.txt:\(line): the merged 'qq' is not in the vocabulary. \(together)")
    #expect(
      try byteLevel(merges: "e r\n") == "merges.txt:\(line): the merge of 'e' and 'r' is here twice. \(together)")
    #expect(
      try byteLevel(merges: "a b c\n")
        == "merges.txt:\(line): two tokens with a space between them were expected, 3 found. \(together)")
  }

  @Test("tokenizer.json of another kind")
  func tokenizerJSON() throws {
    let original = try fixture("roberta-bpe/tokenizer.json")
    func changed(_ old: String, _ new: String) throws -> String {
      let text = original.replacingOccurrences(of: old, with: new)
      try #require(text != original)
      return try message(["tokenizer.json": Array(text.utf8)])
    }
    let together = "The files must be published together: fetch all of them again"
    #expect(
      try changed(#""type": "BPE""#, #""type": "WordLevel""#)
        == "tokenizer.json: the model's type is WordLevel; this program supports BPE, WordPiece and Unigram")
    #expect(
      try message(["tokenizer.json": Array("{}".utf8)]) == "tokenizer.json:1: 'model' is missing. \(Self.again)")
    #expect(
      try message(["tokenizer.json": Array("[]".utf8)])
        == "tokenizer.json: a JSON object was expected, a list found. \(Self.again)")
    let line = try #require(original.split(separator: "\n").firstIndex { $0.contains(#""content": "<mask>""#) }) - 1
    #expect(
      try changed(#""content": "<mask>""#, #""content": "<hole>""#)
        == "tokenizer.json:\(line): the added token '<hole>' has id 4; it has no other place than 620, the next free id. \(together)"
    )
  }

  @Test("a token that tokenizer.json adds")
  func addedToken() throws {
    let original = try fixture("roberta-bpe/tokenizer.json")
    let token = #"{"id": 620, "content": "<new>", "lstrip": false, "rstrip": RIGHT, "single_word": false}"#
    func extended(_ right: String) throws -> [UInt8] {
      let added = token.replacingOccurrences(of: "RIGHT", with: right)
      let text = original.replacingOccurrences(
        of: "\"added_tokens\": [", with: "\"added_tokens\": [\(added),")
      try #require(text != original)
      return Array(text.utf8)
    }
    try withTemporaryFolder { folder in
      try Data(extended("true")).write(to: folder.appendingPathComponent("tokenizer.json"))
      let tokenizer = try TokenizerFolder.load(from: folder)
      #expect(tokenizer.vocabularySize == 621)
      #expect(tokenizer.encode("a<new> a") == [69, 620, 69])
      #expect(tokenizer.decode([69, 620, 69]) == "a<new>a")
    }
  }

  @Test("spm.model")
  func sentencePiece() throws {
    let model = Array(try Data(contentsOf: Fixtures.folder("deberta-unigram").appendingPathComponent("spm.model")))
    #expect(
      try message(["spm.model": Array(model.prefix(20_000))])
        == "spm.model: not a SentencePiece model: a field of 240021 bytes has only 8963 left. \(Self.again)")
    #expect(try message(["spm.model": []]) == "spm.model: this file is empty. Fetch it again")
    #expect(
      try message(["spm.model": [0x52, 0x00]]) == "spm.model: not a SentencePiece model: it has no pieces. \(Self.again)")
    let llama = Array(try Data(contentsOf: Fixtures.folder("llama-bpe").appendingPathComponent("tokenizer.model")))
    #expect(
      try message(["spm.model": llama]) == """
        spm.model: the vocabulary has no '[CLS]', which begins every input of DeBERTa. \
        Take the file that was published with the model
        """)
    #expect(
      try message(["spm.model": model, "tokenizer_config.json": Array(#"{"split_by_punct": true}"#.utf8)])
        == "tokenizer_config.json: split_by_punct is true; this program supports false")
  }
}
