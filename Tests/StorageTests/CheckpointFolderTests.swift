// Checkpoint folders in every form the hub has, and folders that lie.
import Foundation
import Storage
import Testing

@Suite struct CheckpointFolderTests {
  struct Expected: Sendable, CustomTestStringConvertible {
    let folder: String
    let tensors: Int
    let elements: Int
    /// Sum of absolute values in float64, by PyTorch.
    let magnitude: Double
    let first: (name: String, shape: [Int], values: [Float])
    let type: ElementType
    var testDescription: String { folder }
  }

  static let llama: [Float] = [-0.17711582779884338, 0.11543437093496323]
  static let half: [Float] = [0.2020263671875, -0.27490234375]
  static let checkpoints = [
    Expected(
      folder: "models/bert", tensors: 41, elements: 35371, magnitude: 9404.979232613336,
      first: ("bert.embeddings.LayerNorm.bias", [36], [-0.001831962144933641, -0.08554459363222122]), type: .float32),
    Expected(
      folder: "models/deberta", tensors: 58, elements: 75507, magnitude: 17458.752257598528,
      first: ("classifier.bias", [3], [-0.08990532904863358, -0.04130065068602562]), type: .float32),
    Expected(
      folder: "models/llama-gqa", tensors: 21, elements: 63792, magnitude: 14558.42760489959,
      first: ("lm_head.weight", [270, 48], llama), type: .float32),
    Expected(
      folder: "models/llama-mha", tensors: 21, elements: 40736, magnitude: 9600.745267914932,
      first: ("lm_head.weight", [290, 32], llama), type: .float32),
    Expected(
      folder: "models/roberta", tensors: 73, elements: 43427, magnitude: 9667.33811034757,
      first: ("classifier.dense.bias", [32], [-0.2497275322675705, 0.044607289135456085]), type: .float32),
    Expected(
      folder: "releases/bert-gamma-beta", tensors: 31, elements: 19408, magnitude: 5796.742062446545,
      first: ("bert.embeddings.LayerNorm.beta", [36], [0.09839683026075363, -0.00865999050438404]), type: .float32),
    Expected(
      folder: "releases/deberta-fp16-zip", tensors: 33, elements: 31513, magnitude: 7139.329855442047,
      first: ("deberta.embeddings.LayerNorm.bias", [48], half), type: .float16),
    Expected(
      folder: "releases/deberta-fp16-legacy-pickle", tensors: 33, elements: 31513, magnitude: 7139.329855442047,
      first: ("deberta.embeddings.LayerNorm.bias", [48], half), type: .float16),
    Expected(
      folder: "releases/llama-sharded-float16", tensors: 12, elements: 26640, magnitude: 5622.018407940865,
      first: ("lm_head.weight", [80, 48], [-0.323486328125, 0.09637451171875]), type: .float16),
    Expected(
      folder: "releases/llama-sharded-bfloat16", tensors: 12, elements: 26640, magnitude: 5621.861909866333,
      first: ("lm_head.weight", [80, 48], [-0.32421875, 0.09619140625]), type: .bfloat16),
  ]

  @Test(arguments: checkpoints) func valuesAreThoseOfPyTorch(_ expected: Expected) throws {
    let checkpoint = try CheckpointFolder(url: Fixtures.url(expected.folder))
    let archive = checkpoint.archive
    #expect(archive.descriptions.count == expected.tensors)
    #expect(archive.descriptions.reduce(0) { $0 + $1.count } == expected.elements)
    var magnitude = 0.0
    for description in archive.descriptions {
      // An old BERT release stores its position ids beside the weights.
      if description.name == "bert.embeddings.position_ids" {
        magnitude += try archive.integers(description.name).reduce(0.0) { $0 + Double($1) }
        continue
      }
      #expect(description.elementType == expected.type)
      magnitude += try archive.floats(description.name).reduce(0.0) { $0 + Double(abs($1)) }
    }
    #expect(abs(magnitude - expected.magnitude) <= 1e-10 * expected.magnitude)
    #expect(archive.description(of: expected.first.name)?.shape == expected.first.shape)
    #expect(Array(try archive.floats(expected.first.name).prefix(2)) == expected.first.values)
    #expect(checkpoint.configuration.count > 0)
  }

  @Test(arguments: checkpoints.prefix(5)) func gradientsHaveTheShapesOfParameters(_ expected: Expected) throws {
    let folder = Fixtures.url(expected.folder)
    let archive = try CheckpointFolder(url: folder).archive
    let recorded = try SafetensorsFile(url: folder.appendingPathComponent("expected.safetensors"))
    var compared = 0
    for gradient in recorded.descriptions where gradient.name.hasPrefix("cls.grad.") {
      guard let parameter = archive.description(of: String(gradient.name.dropFirst("cls.grad.".count))) else {
        continue
      }
      #expect(parameter.shape == gradient.shape)
      compared += 1
    }
    #expect(compared > 20 || expected.folder.contains("llama"))
  }

