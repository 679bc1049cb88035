// What lies in a tokenizer file's place where a download went wrong: the message names it.
import Foundation
import TestSupport
import Testing

@testable import Tokenizers

@Suite("Other files in a tokenizer's place")
struct TokenizerFileTests {
  static let kinds: [(bytes: [UInt8], message: String)] = [
    (
      Array("version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 1\n".utf8),
      "this file is a Git LFS pointer, not the file itself. Run `git lfs pull` where it was cloned, or fetch the file from the model's page"
    ),
    ([0x1F, 0x8B, 0x08, 0x00], "this file is compressed with gzip. Unpack it with gunzip first"),
    ([0x50, 0x4B, 0x03, 0x04, 0x14], "this file is a zip archive. Unpack it first"),
    ([0xFF, 0xFE, 0x7B, 0x00], "this file is UTF-16. Save it as UTF-8, or fetch it again"),
    (Array("{ \"a\": 1}".utf8).flatMap { [$0, 0] }, "this file is UTF-16. Save it as UTF-8, or fetch it again"),
    (
      [0xEF, 0xBB, 0xBF] + Array("{}".utf8),
      "this file begins with a byte order mark, which would be part of its first token. Save it as UTF-8 without one, or fetch it again"
    ),
    (Array("\n<!DOCTYPE html>\n<html>".utf8), "this file is an HTML page, not the file itself. Fetch it by its download link"),
    (Array("<HTML><head>".utf8), "this file is an HTML page, not the file itself. Fetch it by its download link"),
    ([], "this file is empty. Fetch it again"),
  ]

  /// Each file that is read, with what must lie beside it.
  static let files: [(name: String, beside: [String: String])] = [
    ("vocab.txt", [:]), ("spm.model", [:]), ("tokenizer.model", [:]), ("tokenizer.json", [:]),
    ("vocab.json", ["merges.txt": "roberta-bpe/merges.txt"]), ("merges.txt", ["vocab.json": "roberta-bpe/vocab.json"]),
    ("tokenizer_config.json", ["vocab.txt": "bert-wordpiece/vocab.txt"]),
    ("special_tokens_map.json", ["vocab.txt": "bert-wordpiece/vocab.txt"]),
    ("added_tokens.json", ["vocab.txt": "bert-wordpiece/vocab.txt"]),
  ]

  @Test("every kind in every place", arguments: files.indices)
  func kinds(index: Int) throws {
    let (name, beside) = Self.files[index]
    for (bytes, message) in Self.kinds {
      try withTemporaryFolder { folder in
        for (other, source) in beside {
          try FileManager.default.copyItem(at: Fixtures.root.appending(path: source), to: folder.appending(path: other))
        }
        let file = folder.appending(path: name)
        try Data(bytes).write(to: file)
        let error = #expect(throws: TokenizerError.self) { try TokenizerFolder.load(from: folder) }
        #expect(error?.description == "\(file.path): \(message)")
      }
    }
  }
}
