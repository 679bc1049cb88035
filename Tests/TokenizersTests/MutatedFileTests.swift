// Damaged files are refused or give a tokenizer that works; they never end the process.

import Foundation
import TestSupport
import Testing

@testable import Tokenizers

@Suite("Mutated tokenizer files")
struct MutatedFileTests {
  /// A generator of its own (SplitMix64), so that every run tries the same mutations.
  struct Generator: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
      state &+= 0x9e37_79b9_7f4a_7c15
      var z = state
      z = (z ^ (z >> 30)) &* 0xbf58_476d_1ce4_e5b9
      z = (z ^ (z >> 27)) &* 0x94d0_49bb_1331_11eb
      return z ^ (z >> 31)
    }

    mutating func below(_ limit: Int) -> Int { Int(next() % UInt64(max(1, limit))) }
  }

  struct Target: Sendable, CustomTestStringConvertible {
    let folder: String
    let file: String
    let others: [String]
    let rounds: Int
    var testDescription: String { "\(folder)/\(file)" }
  }

  static let targets = [
    Target(folder: "bert-wordpiece", file: "vocab.txt", others: ["tokenizer_config.json"], rounds: 150),
    Target(folder: "bert-wordpiece", file: "tokenizer_config.json", others: ["vocab.txt"], rounds: 60),
    Target(folder: "roberta-bpe", file: "vocab.json", others: ["merges.txt"], rounds: 150),
    Target(folder: "roberta-bpe", file: "merges.txt", others: ["vocab.json"], rounds: 150),
    Target(folder: "roberta-bpe", file: "tokenizer.json", others: [], rounds: 60),
    Target(folder: "deberta-unigram", file: "spm.model", others: [], rounds: 200),
    Target(folder: "llama-bpe", file: "tokenizer.model", others: [], rounds: 200),
  ]

  /// How often to try, as a multiple of the rounds above.
  static let effort = Int(ProcessInfo.processInfo.environment["LOWRANK_FUZZ_EFFORT"] ?? "") ?? 1

  @Test("never a trap", arguments: targets)
  func mutations(target: Target) throws {
    let source = Fixtures.folder(target.folder)
    let original = Array(try Data(contentsOf: source.appendingPathComponent(target.file)))
    let texts = try Fixtures.cases(target.folder).encoded.map(\.a) + ["a\0\0 b\0"]
    var generator = Generator(state: UInt64(original.count))
    try withTemporaryFolder { folder in
      for name in target.others {
        try FileManager.default.copyItem(
          at: source.appendingPathComponent(name), to: folder.appendingPathComponent(name))
      }
      var refused = 0
      for _ in 0..<target.rounds * Self.effort {
        try Data(Self.mutated(original, &generator)).write(to: folder.appendingPathComponent(target.file))
        do {
          let tokenizer = try TokenizerFolder.load(from: folder)
          for text in texts {
            let ids = tokenizer.encode(text, text, maximumLength: 64).ids
            #expect(ids.allSatisfy { $0 >= 0 && Int($0) < tokenizer.vocabularySize })
            _ = tokenizer.decode(ids + [-1, .max])
          }
        } catch let error as TokenizerError {
          #expect(error.description.contains(folder.path))
          refused += 1
        }
      }
      #expect(refused > 0)
    }
  }

  /// A file with a few of its bytes changed, most where its structure is.
  static func mutated(_ original: [UInt8], _ generator: inout Generator) -> [UInt8] {
    var bytes = original
    for _ in 0...generator.below(3) where !bytes.isEmpty {
      // Half of the changes go to the first pages and the last, where the structure is.
      let range = generator.below(2) == 0 ? bytes.count : min(bytes.count, 16_384)
      let place =
        generator.below(4) == 0 ? bytes.count - 1 - generator.below(min(bytes.count, 1024)) : generator.below(range)
      switch generator.below(7) {
      case 0: bytes[place] ^= 1 << UInt8(generator.below(8))
      case 1: bytes[place] = UInt8(truncatingIfNeeded: generator.next())
      case 2: bytes.remove(at: place)
      case 3: bytes.insert(contentsOf: [0xFF, 0xFF, 0xFF, 0xFF, 0x7F].prefix(1 + generator.below(5)), at: place)
      case 4: bytes.removeSubrange(place..<min(bytes.count, place + generator.below(64)))
      case 5: bytes.insert(contentsOf: bytes[place..<min(bytes.count, place + generator.below(64))], at: place)
      default: if generator.below(4) == 0 { bytes.removeSubrange(place...) } else { bytes[place] = 0 }
      }
    }
    return bytes
  }
}
