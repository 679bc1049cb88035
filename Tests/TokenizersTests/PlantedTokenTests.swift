// The published tokenizers with added tokens planted beside them, in every form in which files name such tokens, on lines of the real
// data: the ids are those that the library gives at the same time.
import Foundation
import TestSupport
import Testing

@testable import Tokenizers

@Suite(
  "Tokens planted beside published tokenizers", .requires(.published("data/glue")), .requires(.published("tokenizers")),
  .requires(.python("sentencepiece, tokenizers, transformers")))
struct PlantedTokenTests {
  private struct Cases: Decodable {
    let texts: [String]
    let folders: [Folder]
  }

  private struct Folder: Decodable {
    let folder: String
    let modelType: String
    let vocabulary: Int
    /// nil: left out.
    let ids: [[Int32]?]

    enum CodingKeys: String, CodingKey {
      case folder, vocabulary, ids
      case modelType = "model_type"
    }
  }

  @Test("ids of real lines")
  func lines() throws {
    let script = try String(contentsOf: Repository.root.appending(path: "Tests/Peer/tokenizers_peer.py"), encoding: .utf8)
    try withTemporaryFolder { folder in
      try PythonPeer.run(script, "planted", PublishedFiles.root.path, folder.path)
      let cases = try JSONDecoder().decode(Cases.self, from: Data(contentsOf: folder.appending(path: "cases.json")))
      #expect(cases.texts.count == 4000)
      #expect(cases.folders.count == 12)
      for entry in cases.folders {
        let tokenizer = try TokenizerFolder.load(from: folder.appending(path: entry.folder), modelType: entry.modelType)
        #expect(tokenizer.vocabularySize == entry.vocabulary, "\(entry.folder)")
        var (compared, wrong) = (0, [String]())
        for case (let text, let ids?) in zip(cases.texts, entry.ids) {
          compared += 1
          if tokenizer.encode(text, nil).ids != ids { wrong.append(text) }
        }
        #expect(compared > 3900, "\(entry.folder)")
        #expect(wrong.isEmpty, "\(entry.folder): \(wrong.count) of \(compared), \(wrong.prefix(3))")
      }
    }
  }
}
