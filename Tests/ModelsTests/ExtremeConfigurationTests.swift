// `config.json` with numbers that no model has: each is refused by its name or taken, and none ends the process.
import Foundation
import Models
import Storage
import Tensors
import TestSupport
import Testing

@Suite("Extreme configurations")
struct ExtremeConfigurationTests {
  private static func message(_ name: String, _ changes: [String: any Sendable]) throws -> String {
    let url = fixture("models/\(name)/config.json")
    var fields = try #require(JSONSerialization.jsonObject(with: Data(contentsOf: url)) as? [String: Any])
    fields.merge(changes) { $1 }
    let json = try JSONSerialization.data(withJSONObject: fields)
    do {
      _ = try ModelConfigurations.read(json: json, path: "m/config.json")
      return "no error"
    } catch { return "\(error)" }
  }

  private static let end = ". Use a model of a supported kind, or correct the file."

  @Test("RoBERTa's positions at the end of whole numbers, and a padding token below them", arguments: [-1, Int.min])
  func roberta(padding: Int) throws {
    #expect(
      try Self.message("roberta", ["max_position_embeddings": Int.max, "pad_token_id": padding])
        == "m/config.json: max_position_embeddings is 9223372036854775807, expected 1 to 1048576; "
        + "pad_token_id is \(padding), expected 0 to 16777215\(Self.end)")
    #expect(try Self.message("roberta", ["pad_token_id": padding]).contains("pad_token_id is \(padding), expected 0 to 16777215"))
  }

  @Test("DeBERTa's positions at the other end")
  func deberta() throws {
    let positions = "is -9223372036854775808, expected 1 to 1048576"
    #expect(
      try Self.message("deberta", ["max_position_embeddings": Int.min, "max_relative_positions": -1])
        == "m/config.json: max_position_embeddings \(positions); max_relative_positions \(positions)\(Self.end)")
    #expect(
      try Self.message("deberta", ["max_position_embeddings": Int.min, "max_relative_positions": 64])
        == "m/config.json: max_position_embeddings \(positions)\(Self.end)")
    // what is below 1 stands for max_position_embeddings, and what is below 0 for no buckets
    #expect(try Self.message("deberta", ["max_relative_positions": Int.min, "position_buckets": Int.min]) == "no error")
    #expect(
      try Self.message("deberta", ["position_buckets": Int.max])
        == "m/config.json: position_buckets is 9223372036854775807, expected 2 to 65536, or -1 for none\(Self.end)")
  }

  @Test("a configuration that is not checked yet can be asked for its problems and its length")
  func unchecked() {
    for architecture in [Architecture.bert, .roberta, .deberta] {
      for value in [Int.min, -1, 0, Int.max] {
        for padding in [Int.min, -1, 0, Int.max] {
          let configuration = EncoderConfiguration(
            architecture: architecture, vocabularySize: value, hiddenSize: value, layers: value, heads: value,
            intermediateSize: value, maximumPositions: value, segmentTypes: value, paddingToken: padding, classes: value,
            relativePositions: RelativePositions(buckets: value, maximumDistance: value))
          #expect(!configuration.problems.isEmpty)
          _ = configuration.limits.tokens
        }
      }
    }
    for value in [Int.min, -1, 0, Int.max] {
      let configuration = LlamaConfiguration(
        vocabularySize: value, hiddenSize: value, layers: value, heads: value, keyHeads: value, intermediateSize: value,
        maximumPositions: value, padding: value, classes: value)
      #expect(!configuration.problems.isEmpty)
      _ = configuration.limits.tokens
    }
  }

  @Test("every value replaced, through to a model", arguments: ["bert", "roberta", "deberta", "llama-mha", "llama-3"])
  func variations(name: String) throws {
    let source = fixture("models/\(name)")
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent("lowrank-extreme-\(UUID().uuidString)")
    try FileManager.default.copyItem(at: source, to: folder)
    defer { try? FileManager.default.removeItem(at: folder) }
    let file = folder.appendingPathComponent("config.json")
    var (taken, refused) = (0, 0)
    for variation in JSONVariations.of(try Data(contentsOf: file)) {
      try variation.json.write(to: file)
      do {
        let configuration = try ModelLoader.configuration(folder: folder)
        #expect(configuration.problems.isEmpty, "\(variation)")
        #expect(configuration.limits.tokens ?? 1 > 0, "\(variation)")
        _ = try configuration.json()
        _ = try ModelLoader.random(configuration, seed: 0, on: PlanningBackend())
        _ = try ModelLoader.load(folder: folder, seed: 0, on: PlanningBackend()) { $0.classes = 7 }
        taken += 1
      } catch let error as ModelError {
        #expect("\(error)".hasPrefix(folder.path), "\(variation)")
        refused += 1
      } catch let error as StorageError {
        #expect("\(error)".hasPrefix(folder.path), "\(variation)")
        refused += 1
      } catch {
        Issue.record("\(variation): \(error)")
      }
    }
    #expect(taken > 50 && refused > 100)
  }

  @Test("a model as large as a configuration may say is planned without its memory")
  func planned() throws {
    let configuration = EncoderConfiguration(
      architecture: .bert, vocabularySize: 1 << 24, hiddenSize: 1 << 16, layers: 1024, heads: 1024, intermediateSize: 1 << 18,
      maximumPositions: 1 << 20, segmentTypes: 1 << 16, classes: 1 << 16)
    #expect(configuration.problems.isEmpty)
    let model = try ModelLoader.random(configuration, seed: 0, on: PlanningBackend())
    #expect(model.parameters.reduce(0) { $0 + $1.count } > 1 << 45)
  }
}
