// A recorded adapter trace: how a method was set up, what one batch gave, and a dozen optimizer steps.
import Foundation
import Interchange
import Layers
import Storage

/// The files of one trace, in the layout of `peft/BASE/METHOD`.
struct AdapterTrace {
  /// What `meta.json` says.
  struct Meta: Decodable {
    struct Training: Decodable {
      var steps: Int
      var lr: Double
      var betas: [Double]
      var eps: Double
      var weightDecay: Double
      var warmupRatio: Double
      var maxGradNorm: Double
      /// Batches of an update, each computed by itself; nil is one.
      var accumulate: Int?
    }

    /// `lm` for next tokens; nil and `cls` for classes.
    var task: String?
    var baseMethod: String
    var baseModel: String
    var batches: String
    /// `init.*`, `adapter_init`, `checkpoint`, or another trace's folder.
    var initialValues: String
    var options: [String: TraceValue]
    var train: Training
    var trainable: [String]
    var weightDecayOn: [String]
    var trainableCount: Int
    var tolerance: [String: Tolerance]
    var noisyFinalTensors: [String: Double]?
    var unstableFinalTensors: [String]?
    var frozenAt: [String: Int]?
    var ranks: [String: Int]?
    var summary: Summary?
  }

  /// What the method's preliminary found.
  struct Summary: Decodable {
    var g: [String: Double]?
    var importance: [String: Double]?
    var own: [String]?
    var shared: [String]?
    var variants: [String: [String]]?
    var dropped: Int?
    var weights: Int?
  }

  /// What `trace.json` says of one step.
  struct Step: Decodable {
    private var batch: Int?
    private var batches: [Int]?
    /// The batches of the update.
    var batchNumbers: [Int] { batches ?? batch.map { [$0] } ?? [] }
    /// What each of several batches adds to the loss.
    var microLosses: [Double]?
    var loss: Double
    var taskLoss: Double
    var lr: Double
    var headLr: Double?
    var gradNorm: Double
    var fraction: Double?
    var newlyFrozen: [String]?
    var scores: [String: TraceNumbers]?
    var trainableAtUpdate: Int?
    var bLr: Double?
    var budget: Int?
    var rankPattern: [String: TraceNumbers]?
    var zeroGates: [String: TraceNumbers]?
    var pruned: Bool?
  }

  let folder: URL
  let meta: Meta
  let steps: [Step]
  let expected: any TensorArchive
  let batches: any TensorArchive

  init(folder: URL) throws {
    self.folder = folder
    meta = try Self.decode(Meta.self, folder.appending(path: "meta.json"))
    steps = try Self.decode([Step].self, folder.appending(path: "trace.json"))
    expected = try SafetensorsFile(url: folder.appending(path: "expected.safetensors"))
    batches = try SafetensorsFile(url: folder.appending(path: meta.batches).standardizedFileURL)
    guard meta.train.betas.count == 2, steps.count == meta.train.steps, (0...1).contains(meta.train.warmupRatio),
      steps.allSatisfy({ $0.batchNumbers.count == meta.train.accumulate ?? 1 })
    else {
      throw ParityError.reference(path: folder.path, problem: "meta.json and trace.json do not agree on the training")
    }
  }

  var model: URL { folder.appending(path: meta.baseModel).standardizedFileURL }

  /// The values training starts from, by plain name; empty when they are the checkpoint's.
  func initialValues() throws -> [String: [Float]] {
    let archive: any TensorArchive
    let prefix: String
    switch meta.initialValues {
    case "checkpoint": return [:]
    case "init.*": (archive, prefix) = (expected, "init.")
    case "adapter_init": return try PEFTAdapterFolder(url: folder.appending(path: "adapter_init")).values()
    default:
      let other = folder.appending(path: meta.initialValues).standardizedFileURL
      (archive, prefix) = (try SafetensorsFile(url: other.appending(path: "expected.safetensors")), "init.")
    }
    return try Self.values(of: archive, under: prefix)
  }

  /// The values that a method's preliminary starts from, by plain name.
  func preliminaryValues() throws -> [String: [Float]] {
    try Self.values(of: expected, under: "unpruned.")
      .merging(try Self.values(of: expected, under: "probe.").map { ("probe.\($0)", $1) }) { $1 }
  }

  private static func values(of archive: any TensorArchive, under prefix: String) throws -> [String: [Float]] {
    var values: [String: [Float]] = [:]
    for description in archive.descriptions where description.name.hasPrefix(prefix) {
      values[Self.ownName(String(description.name.dropFirst(prefix.count)))] = try archive.floats(description.name)
    }
    return values
  }

  /// What this program calls a parameter that a trace has: of a Llama's blocks, what hangs on a half goes by the half and not by its
  /// last layer, and what layers share by the role of the layers.
  static func ownName(_ name: String) -> String {
    let name = PEFTAdapterFolder.plainName(name)
    for (module, half) in [(".self_attn.o_proj.adapter.", ".self_attn.adapter."), (".mlp.down_proj.adapter.", ".mlp.adapter.")]
    where name.contains(module) { return name.replacing(module, with: half) }
    for (kind, role) in [("output", ProjectionRole.attentionOutput), ("up", .intermediate), ("down", .output)]
    where name.hasPrefix("shared.\(kind).") { return "shared.\(role.rawValue)" + name.dropFirst("shared.\(kind)".count) }
    return name
  }

  /// Numbers of modules by plain name.
  static func plain(_ numbers: [String: TraceNumbers]?) -> [String: [Double]] {
    Dictionary((numbers ?? [:]).map { (Self.ownName($0.key), $0.value.values) }) { $1 }
  }

  private static func decode<Value: Decodable>(_ type: Value.Type, _ url: URL) throws -> Value {
    let decoder = JSONDecoder()
    decoder.keyDecodingStrategy = .custom { path in TraceKey(path[path.count - 1].stringValue) }
    do {
      return try decoder.decode(type, from: Data(contentsOf: url))
    } catch {
      throw ParityError.unreadable(url.path, as: "a trace's description", error)
    }
  }
}

/// A key in snake case as its Swift name; a name that is a tensor's path (it has a dot) stays as it is.
private struct TraceKey: CodingKey {
  var stringValue: String
  var intValue: Int? { nil }

  init(_ name: String) {
    guard !name.contains(".") else {
      stringValue = name
      return
    }
    let parts = name.split(separator: "_", omittingEmptySubsequences: false).map(String.init)
    stringValue = parts[0] + parts.dropFirst().map { $0.prefix(1).uppercased() + $0.dropFirst() }.joined()
  }

  init?(stringValue: String) { self.init(stringValue) }
  init?(intValue: Int) { nil }
}

/// One number or several.
struct TraceNumbers: Decodable, Equatable {
  var values: [Double]

  init(from decoder: any Decoder) throws {
    let container = try decoder.singleValueContainer()
    if let several = try? container.decode([Double].self) {
      values = several
    } else {
      values = [try container.decode(Double.self)]
    }
  }
}

/// One option of a trace's method.
enum TraceValue: Decodable {
  case flag(Bool)
  case number(Double)
  case text(String)
  case texts([String])

  init(from decoder: any Decoder) throws {
    let container = try decoder.singleValueContainer()
    if let value = try? container.decode(Bool.self) {
      self = .flag(value)
    } else if let value = try? container.decode(Double.self) {
      self = .number(value)
    } else if let value = try? container.decode(String.self) {
      self = .text(value)
    } else {
      self = .texts(try container.decode([String].self))
    }
  }

  var number: Double? { if case .number(let value) = self { value } else { nil } }
  var text: String? { if case .text(let value) = self { value } else { nil } }
}