  @Test func zipAndOldPickleHoldTheSame() throws {
    let zip = try CheckpointFolder(url: Fixtures.url("releases/deberta-fp16-zip")).archive
    let old = try CheckpointFolder(url: Fixtures.url("releases/deberta-fp16-legacy-pickle")).archive
    #expect(zip.descriptions == old.descriptions)
    for name in zip.descriptions.map(\.name) { #expect(try zip.floats(name) == old.floats(name)) }
  }

  @Test func integersAreRead() throws {
    let file = try SafetensorsFile(url: Fixtures.url("models/bert/expected.safetensors"))
    let ids = try file.integers("input_ids")
    #expect(ids.count == file.description(of: "input_ids")?.count)
    #expect(ids.allSatisfy { $0 >= 0 })
    #expect(
      message { _ = try file.floats("input_ids") }
        == "\(file.path): tensor 'input_ids' is of type int64, expected a floating-point type. "
        + "Check that the file belongs to this model.")
    #expect(
      message { _ = try file.integers("pooled") }
        == "\(file.path): tensor 'pooled' is of type float32, expected an integer type. "
        + "Check that the file belongs to this model.")
  }

  @Test func safetensorsComeBeforeThePickle() throws {
    let folder = try TemporaryFolder()
    _ = try folder.write("{}".utf8, as: "config.json")
    _ = try folder.write("rubbish".utf8, as: "pytorch_model.bin")
    try SafetensorsWriter.write([.init(name: "a", shape: [1], values: [2])], to: folder.file("model.safetensors"))
    let checkpoint = try CheckpointFolder(url: folder.url)
    #expect(try checkpoint.archive.floats("a") == [2])
    #expect(checkpoint.weightFiles.map(\.lastPathComponent) == ["model.safetensors"])
  }

  @Test func anEmptyFolderIsAnError() throws {
    let folder = try TemporaryFolder()
    let path = folder.url.path
    #expect(
      message { _ = try CheckpointFolder(url: folder.url) }
        == "\(path)/config.json: cannot be opened: No such file or directory. Check the path and its permissions.")
    _ = try folder.write("[]".utf8, as: "config.json")
    #expect(
      message { _ = try CheckpointFolder(url: folder.url) }
        == "\(path)/config.json: is not a valid JSON file: it is no object. Fetch or make the file again.")
    _ = try folder.write("{}".utf8, as: "config.json")
    #expect(
      message { _ = try CheckpointFolder(url: folder.url) }
        == "\(path): holds no checkpoint; expected model.safetensors, or model.safetensors.index.json, "
        + "or pytorch_model.bin, or pytorch_model.bin.index.json. Name a folder in the layout of the Hugging Face hub.")
  }

  @Test(arguments: ["../other.safetensors", "/etc/passwd", "..", ".", "", "a/b.safetensors", "a\\\\b", "a\\u0000"])
  func anIndexCannotLeaveItsFolder(_ name: String) throws {
    let folder = try TemporaryFolder()
    _ = try folder.write("{}".utf8, as: "config.json")
    let index = try folder.write(#"{"weight_map": {"a": "\#(name)"}}"#.utf8, as: "model.safetensors.index.json")
    let text = message { _ = try CheckpointFolder(url: folder.url) }
    #expect(text.hasPrefix("\(index.path): is not a valid checkpoint index file: it names the file '"))
    #expect(text.hasSuffix("', which is not beside it. Fetch or make the file again."))
  }

  @Test func anIndexMustMatchItsFiles() throws {
    let folder = try TemporaryFolder()
    _ = try folder.write("{}".utf8, as: "config.json")
    let index = try folder.write(
      #"{"weight_map": {"a": "x.safetensors", "b": "x.safetensors"}}"#.utf8, as: "model.safetensors.index.json")
    #expect(
      message { _ = try CheckpointFolder(url: folder.url) }.hasPrefix("\(folder.file("x.safetensors").path): cannot be")
    )
    try SafetensorsWriter.write([.init(name: "a", shape: [1], values: [2])], to: folder.file("x.safetensors"))
    #expect(
      message { _ = try CheckpointFolder(url: folder.url) }
        == "\(index.path): is not a valid checkpoint index file: tensor 'b' is not in 'x.safetensors'. "
        + "Fetch or make the file again.")
    _ = try folder.write("{}".utf8, as: "model.safetensors.index.json")
    #expect(
      message { _ = try CheckpointFolder(url: folder.url) }
        == "\(index.path): is not a valid checkpoint index file: it has no 'weight_map' from tensors to files. "
        + "Fetch or make the file again.")
  }

  @Test func aFolderOrPipeIsNoFile() throws {
    let folder = try TemporaryFolder()
    #expect(
      message { _ = try SafetensorsFile(url: folder.url) }
        == "\(folder.url.path): is not a plain file. Name a file with the expected content.")
    let pipe = folder.file("pipe.safetensors")
    #expect(mkfifo(pipe.path, 0o600) == 0)
    #expect(message { _ = try SafetensorsFile(url: pipe) }.contains("is not a plain file"))
  }

  @Test(
    "another kind of file in a checkpoint's place is named, in every place",
    arguments: ["model.safetensors", "pytorch_model.bin", "config.json"])
  func otherKinds(name: String) throws {
    let folder = try TemporaryFolder()
    for (bytes, found) in [
      (Array("version https://git-lfs.github.com/spec/v1\noid sha256:0\n".utf8), "is a Git LFS pointer, not the file itself"),
      ([0x1F, 0x8B, 0x08, 0x00, 0, 0, 0, 0, 0, 3, 1, 2], "is compressed with gzip"),
      (Array("<!doctype HTML>".utf8), "is an HTML page"),
      (Array("{ \"a\": 1}".utf8).flatMap { [$0, 0] }, "is UTF-16"), ([], "is empty"),
    ] {
      let file = try folder.write(bytes, as: name)
      let found = "\(file.path): \(found)"
      switch name {
      case "model.safetensors": #expect(message { _ = try SafetensorsFile(url: file) }.hasPrefix(found))
      case "config.json": #expect(message { _ = try SmallFile.contents(of: file) }.hasPrefix(found))
      default: #expect(message { _ = try PickleArchive(url: file) }.hasPrefix(found))
      }
    }
  }
}
