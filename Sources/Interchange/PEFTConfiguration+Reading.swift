// What is read from an `adapter_config.json`, and what is refused.
import Foundation
import Settings

extension PEFTConfiguration {
  /// Ranks that are taken.
  static let ranks = 1...65_536

  /// Reads the bytes of an `adapter_config.json`.
  ///
  /// - Parameter path: the file's path, for messages.
  /// - Throws: `InterchangeError.configuration`, `.notComputed`.
  package init(json: Data, path: String) throws {
    func failure(_ problem: String) -> InterchangeError { .configuration(path: path, problem: problem) }
    let fields: Fields, settings: [String: JSONValue]
    do {
      fields = try JSONDecoder().decode(Fields.self, from: json)
      settings = try JSONDecoder().decode([String: JSONValue].self, from: json)
    } catch let error as DecodingError {
      throw failure(Self.problem(error))
    }
    guard let keys = JSONKeys(json) else { throw failure("it is no JSON object in UTF-8") }
    for (name, members) in [("it", keys.outer)] + keys.inner.sorted(by: { $0.key < $1.key }) {
      if let key = JSONKeys.repeated(members) { throw failure("\(name) has '\(key)' twice") }
    }
    guard let name = fields.kind else { throw failure("it has no peft_type") }
    guard let kind = Kind(rawValue: name) else {
      let known = Kind.allCases.map(\.rawValue).joined(separator: ", ")
      throw InterchangeError.notComputed(
        path: path, problem: "peft_type is '\(name)'; known are \(known)", advice: InterchangeError.mergeAdvice)
    }
    try Self.checkSettings(settings, order: keys.outer, kind: kind, path: path)
    func size(_ name: String, _ value: Int?) throws -> Int {
      guard let value else { throw failure("\(name) is missing") }
      guard Self.ranks.contains(value) else {
        throw failure("\(name) is \(value), expected \(Self.ranks.lowerBound) to \(Self.ranks.upperBound)")
      }
      return value
    }
    self.init(kind: kind, rank: 0, paths: [])
    if kind.isLowRank { rank = try kind == .adalora ? size("init_r", fields.initialRank) : size("r", fields.rank) }
    if kind.isOfPrompts {
      prompts = Prompts(
        virtualTokens: try size("num_virtual_tokens", fields.virtualTokens), width: fields.tokenWidth ?? 0,
        heads: fields.heads ?? 0, layers: fields.layerCount ?? 0)
    }
    feedForward = fields.feedForward
    try readBiases(fields.bias ?? "none", path: path)
    savedModules = fields.savedModules ?? []
    baseModel = fields.baseModel
    targets = fields.targets ?? .paths([])
    var budget = ModulePattern.Budget()
    do {
      selection = try fields.selection(budget: &budget, failure: failure)
      guard kind == .lora || kind == .adalora else { return }
      try readPatterns(fields, keys, budget: &budget, failure: failure)
    } catch let problem as ModulePattern.Problem {
      throw InterchangeError.notComputed(
        path: path, problem: problem.text, advice: "Name the modules, or write the pattern with what is taken of Python's syntax")
    }
    isRankStabilized = kind == .lora && fields.isRankStabilized ?? false
    isWeightDecomposed = kind == .lora && fields.isWeightDecomposed ?? false
    hasBranchBias = kind == .lora && fields.hasBranchBias ?? false
    if hasBranchBias, isWeightDecomposed { throw failure("lora_bias and use_dora exclude each other") }
    if kind == .adalora, fields.isWeightDecomposed ?? false { throw failure("use_dora is none of ADALORA's") }
  }

  private mutating func readBiases(_ bias: String, path: String) throws {
    switch bias {
    case "none": biases = .none
    case "all": biases = .all
    case "vera_only" where kind == .vera, "lora_only" where kind != .vera: biases = .adapted
    default:
      let adapted = kind == .vera ? "vera_only" : "lora_only"
      throw InterchangeError.configuration(path: path, problem: "bias is '\(bias)', expected none, all or \(adapted)")
    }
  }

