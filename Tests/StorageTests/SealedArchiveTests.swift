// Sealed archives: what is read is what was written, or nothing is.
import Foundation
import TestSupport
import Testing

@testable import Storage

@Suite("Sealed archives")
struct SealedArchiveTests {
  private static let arrays: [(String, SealedEntry.Values)] = [
    ("b/empty", .float64([])), ("a", .float32([1, -.infinity, .nan, 1e-40])), ("b/é", .int64([.min, 0, .max])),
    ("b/numbers", .float64([0.1, -0.0, .greatestFiniteMagnitude])),
  ]

  private func written(_ url: URL) throws {
    try SealedArchive.write(
      Self.arrays.map { SealedEntry($0.0, $0.1) } + [SealedEntry("c", count: 2) { [3, 4] }],
      texts: ["name": "a \"text\"\n", "é": ""],
      to: url)
  }

  @Test("arrays and texts come back, bit for bit, and equal content is equal bytes")
  func roundTrip() throws {
    try withTemporaryFolder { folder in
      let url = folder.appending(path: "one"), other = folder.appending(path: "two")
      try written(url)
      try written(other)
      #expect(try Data(contentsOf: url) == Data(contentsOf: other))
      let archive = try SealedArchive(url: url)
      #expect(archive.names == ["a", "b/empty", "b/numbers", "b/é", "c"])
      #expect(archive.texts == ["name": "a \"text\"\n", "é": ""])
      for (name, values) in Self.arrays {
        // NaN is no equal of itself
        #expect("\(try #require(try archive.values(name)))" == "\(values)")
      }
      #expect(try archive.values("c") == .float32([3, 4]))
      #expect(try archive.values("d") == nil)
    }
  }

  @Test("it is a safetensors file whose last tensor is the digest of all before it")
  func format() throws {
    try withTemporaryFolder { folder in
      let url = folder.appending(path: "one")
      try written(url)
      let bytes = try Data(contentsOf: url)
      let file = try SafetensorsFile(url: url)
      #expect(file.descriptions.last?.name == "~sha256" && file.descriptions.last?.shape == [64])
      #expect(String(decoding: bytes.suffix(64), as: UTF8.self) == FileDigest.sha256(of: Data(bytes.dropLast(64))))
    }
  }

  @Test("every single flipped bit is found, and every cut")
  func damage() throws {
    try withTemporaryFolder { folder in
      let url = folder.appending(path: "one")
      try written(url)
      let bytes = try Data(contentsOf: url)
      for bit in 0..<bytes.count * 8 {
        var flipped = bytes
        flipped[bit / 8] ^= UInt8(1 << (bit % 8))
        try flipped.write(to: url)
        #expect(throws: ArchiveDamage.self, "bit \(bit)") { _ = try SealedArchive(url: url) }
      }
      for count in 0..<bytes.count {
        try bytes.prefix(count).write(to: url)
        #expect(throws: ArchiveDamage.self, "\(count) bytes") { _ = try SealedArchive(url: url) }
      }
    }
  }

  @Test("what cannot be written leaves what was there")
  func refusals() throws {
    try withTemporaryFolder { folder in
      let url = folder.appending(path: "one")
      try written(url)
      let before = try Data(contentsOf: url)
      let twice = [SealedEntry("a", .float64([1])), SealedEntry("a", .float64([2]))]
      for entries in [twice, [SealedEntry("~z", .float64([]))], [SealedEntry("a", count: 3) { [1] }]] {
        #expect(throws: StorageError.self) { try SealedArchive.write(entries, texts: [:], to: url) }
      }
      #expect(try Data(contentsOf: url) == before)
      #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path) == ["one"])
    }
  }
}
