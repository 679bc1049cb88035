// Tokenizer files with numbers that none has, and lengths that no input has: refused by name or taken, and no crash.
import Foundation
import TestSupport
import Testing

@testable import Tokenizers

@Suite("Extreme numbers of tokenizers")
struct ExtremeNumberTests {
  /// A fixture's JSON file, and how many members of each of its lists and objects are varied.
  struct Target: Sendable, CustomTestStringConvertible {
    let folder: String
    let file: String
    let most: Int
    var testDescription: String { "\(folder)/\(file)" }
  }

  static let targets = [
    Target(folder: "roberta-bpe", file: "tokenizer.json", most: 5), Target(folder: "roberta-bpe", file: "vocab.json", most: 5),
    Target(folder: "roberta-bpe", file: "tokenizer_config.json", most: .max),
    Target(folder: "bert-wordpiece", file: "tokenizer_config.json", most: .max),
    Target(folder: "deberta-unigram", file: "tokenizer_config.json", most: .max),
    Target(folder: "llama-bpe", file: "tokenizer_config.json", most: .max),
  ]
  /// All settings that are read, for a folder without such a file.
  static let settings = """
    {"tokenizer_class": "RobertaTokenizer", "do_lower_case": false, "strip_accents": null, "tokenize_chinese_chars": true,
     "add_bos_token": true, "add_eos_token": false, "add_prefix_space": false, "split_by_punct": false, "model_max_length": 512}
    """

  @Test("every value replaced", arguments: targets)
  func variations(target: Target) throws {
    let source = Fixtures.folder(target.folder)
    try withTemporaryFolder { folder in
      for name in try FileManager.default.contentsOfDirectory(atPath: source.path) where name != "cases.json" {
        if target.file == "vocab.json", name == "tokenizer.json" { continue }
        try FileManager.default.copyItem(at: source.appendingPathComponent(name), to: folder.appendingPathComponent(name))
      }
      let file = folder.appendingPathComponent(target.file)
      if !FileManager.default.fileExists(atPath: file.path) { try Data(Self.settings.utf8).write(to: file) }
      var (taken, refused) = (0, 0)
      for variation in JSONVariations.of(try Data(contentsOf: file), most: target.most) {
        try variation.json.write(to: file)
        do {
          let tokenizer = try TokenizerFolder.load(from: folder)
          let ids = tokenizer.encode("a word, and ", "another <mask>", maximumLength: 64).ids
          #expect(ids.allSatisfy { $0 >= 0 && Int($0) < tokenizer.vocabularySize }, "\(variation)")
          _ = tokenizer.decode(ids + [.min, .max])
          taken += 1
        } catch {
          #expect(error is TokenizerError, "\(variation): \(error)")
          refused += 1
        }
      }
      #expect(taken > 0 && refused > 0)
    }
  }

  @Test("lengths", arguments: FixtureCasesTests.names)
  func lengths(name: String) throws {
    let tokenizer = try TokenizerFolder.load(from: Fixtures.folder(name))
    for second in [nil, "another"] {
      let whole = tokenizer.encode("a word", second).ids.count
      let special = second == nil ? tokenizer.template.single.specialCount : tokenizer.template.pair.specialCount
      for length in [Int.min, Int.min + 1, -1, 0, 1] {
        #expect(tokenizer.encode("a word", second, maximumLength: length).ids.count == special)
      }
      for length in [Int.max - 1, Int.max] {
        #expect(tokenizer.encode("a word", second, maximumLength: length).ids.count == whole)
      }
    }
  }
}
