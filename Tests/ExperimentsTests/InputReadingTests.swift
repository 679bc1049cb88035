// Which files a version before this one read otherwise: their digests say so, and no others do.
import Foundation
import TestSupport
import Testing

@testable import Experiments

@Suite("Versions of reading")
struct InputReadingTests {
  private func reading(_ files: [String: String]) throws -> String? {
    try withTemporaryFolder { folder in
      for (name, text) in files { try Data(text.utf8).write(to: folder.appending(path: name)) }
      return InputReading.tokenizer(files.keys.sorted().map { folder.appending(path: $0) })
    }
  }

  @Test("a vocabulary alone or with settings that were always read keeps its digest")
  func plain() throws {
    #expect(try reading(["vocab.txt": "a"]) == nil)
    #expect(try reading(["spm.model": "a", "tokenizer_config.json": #"{"cls_token": "[CLS]", "do_lower_case": false}"#]) == nil)
    for name in ["pocket-deberta", "pocket-roberta"] {
      let folder = Repository.root.appending(path: "experiments/pretrain/\(name)")
      #expect(InputReading.tokenizer(["spm.model", "tokenizer_config.json"].map { folder.appending(path: $0) }) == nil)
    }
  }

  @Test("a head whose outputs have names has a new one, and with it its runs", arguments: [true, false])
  func head(isNamed: Bool) throws {
    let project = try TinyProject()
    let file = project.root.appending(path: "model/config.json")
    let before = try project.call().plan[0]
    var fields = try #require(JSONSerialization.jsonObject(with: Data(contentsOf: file)) as? [String: Any])
    fields["id2label"] = isNamed ? ["0": "warm", "1": "cold"] : ["0": "LABEL_0", "1": "LABEL_1"]
    fields["label2id"] = isNamed ? ["warm": 0, "cold": 1] : ["LABEL_0": 0, "LABEL_1": 1]
    try JSONSerialization.data(withJSONObject: fields).write(to: file)
    #expect(InputReading.head(file.deletingLastPathComponent()) == (isNamed ? "head 2" : nil))
    #expect(try project.call().plan[0].digests.model != before.digests.model)
  }

  @Test(
    "what was ignored before has a new one",
    arguments: [
      ["vocab.txt": "a", "added_tokens.json": "{}"], ["vocab.txt": "a", "tokenizer.json": "{}"],
      ["vocab.txt": "a", "tokenizer_config.json": #"{"added_tokens_decoder": {}}"#],
      ["vocab.txt": "a", "tokenizer_config.json": #"{"cls_token": "<cls>"}"#],
      ["vocab.txt": "a", "tokenizer_config.json": #"{"cls_token": {"content": "[CLS]"}}"#],
      ["vocab.txt": "a", "tokenizer_config.json": "no JSON"],
    ])
  func changed(files: [String: String]) throws {
    #expect(try reading(files) == "tokens 2")
  }
}
