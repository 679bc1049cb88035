// One tokenizer, several threads: the ids are those of one thread.

import Testing

@testable import Tokenizers

@Suite("Encoding from several tasks")
struct ConcurrentEncodingTests {
  @Test("equal ids", arguments: FixtureCasesTests.names)
  func equalIDs(name: String) async throws {
    let tokenizer = try TokenizerFolder.load(from: Fixtures.folder(name))
    let texts = try Fixtures.cases(name).encoded.map(\.a)
    let expected = texts.map(tokenizer.encode)
    // A new one, so that its cache is filled by all tasks at once.
    let shared = try TokenizerFolder.load(from: Fixtures.folder(name))
    await withTaskGroup(of: [[Int32]].self) { group in
      for _ in 0..<8 { group.addTask { texts.map(shared.encode) } }
      for await found in group { #expect(found == expected) }
    }
  }
}
