// A project in a folder of its own: a random BERT of a few thousand parameters, a task of two dozen sentences, a manifest.
import CPUBackend
import Foundation
import Models
import Tensors

/// The project; its folder goes away with its last use.
public final class TinyProject {
  public let root: URL
  public static let words = ["the", "a", "sky", "sea", "fire", "leaf", "is", "was", "blue", "red", "green", "warm", "cold", "deep"]

  public static let recipe = "defaults: {epochs: 2, batch: 4, learning_rate: 1e-2, max_length: 16}\n"
  public static let manifest = """
    id: tiny
    title: tiny runs
    description: two methods on one small task
    model: model
    recipe: tiny
    tasks: [tasks/warmth.yaml]
    seeds: [0]
    methods: [lora, {aflora: {initial_epochs: 0.5, final_fraction: 0.3}}]
    profiles: {pocket: {}}

    """

  public static let task = """
    id: warmth
    train: train.tsv
    validation: dev.tsv
    format: tsv
    columns: {text: [sentence], label: label}
    labels: [cold, warm]
    metric: [accuracy, f1]

    """

  public init(_ manifest: String = TinyProject.manifest) throws {
    root = FileManager.default.temporaryDirectory.appending(path: "lowrank-project-\(UUID().uuidString)").standardizedFileURL
    try write(manifest, to: "experiments/tiny.yaml")
    try write(Self.recipe, to: "experiments/recipes/tiny.yaml")
    try write(Self.task, to: "experiments/tasks/warmth.yaml")
    try write(Self.rows(0..<24), to: "experiments/tasks/train.tsv")
    try write(Self.rows(24..<40), to: "experiments/tasks/dev.tsv")
    try writeModel(to: "model")
  }

  deinit { try? FileManager.default.removeItem(at: root) }

  /// Writes a random BERT with a vocabulary of these words.
  public func writeModel(to name: String, positions: Int = 20) throws {
    let vocabulary = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"] + Self.words
    let configuration = EncoderConfiguration(
      architecture: .bert, vocabularySize: vocabulary.count, hiddenSize: 16, layers: 2, heads: 2, intermediateSize: 24,
      maximumPositions: positions, initializerRange: 0.2)
    let backend = try CPUBackend(threads: 1)
    try ModelWriter.save(ModelLoader.random(configuration, seed: 9, on: backend), to: file(name))
    try write(vocabulary.joined(separator: "\n") + "\n", to: "\(name)/vocab.txt")
  }

  /// A sentence's label follows from one of its words.
  public static func rows(_ range: Range<Int>) -> String {
    let rows = range.map { row in
      let isWarm = row * 7 % 5 < 2
      let sentence =
        "\(words[row % 2]) \(words[2 + row % 4]) \(words[6 + row / 2 % 2]) \(words[8 + row % 3]) \(isWarm ? "warm" : "cold")"
      return "\(sentence)\t\(isWarm ? "warm" : "cold")"
    }
    return (["sentence\tlabel"] + rows).joined(separator: "\n") + "\n"
  }

  public func write(_ text: String, to name: String) throws {
    let file = root.appending(path: name)
    try FileManager.default.createDirectory(at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
    try Data(text.utf8).write(to: file)
  }

  /// Every file below a folder, by path, without locks.
  public func files(_ folder: String) -> [String: Data] {
    let base = root.appending(path: folder)
    let names = FileManager.default.enumerator(atPath: base.path)?.allObjects.compactMap { $0 as? String } ?? []
    var files: [String: Data] = [:]
    for name in names where !name.hasSuffix(".claim") { files[name] = try? Data(contentsOf: base.appending(path: name)) }
    return files
  }

  /// A file or folder of the project.
  public func file(_ name: String) -> URL { root.appending(path: name) }

  /// Makes a file shorter by half, as one that was cut off while it was copied.
  public func cut(_ name: String) throws {
    let data = try Data(contentsOf: file(name))
    try data.prefix(data.count / 2).write(to: file(name))
  }

  /// All there is, by path: a file's content, a link's target, nothing of a folder; without locks.
  public func everything() -> [String: Data] {
    let names = FileManager.default.enumerator(atPath: root.path)?.allObjects.compactMap { $0 as? String } ?? []
    var found: [String: Data] = [:]
    for name in names where !name.hasSuffix(".claim") {
      let target = try? FileManager.default.destinationOfSymbolicLink(atPath: file(name).path)
      found[name] = target.map { Data($0.utf8) } ?? (try? Data(contentsOf: file(name))) ?? Data()
    }
    return found
  }
}
