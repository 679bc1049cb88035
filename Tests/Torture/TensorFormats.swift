// Files of tensors: weights in all forms, sealed archives.
import Foundation
import Storage
import TestSupport

extension Format {
  static let tensorFormats = [safetensors, sharded, pickle, sealed, resealed]

  /// Every tensor of an archive, in the one way or the other that its type allows.
  private static func readAll(_ archive: any TensorArchive) throws {
    for description in archive.descriptions {
      if description.elementType.isFloatingPoint {
        _ = try archive.floats(description.name)
      } else {
        _ = try archive.integers(description.name)
      }
    }
  }

  private static func entries(_ count: Int) -> [SafetensorsEntry] {
    (0..<count).map { number in
      SafetensorsEntry(
        name: "layer.\(number).weight", shape: [2, number], values: (0..<2 * number).map { Float($0) / 3 - Float(number) })
    }
  }

  private static let safetensors = Format("safetensors", share: 4000) { folder in
    // the types that the writer has not
    let types = [
      ("BOOL", 1), ("U8", 1), ("I8", 1), ("I16", 2), ("I32", 4), ("I64", 8), ("F16", 2), ("BF16", 2), ("F32", 4), ("F64", 8),
    ]
    var header: [String] = [], size = 0
    for (type, width) in types {
      header.append(#""\#(type)":{"dtype":"\#(type)","shape":[3,1],"data_offsets":[\#(size),\#(size + 3 * width)]}"#)
      size += 3 * width
    }
    let text = Data("{\(header.joined(separator: ","))}".utf8)
    let made = Data((0..<8).map { UInt8(truncatingIfNeeded: text.count >> (8 * $0)) }) + text + Data((0..<size).map { UInt8($0) })
    let metadata = ["format": "pt", "é": "\u{0}"]
    let files = try [
      SafetensorsWriter.data(entries(5), metadata: metadata), SafetensorsWriter.data(entries(3), as: .float16),
      SafetensorsWriter.data([]), made,
    ]
    let targets = try files.enumerated().map { number, data in
      try Subject.Target(folder.appending(path: "\(number)/model.safetensors"), data, .safetensors)
    }
    return Subject(targets) { target, _ in try readAll(SafetensorsFile(url: target.file)) }
  }

  private static let sharded = Format("sharded-weights") { folder in
    let names = ["model-00001-of-00002.safetensors", "model-00002-of-00002.safetensors"]
    let tensors = entries(6)
    var map: [String: String] = [:]
    for (number, entry) in tensors.enumerated() { map[entry.name] = names[number % 2] }
    let index = try JSONSerialization.data(
      withJSONObject: ["metadata": ["total_size": 240], "weight_map": map], options: [.sortedKeys])
    let shards = try names.enumerated().map { number, name in
      let own = tensors.enumerated().filter { $0.offset % 2 == number }.map(\.element)
      return try Subject.Target(folder.appending(path: name), SafetensorsWriter.data(own), .safetensors)
    }
    let configuration = try Subject.Target(folder.appending(path: "config.json"), text: #"{"model_type": "bert"}"#)
    let indices = try Subject.Target(folder.appending(path: "model.safetensors.index.json"), index)
    return Subject([indices, indices] + shards + [configuration]) { target, _ in
      try readAll(CheckpointFolder(url: target.folder).archive)
    }
  }

  private static let pickle = Format("pickle", share: 1500) { folder in
    let releases = ["deberta-fp16-zip", "deberta-fp16-legacy-pickle"]
    for release in releases {
      try copyFixture("releases/\(release)", to: folder.appending(path: release), ["pytorch_model.bin"])
    }
    let targets = try releases.map { try Subject.Target(folder.appending(path: "\($0)/pytorch_model.bin")) }
    return Subject(targets) { target, _ in try readAll(PickleArchive(url: target.file)) }
  }

  private static func sealedArchive(at file: URL) throws {
    try SealedArchive.write(
      [
        SealedEntry("parameters/a", .float32([1, 2, .nan])), SealedEntry("counts", .int64([.min, 0, .max])),
        SealedEntry("numbers", .float64([0.1, -.infinity])), SealedEntry("none", .int64([])),
      ], texts: ["identity": "x", "updates": "3"], to: file)
  }

  /// As it lies on a disk: any other byte is refused.
  private static let sealed = Format("sealed-archive") { folder in
    let file = folder.appending(path: "checkpoint.safetensors")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    try sealedArchive(at: file)
    return Subject([try Subject.Target(file)]) { target, isChanged in
      let archive = try SealedArchive(url: target.file)
      for name in archive.names { _ = try archive.values(name) }
      if isChanged { throw Wrong(description: "an archive that was changed is taken") }
    }
  }

  /// By a program gone wrong, which seals what it should not.
  private static let resealed = Format("sealed-anew", share: 2000) { folder in
    let file = folder.appending(path: "checkpoint.safetensors")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    try sealedArchive(at: file)
    return Subject([try Subject.Target(file, .sealed)]) { target, _ in
      let archive = try SealedArchive(url: target.file)
      for name in archive.names { _ = try archive.values(name) }
    }
  }
}