  /// Reads alpha and rank, and what single modules have of them.
  private mutating func readPatterns(
    _ fields: Fields, _ keys: JSONKeys, budget: inout ModulePattern.Budget, failure: (String) -> InterchangeError
  ) throws {
    alpha = fields.alpha ?? 8
    let alphas = fields.alphaPattern ?? [:]
    guard alpha.isFinite, alphas.values.allSatisfy(\.isFinite), kind == .lora || alpha > 0 else {
      throw failure("lora_alpha is \(alpha), expected a number above 0")
    }
    // AdaLoRA inherits the setting and does not go by it
    if kind == .lora {
      alphaPattern = try Self.table("alpha_pattern", alphas, keys, budget: &budget)
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
      rankPattern = try Self.table("rank_pattern", ranks, keys, budget: &budget)
    case nil: break
    default: throw failure("rank_pattern is not one of \(kind.rawValue)")
    }
  }

  private static func table<Value>(
    _ name: String, _ values: [String: Value], _ keys: JSONKeys, budget: inout ModulePattern.Budget
  ) throws -> PatternTable<Value> {
    do {
      return try PatternTable(values, order: keys.inner[name] ?? [], budget: &budget)
    } catch let problem as ModulePattern.Problem {
      throw ModulePattern.Problem(text: "\(name) has \(problem.text)")
    }
  }

  private static func problem(_ error: DecodingError) -> String {
    switch error {
    case .typeMismatch(_, let context), .valueNotFound(_, let context), .keyNotFound(_, let context), .dataCorrupted(let context):
      let name = context.codingPath.map(\.stringValue).joined(separator: ".")
      return name.isEmpty ? "it is no JSON object" : "\(name) has the wrong type"
    @unknown default: return "it is no JSON object"
    }
  }
}

extension PEFTConfiguration.Fields {
  /// The rule for the modules that are adapted.
  fileprivate func selection(
    budget: inout ModulePattern.Budget, failure: (String) -> InterchangeError
  ) throws -> ModuleSelection {
    var selection = ModuleSelection(targets: .usual)
    switch targets {
    case nil: break
    case .expression(let text)? where text.lowercased() == "all-linear": selection.targets = .allLinear
    case let targets?: selection.targets = try Self.modules("target_modules", targets, budget: &budget)
    }
    if let excluded, !excluded.isEmpty { selection.excluded = try Self.modules("exclude_modules", excluded, budget: &budget) }
    selection.task = taskType
    for name in (savedModules ?? []) + (taskType.flatMap { ModuleSelection.heads[$0] } ?? []) {
      selection.saved.append(try Self.pattern("modules_to_save", "(^|.*\\.)\(name)($|\\..*)", of: name, budget: &budget))
    }
    selection.layerNames = layerNames?.names.filter { !$0.isEmpty } ?? []
    if let name = selection.layerNames.first(where: { !$0.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber || $0 == "_") } })
    {
      throw ModulePattern.Problem(text: "layers_pattern is '\(name)', of which only letters, digits and _ are taken")
    }
    guard let layers else {
      if !selection.layerNames.isEmpty { throw failure("layers_pattern is set, and layers_to_transform is not") }
      return selection
    }
    if case .expression? = targets {
      // the library's VeRA takes both, and goes by the expression alone
      guard kind == PEFTConfiguration.Kind.vera.rawValue else {
        throw failure("layers_to_transform stands beside a target_modules that is no list")
      }
      return selection
    }
    guard !layers.indices.isEmpty else { return selection }
    if case .names(let names) = selection.targets, names.count >= ModuleSelection.shortenedFrom {
      throw ModulePattern.Problem(
        text: "layers_to_transform stands beside \(names.count) target_modules, of which the library makes fewer in its own way")
    }
    selection.layers = Set(layers.indices)
    return selection
  }

  private static func modules(
    _ setting: String, _ targets: PEFTConfiguration.Targets, budget: inout ModulePattern.Budget
  ) throws -> ModuleSelection.Modules {
    switch targets {
    case .paths(let paths): .names(Set(paths))
    case .expression(let text): .pattern(try pattern(setting, text, of: text, budget: &budget))
    }
  }

  private static func pattern(
    _ setting: String, _ text: String, of written: String, budget: inout ModulePattern.Budget
  ) throws -> ModulePattern {
    do {
      return try ModulePattern(text, budget: &budget)
    } catch let problem as ModulePattern.Problem {
      throw ModulePattern.Problem(text: "\(setting) has the pattern '\(written)': \(problem.text)")
    }
  }
}
