// `adapter_config.json` of the peft library (0.21): what is read from it, what is refused, and what is written.
import Foundation

/// What an adapter of the peft library says of itself.
package struct PEFTConfiguration: Sendable, Equatable {
  /// The library's `peft_type`.
  package enum Kind: String, Sendable, CaseIterable {
    /// LoRA, rsLoRA and DoRA.
    case lora = "LORA"
    case adalora = "ADALORA"
    case vera = "VERA"
  }

  /// Which layers are adapted; their tensors say it too.
  package enum Targets: Sendable, Equatable {
    /// Modules' paths, or ends of paths.
    case paths([String])
    /// A regular expression over paths, or the library's word for all linear layers.
    case expression(String)
  }

  package var kind: Kind
  /// The rank; for AdaLoRA the one that it started with.
  package var rank: Int
  /// The update is scaled by alpha / rank, or alpha / √rank; VeRA has none.
  package var alpha = 1.0
  /// The rank of single modules, by path or end of path.
  package var rankPattern: [String: Int] = [:]
  /// The alpha of single modules, by path or end of path.
  var alphaPattern: [String: Double] = [:]
  /// rsLoRA's scaling.
  var isRankStabilized = false
  /// DoRA.
  var isWeightDecomposed = false
  /// Which of the starting rank's components AdaLoRA kept, by module path.
  var keptComponents: [String: [Bool]] = [:]
  /// Which modules it adapts.
  package var targets: Targets
  /// Modules that are trained and stored whole: the head.
  var savedModules: [String] = []
  /// The base model's folder or name.
  package var baseModel: String?

  /// Settings with the library's defaults for all else.
  package init(kind: Kind, rank: Int, targets: Targets) {
    self.kind = kind
    self.rank = rank
    self.targets = targets
  }

  /// Ranks that are taken.
  static let ranks = 1...65_536

  /// Reads the bytes of an `adapter_config.json`.
  ///
  /// - Parameter path: the file's path, for messages.
  /// - Throws: `InterchangeError.configuration`.
  package init(json: Data, path: String) throws {
    func failure(_ problem: String) -> InterchangeError { .configuration(path: path, problem: problem) }
    let fields: Fields
    do {
      fields = try JSONDecoder().decode(Fields.self, from: json)
      let settings = try JSONDecoder().decode([String: Setting].self, from: json)
      if let name = Fields.unknownArithmetic.first(where: { settings[$0]?.isSet ?? false }) {
        throw failure("\(name) is set, which this program does not compute")
      }
      let start = settings["init_lora_weights"]?.text ?? ""
      if Fields.rewritingInitializations.contains(where: { start.hasPrefix($0) }) {
        throw failure("init_lora_weights is '\(start)', which changes the base model's weights; convert it to plain LoRA")
      }
    } catch let error as DecodingError {
      throw failure(Self.problem(error))
    }
    let known = Kind.allCases.map(\.rawValue).joined(separator: ", ")
    guard let name = fields.kind else { throw failure("it has no peft_type") }
    guard let kind = Kind(rawValue: name) else { throw failure("peft_type is '\(name)'; known are \(known)") }
    let rankField = kind == .adalora ? "init_r" : "r"
    guard let rank = kind == .adalora ? fields.initialRank : fields.rank else { throw failure("\(rankField) is missing") }
    self.init(kind: kind, rank: rank, targets: fields.targets ?? .paths([]))
    guard Self.ranks.contains(rank) else {
      throw failure("\(rankField) is \(rank), expected \(Self.ranks.lowerBound) to \(Self.ranks.upperBound)")
    }
    guard fields.bias ?? "none" == "none" else {
      throw failure("bias is '\(fields.bias ?? "")', which this program does not compute")
    }
    savedModules = fields.savedModules ?? []
    baseModel = fields.baseModel
    guard kind != .vera else {
      guard fields.savesProjection ?? true else {
        throw failure("save_projection is false, so that the shared matrices are not in the file")
      }
      return
    }
    alpha = fields.alpha ?? 8
    alphaPattern = fields.alphaPattern ?? [:]
    guard alpha.isFinite, alphaPattern.values.allSatisfy(\.isFinite), kind == .lora || alpha > 0 else {
      throw failure("lora_alpha is \(alpha), expected a number above 0")
    }
    switch fields.rankPattern {
    case .components(let kept)? where kind == .adalora:
      for (name, components) in kept {
        guard let end = name.range(of: ".lora_E") else { throw failure("rank_pattern has '\(name)', expected a module's lora_E") }
        guard components.count == rank else {
          throw failure("rank_pattern of '\(name)' has \(components.count) entries, expected \(rank)")
        }
        keptComponents[String(name[..<end.lowerBound])] = components
      }
    case .ranks(let ranks)? where kind == .lora || ranks.isEmpty:
      if let (name, rank) = ranks.sorted(by: { $0.key < $1.key }).first(where: { !Self.ranks.contains($0.value) }) {
        throw failure("rank_pattern of '\(name)' is \(rank), expected \(Self.ranks.lowerBound) to \(Self.ranks.upperBound)")
      }
      rankPattern = ranks
    case nil: break
    default: throw failure("rank_pattern is not one of \(kind.rawValue)")
    }
    let keys = rankPattern.keys.sorted() + alphaPattern.keys.sorted()
    if let key = keys.first(where: { !$0.allSatisfy { $0.isLetter || $0.isNumber || "._-".contains($0) } }) {
      throw failure("the pattern '\(key)' is a regular expression; expected modules' paths or their ends")
    }
    isRankStabilized = kind == .lora && fields.isRankStabilized ?? false
    isWeightDecomposed = kind == .lora && fields.isWeightDecomposed ?? false
  }

  /// The bytes of an `adapter_config.json`; equal configurations give equal bytes.
  ///
  /// - Throws: nothing in practice: every field can be encoded.
  package func json() throws -> Data {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
    return try encoder.encode(Fields(self)) + Data("\n".utf8)
  }

  /// The rank of a module's matrices: those components that AdaLoRA kept, or what a pattern says.
  func rank(of path: String) -> Int {
    keptComponents[path].map { $0.filter { $0 }.count } ?? Self.entry(rankPattern, for: path) ?? rank
  }

  /// What a module's update is multiplied by; VeRA has no factor.
  func scale(of path: String) -> Float {
    let alpha = Self.entry(alphaPattern, for: path) ?? alpha
    switch kind {
    // in single precision, as the library has it
    case .adalora: return Float(alpha) / (Float(rank) + 1e-5)
    case .lora: return Float(alpha / (isRankStabilized ? Double(rank(of: path)).squareRoot() : Double(rank(of: path))))
    case .vera: return 1
    }
  }

  /// Whether a list of targets names the module.
  func lists(_ path: String) -> Bool {
    guard case .paths(let paths) = targets else { return false }
    return paths.contains { Self.names($0, path) }
  }

  /// The entry of the longest key that names the module.
  private static func entry<Value>(_ pattern: [String: Value], for path: String) -> Value? {
    let key = pattern.keys.filter { names($0, path) }.max { ($0.utf8.count, $0) < ($1.utf8.count, $1) }
    return key.flatMap { pattern[$0] }
  }

  /// Whether `end` is the module's path or its last parts.
  private static func names(_ end: String, _ path: String) -> Bool { path == end || path.hasSuffix(".\(end)") }

  private static func problem(_ error: DecodingError) -> String {
    switch error {
    case .typeMismatch(_, let context), .valueNotFound(_, let context), .keyNotFound(_, let context), .dataCorrupted(let context):
      let name = context.codingPath.map(\.stringValue).joined(separator: ".")
      return name.isEmpty ? "it is no JSON object" : "\(name) has the wrong type"
    @unknown default: return "it is no JSON object"
    }
  }
}
