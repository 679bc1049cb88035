// Added tokens and settings that cannot be taken: what a person reads.
import Foundation
import TestSupport
import Testing

@testable import Tokenizers

@Suite("Added tokens and settings that are refused")
struct AddedTokenErrorTests {
  private static let again = "The file is damaged or of another kind: fetch it again"
  private static let together = "The files must be published together: fetch all of them again"

  /// The message of loading a folder with these texts beside a fixture's files; "loaded" if there is none.
  private func message(
    _ files: [String: String], beside fixture: String? = nil, _ names: String..., modelType: String? = nil
  ) throws -> String {
    try withTemporaryFolder { folder in
      for name in names {
        try FileManager.default.copyItem(
          at: Fixtures.root.appending(path: "\(fixture ?? "")/\(name)"), to: folder.appending(path: name))
      }
      for (name, text) in files { try Data(text.utf8).write(to: folder.appending(path: name)) }
      do {
        _ = try TokenizerFolder.load(from: folder, modelType: modelType)
        return "loaded"
      } catch {
        return "\(error)".replacingOccurrences(of: folder.path + "/", with: "").replacingOccurrences(
          of: folder.path, with: "FOLDER")
      }
    }
  }

  private func bert(_ files: [String: String]) throws -> String {
    try message(files, beside: "bert-wordpiece", "vocab.txt")
  }

