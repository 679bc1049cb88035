// Safetensors: what is written is read, what lies is refused.
import Foundation
import Storage
import TestSupport
import Testing

@Suite struct SafetensorsTests {
  private func file(_ header: String, data: Int, in folder: TemporaryFolder) throws -> URL {
    let bytes = little(UInt64(header.utf8.count)) + Array(header.utf8) + [UInt8](repeating: 0, count: data)
    return try folder.write(bytes, as: "x.safetensors")
  }

  @Test func roundTrip() throws {
    let folder = try TemporaryFolder()
    let url = folder.file("x.safetensors")
    let entries = [
      SafetensorsEntry(name: "b\"\\\n\u{1}é", shape: [2, 2], values: [1, -2, .infinity, 1e-38]),
      SafetensorsEntry(name: "a", shape: [], values: [0.1]),
      SafetensorsEntry(name: "empty", shape: [0, 3], values: []),
    ]
    try SafetensorsWriter.write(entries, metadata: ["format": "pt", "a": "\t"], to: url)
    let read = try SafetensorsFile(url: url)
    #expect(read.metadata == ["format": "pt", "a": "\t"])
    for entry in entries {
      #expect(read.description(of: entry.name)?.shape == entry.shape)
      #expect(try read.floats(entry.name) == entry.values)
    }
    #expect(
      try Data(contentsOf: url) == SafetensorsWriter.data(entries.reversed(), metadata: ["a": "\t", "format": "pt"]))
    #expect(try Data(contentsOf: url)[0] % 8 == 0)
  }

  @Test func everyHalfIsWidenedExactly() throws {
    let folder = try TemporaryFolder()
    let header = #"{"h":{"dtype":"F16","shape":[65536],"data_offsets":[0,131072]}}"#
    let bytes = little(UInt64(header.utf8.count)) + Array(header.utf8) + (0...UInt16.max).flatMap { little($0) }
    let read = try SafetensorsFile(url: folder.write(bytes, as: "x")).floats("h")
    for pattern in 0...UInt16.max {
      let expected = Float(Float16(bitPattern: pattern))
      let found = read[Int(pattern)]
      #expect(found.bitPattern == expected.bitPattern || found.isNaN && expected.isNaN)
    }
  }

  @Test func halvesAreRoundedToNearest() throws {
    let folder = try TemporaryFolder()
    let url = folder.file("h.safetensors")
    try SafetensorsWriter.write([.init(name: "h", shape: [3], values: [0.1, 70000, -3e-8])], as: .float16, to: url)
    let read = try SafetensorsFile(url: url)
    #expect(read.description(of: "h")?.elementType == .float16)
    #expect(try read.floats("h") == [Float(Float16(0.1)), .infinity, Float(Float16(-3e-8))])
  }

  @Test func everyTypeIsRead() throws {
    let folder = try TemporaryFolder()
    let header =
      #"{"a":{"dtype":"F64","shape":[1],"data_offsets":[0,8]},"b":{"dtype":"BF16","shape":[1],"data_offsets":[8,10]},"#
      + #""c":{"dtype":"I8","shape":[1],"data_offsets":[10,11]},"d":{"dtype":"U8","shape":[1],"data_offsets":[11,12]},"#
      + #""e":{"dtype":"I16","shape":[1],"data_offsets":[12,14]},"f":{"dtype":"I32","shape":[1],"data_offsets":[14,18]},"#
      + #""g":{"dtype":"BOOL","shape":[2],"data_offsets":[18,20]}}"#
    var bytes =
      little(UInt64(header.utf8.count)) + Array(header.utf8) + little((0.5).bitPattern) + little(UInt16(0xc040))
    bytes += [0xff, 0xff] + little(Int16(-300)) + little(Int32(-70000)) + [1, 0]
    let file = try SafetensorsFile(url: folder.write(bytes, as: "x"))
    #expect(try file.floats("a") == [0.5])
    #expect(try file.floats("b") == [-3])
    #expect(try file.integers("c") == [-1])
    #expect(try file.integers("d") == [255])
    #expect(try file.integers("e") == [-300])
    #expect(try file.integers("f") == [-70000])
    #expect(try file.integers("g") == [1, 0])
    var raw = [UInt8](repeating: 0, count: 2)
    try raw.withUnsafeMutableBytes { try file.readBytes("b", into: $0) }
    #expect(raw == [0x40, 0xc0])
  }

  static let lies: [(header: String, data: Int, problem: String)] = [
    (
      #"{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,4]}}"#, 4,
      "tensor 'a' lies at bytes 0 to 4, expected 8 bytes from 0"
    ),
    (
      #"{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},"b":{"dtype":"F32","shape":[1],"data_offsets":[2,6]}}"#,
      6,
      "tensor 'b' lies at bytes 2 to 6, expected 4 bytes from 4"
    ),
    (
      #"{"a":{"dtype":"F32","shape":[1],"data_offsets":[4,8]}}"#, 8,
      "tensor 'a' lies at bytes 4 to 8, expected 4 bytes from 0"
    ),
    (
      #"{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}"#, 3,
      "tensor 'a' ends at byte 4 of the data, which have 3"
    ),
    (
      #"{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}"#, 9,
      "its tensors end at byte 4 of the data, which have 9"
    ),
    (
      #"{"a":{"dtype":"F32","shape":[-1],"data_offsets":[0,4]}}"#, 4, "tensor 'a' has the impossible shape [-1]"
    ),
    (
      #"{"a":{"dtype":"F32","shape":[4611686018427387904,4],"data_offsets":[0,0]}}"#, 0,
      "tensor 'a' has the impossible shape [4611686018427387904, 4]"
    ),
    (
      #"{"a":{"dtype":"F64","shape":[2305843009213693952],"data_offsets":[0,0]}}"#, 0,
      "tensor 'a' has the impossible shape [2305843009213693952]"
    ),
    (
      #"{"a":{"dtype":"F32","shape":[1],"data_offsets":[4,0]}}"#, 4,
      "its header is not the JSON of this format (at 'a/data_offsets')"
    ),
    (#"["a"]"#, 0, "its header is not the JSON of this format (not an object)"),
    (#"{"a":{"dtype":"F32","shape":[1]"#, 0, "its header is not the JSON of this format (not an object)"),
  ]

  @Test(arguments: lies) func aHeaderThatLiesIsRefused(_ lie: (header: String, data: Int, problem: String)) throws {
    let folder = try TemporaryFolder()
    let url = try file(lie.header, data: lie.data, in: folder)
    #expect(
      message { _ = try SafetensorsFile(url: url) }
        == "\(url.path): is not a valid safetensors file: \(lie.problem). Fetch or make the file again.")
  }

  @Test func anUnknownTypeIsNamed() throws {
    let folder = try TemporaryFolder()
    let url = try file(#"{"a":{"dtype":"F8_E4M3","shape":[1],"data_offsets":[0,1]}}"#, data: 1, in: folder)
    #expect(
      message { _ = try SafetensorsFile(url: url) }
        == "\(url.path): tensor 'a' has the element type 'F8_E4M3'. "
        + "Convert it to one of F64, F32, F16, BF16, I64, I32, I16, I8, U8, BOOL.")
  }

  @Test func aLengthBeyondTheFileIsRefused() throws {
    let folder = try TemporaryFolder()
    for length in [UInt64.max, UInt64(Int64.max), 100, 3] {
      let url = try folder.write(little(length) + [0x7b, 0x7d], as: "x")
      #expect(
        message { _ = try SafetensorsFile(url: url) }
          == "\(url.path): is not a valid safetensors file: its header should have \(length) bytes, "
          + "but the file has 10 in all. Fetch or make the file again.")
    }
    let short = try folder.write([1, 2, 3], as: "short")
    #expect(message { _ = try SafetensorsFile(url: short) }.contains("it has 3 bytes, fewer than the 8"))
  }

  @Test func aFileThatShrinksIsAnError() throws {
    let folder = try TemporaryFolder()
    let url = folder.file("x.safetensors")
    let values = [Float](repeating: 1, count: 500_000)
    try SafetensorsWriter.write([.init(name: "a", shape: [500_000], values: values)], to: url)
    let size = try Data(contentsOf: url).count
    let file = try SafetensorsFile(url: url)
    #expect(truncate(url.path, 100_000) == 0)
    #expect(
      message { _ = try file.floats("a") }
        == "\(url.path): became shorter while it was read; it had \(size) bytes when it was opened. "
        + "Restore the file, leave it alone during a run, and start again.")
  }

  @Test func unknownNamesAndWrongSizesAreErrors() throws {
    let folder = try TemporaryFolder()
    let url = folder.file("x.safetensors")
    try SafetensorsWriter.write([.init(name: "a", shape: [2], values: [1, 2])], to: url)
    let file = try SafetensorsFile(url: url)
    #expect(
      message { _ = try file.floats("b") }
        == "\(url.path): holds no tensor 'b'. Check that the file belongs to this model.")
    var short: [Float] = [0]
    #expect(
      message { try short.withUnsafeMutableBufferPointer { try file.readFloats("a", into: $0) } }
        == "\(url.path): tensor 'a' is of 2 elements, expected 1. Check that the file belongs to this model.")
  }

  @Test func contradictoryContentIsNotWritten() {
    #expect(
      message { _ = try SafetensorsWriter.data([.init(name: "a", shape: [3], values: [1])]) }
        == "safetensors: cannot be stored: tensor 'a' of shape [3] has 1 values.")
    let twice = SafetensorsEntry(name: "a", shape: [1], values: [1])
    #expect(
      message { _ = try SafetensorsWriter.data([twice, twice]) }
        == "safetensors: cannot be stored: two tensors are called 'a'.")
  }

  @Test func mutationsNeverTrap() throws {
    let folder = try TemporaryFolder()
    let original = [UInt8](try Data(contentsOf: Fixtures.url("releases/bert-gamma-beta/model.safetensors")))
    let header = 8 + Int(original[0]) + Int(original[1]) << 8
    var generator = MutationGenerator(state: 1)
    var refused = 0
    for _ in 0..<500 {
      let url = try folder.write(generator.mutate(original, within: header), as: "x.safetensors")
      do {
        let file = try SafetensorsFile(url: url)
        for tensor in file.descriptions where tensor.elementType.isFloatingPoint { _ = try file.floats(tensor.name) }
      } catch is StorageError {
        refused += 1
      }
    }
    #expect(refused > 250)
  }

  @Test(.requires(.python("safetensors.numpy, numpy"))) func bytesAreThoseOfThePythonLibrary() throws {
    let folder = try TemporaryFolder()
    let url = folder.file("peer.safetensors")
    let script = """
      import sys, numpy as np
      from safetensors.numpy import save_file
      save_file({"b": np.arange(6, dtype=np.float32).reshape(2, 3), "a": np.array([7], dtype=np.float32)}, sys.argv[1],
        metadata={"format": "pt"})
      """
    try PythonPeer.run(script, url.path)
    let ours = try SafetensorsWriter.data(
      [.init(name: "b", shape: [2, 3], values: [0, 1, 2, 3, 4, 5]), .init(name: "a", shape: [1], values: [7])],
      metadata: ["format": "pt"])
    #expect(try Data(contentsOf: url) == ours)
  }
}
