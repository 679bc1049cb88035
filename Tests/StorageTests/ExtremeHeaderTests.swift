// Headers and indices of tensor files with numbers that no file has: refused by name or taken, and no crash.
import Foundation
import Storage
import TestSupport
import Testing

@Suite("Extreme headers")
struct ExtremeHeaderTests {
  /// Opens a checkpoint and reads all of it; whether that went well.
  private func reads(_ archive: () throws -> any TensorArchive, _ variation: JSONVariation) -> Bool {
    do {
      let archive = try archive()
      for description in archive.descriptions {
        #expect(description.count >= 0, "\(variation)")
        let (name, isNumber) = (description.name, description.elementType.isFloatingPoint)
        #expect(try (isNumber ? archive.floats(name).count : archive.integers(name).count) == description.count, "\(variation)")
      }
      return true
    } catch {
      #expect(error is StorageError, "\(variation): \(error)")
      return false
    }
  }

  @Test("every value of a safetensors header")
  func safetensors() throws {
    let header =
      #"{"__metadata__": {"format": "pt"}, "a": {"dtype": "F32", "shape": [2, 3], "data_offsets": [0, 24]}, "#
      + #""b": {"dtype": "I64", "shape": [1, 2], "data_offsets": [24, 40]}, "c": {"dtype": "BF16", "shape": [], "data_offsets": [40, 42]}}"#
    let folder = try TemporaryFolder()
    var (taken, refused) = (0, 0)
    for variation in JSONVariations.of(Data(header.utf8)) {
      let bytes = little(UInt64(variation.json.count)) + Array(variation.json) + [UInt8](repeating: 1, count: 42)
      let url = try folder.write(bytes, as: "x.safetensors")
      if reads({ try SafetensorsFile(url: url) }, variation) { taken += 1 } else { refused += 1 }
    }
    #expect(taken > 0 && refused > 100)
  }

  @Test("extents that make a tensor empty whatever the others are")
  func empty() throws {
    let folder = try TemporaryFolder()
    let header = #"{"a": {"dtype": "F32", "shape": [0, 9223372036854775807, 9223372036854775807], "data_offsets": [0, 0]}}"#
    let url = try folder.write(little(UInt64(header.utf8.count)) + Array(header.utf8), as: "x.safetensors")
    #expect(try SafetensorsFile(url: url).floats("a").isEmpty)
  }

  @Test("more tensors than any model has are refused before they are read one by one")
  func tensors() throws {
    let folder = try TemporaryFolder()
    let entries = (0..<65_537).map { #""\#($0)":{"dtype":"F32","shape":[0],"data_offsets":[0,0]}"# }
    let header = "{" + entries.joined(separator: ",") + "}"
    let url = try folder.write(little(UInt64(header.utf8.count)) + Array(header.utf8), as: "x.safetensors")
    #expect(
      throws: StorageError.unsupported(
        path: url.path, problem: "has more than 65536 tensors", advice: "Check that it is the right file.")
    ) { try SafetensorsFile(url: url) }
  }

  @Test("every value of an index of shards")
  func index() throws {
    let folder = try TemporaryFolder()
    try SafetensorsWriter.write([.init(name: "a", shape: [2], values: [1, 2])], to: folder.file("one.safetensors"))
    try SafetensorsWriter.write([.init(name: "b", shape: [1], values: [3])], to: folder.file("two.safetensors"))
    try Data("{}".utf8).write(to: folder.file("config.json"))
    let index = #"{"metadata": {"total_size": 12}, "weight_map": {"a": "one.safetensors", "b": "two.safetensors"}}"#
    var (taken, refused) = (0, 0)
    for variation in JSONVariations.of(Data(index.utf8)) {
      try variation.json.write(to: folder.file("model.safetensors.index.json"))
      if reads({ try CheckpointFolder(url: folder.url).archive }, variation) { taken += 1 } else { refused += 1 }
    }
    #expect(taken > 20 && refused > 20)
  }
}