  @Test("an id that the library would not give")
  func ids() throws {
    let size = try Fixtures.cases("bert-wordpiece").vocabulary
    #expect(try bert(["added_tokens.json": "{\"<new>\": \(size), \"<newer>\": \(size + 1)}"]) == "loaded")
    #expect(
      try bert(["added_tokens.json": "{\n\"<new>\": \(size + 1)}"])
        == "added_tokens.json:2: the added token '<new>' has id \(size + 1); it has no other place than \(size), the next free id. "
        + Self.together)
    #expect(
      try bert(["added_tokens.json": #"{"[CLS]": 7}"#])
        == "added_tokens.json:1: the added token '[CLS]' has id 7; it has 2 in the vocabulary. \(Self.together)")
    #expect(
      try bert(["tokenizer_config.json": #"{"added_tokens_decoder": {"x": {"content": "<new>"}}}"#])
        == "tokenizer_config.json:1: 'added_tokens_decoder' has the key 'x'; an id was expected. \(Self.again)")
    #expect(
      try bert(["tokenizer_config.json": "{\"added_tokens_decoder\": {\"\(size)\": {\"content\": \"\"}}}"])
        == "tokenizer_config.json:1: the added token '' has id \(size); it has no text. \(Self.together)")
    #expect(
      try bert(["tokenizer_config.json": "{\"added_tokens_decoder\": {\"\(size)\": {\"content\": \"<x>\", \"lstrip\": 1}}}"])
        == "tokenizer_config.json:1: 'added_tokens_decoder.\(size).lstrip' is 1; true or false was expected. \(Self.again)")
  }

  @Test("a token of which the normalizer leaves nothing")
  func nothingLeft() throws {
    let size = try Fixtures.cases("bert-wordpiece").vocabulary
    #expect(
      try bert(["added_tokens.json": "{\"\\u200b\": \(size)}"])
        == "vocab.txt: the normalizer leaves nothing of the added token '\u{200B}', which it asks to normalize. "
        + "Set its \"normalized\" to false, or take the token out")
  }

  @Test("a new token whose id hangs on one that is left out")
  func missingRole() throws {
    let map = ["special_tokens_map.json": #"{"additional_special_tokens": ["<new>"]}"#]
    let vocabulary = try String(contentsOf: Fixtures.root.appending(path: "roberta-bpe/vocab.json"), encoding: .utf8)
    let merges = try String(contentsOf: Fixtures.root.appending(path: "roberta-bpe/merges.txt"), encoding: .utf8)
    let files = ["vocab.json": vocabulary.replacing("<mask>", with: "<hole>"), "merges.txt": merges]
    #expect(try message(files) == "loaded")
    #expect(
      try message(files.merging(map) { one, _ in one }) == """
        FOLDER: the vocabulary has no '<mask>', and the id of '<new>', which is new too, hangs on it. \
        Take the file that was published with the model
        """)
  }

  @Test("settings")
  func settings() throws {
    func config(_ text: String) throws -> String { try bert(["tokenizer_config.json": text]) }
    #expect(
      try config(#"{"truncation_side": "left"}"#)
        == "tokenizer_config.json: truncation_side is left; this program supports right")
    #expect(
      try config(#"{"tokenizer_class": "BertJapaneseTokenizer"}"#)
        == "tokenizer_config.json: tokenizer_class is BertJapaneseTokenizer; this program supports \(TokenizerClass.allNames)")
    #expect(
      try bert(["config.json": #"{"tokenizer_class": "BertJapaneseTokenizer"}"#])
        == "config.json: tokenizer_class is BertJapaneseTokenizer; this program supports \(TokenizerClass.allNames)")
    #expect(
      try config(#"{"fast_tokenizer_files": ["tokenizer.json", "tokenizer.4.0.0.json"]}"#)
        == "tokenizer_config.json: fast_tokenizer_files[1] is tokenizer.4.0.0.json; this program supports tokenizer.json alone")
    #expect(try config(#"{"tokenizer_class": "BertTokenizerFast", "model_max_length": 1e30, "padding_side": "left"}"#) == "loaded")
    #expect(
      try config(#"{"additional_special_tokens": "<new>"}"#)
        == "tokenizer_config.json:1: 'additional_special_tokens' is '<new>'; a list was expected. \(Self.again)")
    #expect(try config("{\"a\": nan}") == "tokenizer_config.json:1: a value of JSON was expected, 'n' found. \(Self.again)")
  }

  @Test("beside tokenizer.model")
  func llama() throws {
    let size = try Fixtures.cases("llama-bpe").vocabulary
    func config(_ flags: String) throws -> String {
      let decoder = "{\"added_tokens_decoder\": {\"\(size)\": {\"content\": \"<new>\", \(flags)}}}"
      return try message(["tokenizer_config.json": decoder], beside: "llama-bpe", "tokenizer.model", modelType: "llama")
    }
    #expect(try config(#""normalized": false"#) == "loaded")
    func setting(_ text: String, _ names: String) throws -> String {
      let files = ["tokenizer_config.json": text]
      return names.isEmpty
        ? try message(files, beside: "llama-bpe", "tokenizer.model", modelType: "llama")
        : try message(files, beside: "llama-bpe", "tokenizer.model", names, modelType: "llama")
    }
    #expect(
      try setting(#"{"legacy": false}"#, "")
        == "tokenizer_config.json: legacy is false; this program supports true beside tokenizer.model, and both with a tokenizer.json"
    )
    #expect(try setting(#"{"legacy": false}"#, "tokenizer.json") == "loaded")
    #expect(
      try setting(#"{"add_prefix_space": false}"#, "")
        == "tokenizer_config.json: add_prefix_space is false; this program supports true for Llama")
    #expect(
      try setting(#"{"add_prefix_space": true}"#, "tokenizer.json")
        == "tokenizer_config.json: add_prefix_space is true; this program supports null for Llama with a tokenizer.json")
    #expect(
      try config(#""normalized": true"#) == """
        tokenizer_config.json: "normalized" of the added token '<new>' is true; this program supports false beside \
        tokenizer.model, and both in a tokenizer.json
        """)
  }

  @Test("vocab.txt and merges.txt that the library reads another way")
  func lines() throws {
    let vocabulary = try String(contentsOf: Fixtures.root.appending(path: "bert-wordpiece/vocab.txt"), encoding: .utf8)
    #expect(
      try message(["vocab.txt": "[PAD]\nx\ry\n" + vocabulary])
        == "vocab.txt:2: a carriage return stands within this line, which begins a line for some programs. \(Self.again)")
    let count = vocabulary.split(separator: "\n").count
    #expect(
      try message(["vocab.txt": vocabulary + "\n"])
        == "vocab.txt:\(count + 1): this line is empty; a piece was expected. \(Self.again)")
    let merges = try String(contentsOf: Fixtures.root.appending(path: "roberta-bpe/merges.txt"), encoding: .utf8)
    func byteLevel(_ merges: String) throws -> String {
      try message(["merges.txt": merges], beside: "roberta-bpe", "vocab.json")
    }
    let published = "It must be published together with the vocabulary: fetch both again"
    #expect(try byteLevel(merges) == "loaded")
    #expect(
      try byteLevel(String(merges.drop { $0 != "\n" }.dropFirst()))
        == "merges.txt:1: '#version: 0.2' was expected in the first line. \(published)")
    #expect(
      try byteLevel(String(merges.dropLast()))
        == "merges.txt:\(merges.split(separator: "\n").count): the last line has no line end: the file is cut. \(published)")
  }

  /// `tokenizer.json` of a few words with one part replaced.
  private func whole(_ part: String, _ value: String, added: String = "[]") throws -> String {
    var parts = [
      "added_tokens": added, "normalizer": "null", "pre_tokenizer": "null", "post_processor": "null", "decoder": "null",
      "model": #"{"type": "WordPiece", "unk_token": "u", "vocab": {"u": 0, "a": 1}}"#,
    ]
    parts[part] = value
    let text = parts.sorted { $0.key < $1.key }.map { "\"\($0.key)\": \($0.value)" }.joined(separator: ",\n")
    return try message(["tokenizer.json": "{\n\(text)}"])
  }

  @Test(
    "parts of tokenizer.json that this program does not have",
    arguments: [
      ("normalizer", #"{"type": "Nmt"}"#, "normalizer.type is Nmt; this program supports BertNormalizer, "),
      ("normalizer", #"{"type": "Sequence", "normalizers": [{"type": "Odd"}]}"#, "normalizer.normalizers[0].type is Odd; "),
      (
        "normalizer", #"{"type": "Replace", "pattern": {"Regex": "(a+)+$"}, "content": ""}"#,
        "normalizer.pattern.Regex is the regular expression (a+)+$; this program supports plain text, "
      ),
      ("normalizer", #"{"type": "Replace", "pattern": {"String": ""}, "content": "x"}"#, "normalizer.pattern.String is empty; "),
      ("pre_tokenizer", #"{"type": "UnicodeScripts"}"#, "pre_tokenizer.type is UnicodeScripts; "),
      (
        "pre_tokenizer", #"{"type": "Split", "pattern": {"Regex": "[0-9]"}, "behavior": "Isolated", "invert": false}"#,
        "pre_tokenizer.pattern.Regex is the regular expression [0-9]; "
      ),
      ("pre_tokenizer", #"{"type": "Metaspace", "prepend_scheme": "maybe"}"#, "pre_tokenizer.prepend_scheme is maybe; "),
      ("post_processor", #"{"type": "Odd"}"#, "post_processor.type is Odd; "),
      (
        "post_processor", #"{"type": "TemplateProcessing", "single": [], "pair": [], "special_tokens": {}}"#,
        "post_processor.single is a template with 0 times A and 0 times B; this program supports A once"
      ),
      ("decoder", #"{"type": "CTC"}"#, "decoder.type is CTC; "),
      (
        "model", #"{"type": "BPE", "dropout": 0.1, "vocab": {}, "merges": []}"#,
        "model.dropout is 0.1, which draws ids by chance; this program supports null"
      ),
    ])
  func parts(part: String, value: String, expected: String) throws {
    let found = try whole(part, value)
    #expect(found.hasPrefix("tokenizer.json: \(expected)"), "\(found)")
  }

  @Test("parts of tokenizer.json that are damaged")
  func damaged() throws {
    #expect(try whole("decoder", "null") == "loaded")
    #expect(
      try whole("post_processor", #"{"type": "BertProcessing", "sep": ["u", 0], "cls": ["a", 2]}"#)
        == "tokenizer.json: the post_processor has the id 2; 2 tokens have ids 0 to 1. \(Self.again)")
    #expect(
      try whole("model", #"{"type": "WordPiece", "unk_token": "x", "vocab": {"u": 0}}"#) == """
        tokenizer.json: the vocabulary has no 'x', which stands for words that it cannot spell. \
        Take the file that was published with the model
        """)
    #expect(
      try whole("model", #"{"type": "Unigram", "unk_id": 1, "vocab": [["a", -1]]}"#)
        == "tokenizer.json:4: 'model.unk_id' is 1; 1 tokens have ids 0 to 0. \(Self.again)")
    #expect(
      try whole("model", #"{"type": "Unigram", "unk_id": null, "vocab": [["a", -1]]}"#)
        == "tokenizer.json:4: 'model': 'unk_id' is missing. \(Self.again)")
    #expect(
      try whole("normalizer", #"{"type": "Precompiled", "precompiled_charsmap": "AAAA"}"#)
        == "tokenizer.json:5: 'normalizer.precompiled_charsmap': the character map is cut. \(Self.again)")
    #expect(
      try whole("normalizer", String(repeating: "[", count: 100_000))
        == "tokenizer.json:5: more than 64 brackets are open. \(Self.again)")
  }

  @Test("stages that would fill any memory")
  func growth() throws {
    func doubled(_ times: Int) throws -> String {
      let stage = #"{"type": "Replace", "pattern": {"String": "a"}, "content": "aa"}"#
      return try whole(
        "normalizer",
        "{\"type\": \"Sequence\", \"normalizers\": [\(Array(repeating: stage, count: times).joined(separator: ","))]}",
        added: #"[{"id": 1, "content": "a"}]"#)
    }
    #expect(try doubled(10) == "loaded")
    #expect(
      try doubled(70) == "tokenizer.json: its stages can make a text more than 65536 times as long. \(Self.again)")
  }

  @Test("a text cut at its left in the library")
  func truncation() throws {
    let cut = #"{"direction": "Left", "max_length": 8, "strategy": "LongestFirst", "stride": 0}"#
    #expect(
      try whole("truncation", cut) == "tokenizer.json: truncation.direction is Left; this program supports Right")
    #expect(try whole("truncation", cut.replacing("Left", with: "Right")) == "loaded")
  }

  @Test("two spellings of an accented letter are two tokens")
  func spellings() throws {
    let model = #"{"type": "WordPiece", "unk_token": "u", "vocab": {"u": 0, "\u00e9": 1, "e\u0301": 2}}"#
    try withTemporaryFolder { folder in
      try Data("{\"model\": \(model)}".utf8).write(to: folder.appending(path: "tokenizer.json"))
      let tokenizer = try TokenizerFolder.load(from: folder)
      #expect(tokenizer.vocabularySize == 3)
      #expect(tokenizer.encode("\u{E9}") == [1])
      #expect(tokenizer.encode("e\u{301}") == [2])
    }
  }
}
