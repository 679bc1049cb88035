// Every file beside a vocabulary and every stage of `tokenizer.json`, changed value by value and byte by byte: taken or refused, never
// a trap, an endless loop or an id outside the vocabulary.
import Foundation
import TestSupport
import Testing

@testable import Tokenizers

@Suite("Damaged added tokens and stages")
struct DamagedVariantTests {
  private func isSound(_ tokenizer: any Tokenizer) -> Bool {
    LibraryVariant.texts.allSatisfy { a, b in
      let ids = tokenizer.encode(a, b, maximumLength: 48).ids
      _ = tokenizer.decode(ids + [.min, -1, .max])
      return ids.allSatisfy { $0 >= 0 && Int($0) < tokenizer.vocabularySize }
    }
  }

  /// Whether the tokenizer of a folder was taken; else its error is one of ours and names a file in the folder.
  private func isTaken(_ folder: URL, _ modelType: String, _ change: String) -> Bool {
    do {
      let tokenizer = try TokenizerFolder.load(from: folder, modelType: modelType)
      #expect(isSound(tokenizer), "\(change)")
      return true
    } catch {
      #expect(error is TokenizerError, "\(change): \(error)")
      #expect("\(error)".contains(folder.path), "\(change): \(error)")
      return false
    }
  }

  @Test("every value replaced", arguments: LibraryVariant.all)
  func values(variant: LibraryVariant) throws {
    try withTemporaryFolder { folder in
      try variant.write(to: folder)
      var (taken, refused) = (0, 0)
      for (name, text) in variant.files.sorted(by: { $0.key < $1.key }) where name.hasSuffix(".json") && name != "config.json" {
        let file = folder.appending(path: name)
        for variation in JSONVariations.of(Data(text.utf8), most: 3) {
          try variation.json.write(to: file)
          if isTaken(folder, variant.modelType, "\(name): \(variation)") { taken += 1 } else { refused += 1 }
        }
        try Data(text.utf8).write(to: file)
      }
      #expect(refused > 0 || !variant.files.keys.contains { $0.hasSuffix(".json") && $0 != "config.json" })
      #expect(taken > 0 || refused == 0)
    }
  }

  @Test("bytes changed", arguments: LibraryVariant.all)
  func bytes(variant: LibraryVariant) throws {
    try withTemporaryFolder { folder in
      try variant.write(to: folder)
      var generator = MutatedFileTests.Generator(state: UInt64(variant.name.utf8.count))
      for (name, text) in variant.files.sorted(by: { $0.key < $1.key }) where name != "config.json" {
        let file = folder.appending(path: name)
        for _ in 0..<(10 * MutatedFileTests.effort) {
          try Data(MutatedFileTests.mutated(Array(text.utf8), &generator)).write(to: file)
          _ = isTaken(folder, variant.modelType, name)
        }
        try Data(text.utf8).write(to: file)
      }
    }
  }
}
