// `adapter_config.json` of the peft library (0.21): what an adapter says of itself, and what is written.
import Foundation

/// What an adapter of the peft library says of itself.
package struct PEFTConfiguration: Sendable, Equatable {
  /// The library's `peft_type`.
  package enum Kind: String, Sendable, CaseIterable {
    /// LoRA, rsLoRA and DoRA.
    case lora = "LORA"
    case adalora = "ADALORA"
    case vera = "VERA"
    /// (IA)³.
    case ia3 = "IA3"
    /// Norms of the model that are others.
    case normTuning = "LN_TUNING"
    case promptTuning = "PROMPT_TUNING"
    case prefixTuning = "PREFIX_TUNING"

    /// Whether it puts something before inputs and adapts no module.
    var isOfPrompts: Bool { self == .promptTuning || self == .prefixTuning }
    /// Whether it is LoRA or like it: it has a rank, and may store biases.
    var isLowRank: Bool { self == .lora || self == .adalora || self == .vera }
  }

  /// What an adapter of prompts says of its tensor, which holds the prompts of all layers side by side.
  struct Prompts: Sendable, Equatable {
    /// Rows of the tensor.
    var virtualTokens: Int
    /// The width of an embedding, or of a layer's keys.
    var width: Int
    /// The heads that such a row is cut into.
    var heads: Int
    var layers: Int
  }

  /// Which layers are adapted, as the file has it.
  package enum Targets: Sendable, Equatable {
    /// Modules' paths, or ends of paths.
    case paths([String])
    /// A regular expression over paths, or the library's word for all linear layers.
    case expression(String)
  }

  /// Which biases are stored with the adapter.
  enum Biases: String {
    case none
    case all
    /// Those of the adapted layers.
    case adapted
  }

  package var kind: Kind
  /// The rank; for AdaLoRA the one that it started with; 0 of a kind that has none.
  package var rank: Int
  /// The update is scaled by alpha / rank, or alpha / √rank; VeRA has none.
  package var alpha = 1.0
  /// The rank of single modules.
  var rankPattern = PatternTable<Int>()
  /// The alpha of single modules; AdaLoRA has none.
  var alphaPattern = PatternTable<Double>()
  /// rsLoRA's scaling.
  var isRankStabilized = false
  /// DoRA.
  var isWeightDecomposed = false
  /// Whether B adds a bias of its own.
  var hasBranchBias = false
  var biases = Biases.none
  /// Which of the starting rank's components AdaLoRA kept, by module path.
  var keptComponents: [String: [Bool]] = [:]
  /// Which of the modules (IA)³ scales where they take in.
  var feedForward: Targets?
  /// The sizes of prompts; nil of a kind that adapts modules.
  var prompts: Prompts?
  /// Which modules it adapts.
  package var targets: Targets
  /// The rule that `targets` and other settings make.
  var selection: ModuleSelection
  /// Modules that are trained and stored whole: the head.
  var savedModules: [String] = []
  /// The base model's folder or name.
  package var baseModel: String?

  /// Settings with the library's defaults for all else.
  ///
  /// - Parameter paths: the modules that it adapts.
  package init(kind: Kind, rank: Int, paths: [String]) {
    self.kind = kind
    self.rank = rank
    targets = .paths(paths)
    selection = ModuleSelection(targets: .names(Set(paths)))
    selection.task = ModuleSelection.classification
  }

  /// The bytes of an `adapter_config.json`; equal configurations give equal bytes.
  ///
  /// - Throws: `InterchangeError.notComputed` where it came from a file and says more than what is written here.
  package func json() throws -> Data {
    let isKnown = [ModuleSelection.classification, ModuleSelection.completion].contains(selection.task)
    let hasRule = selection.excluded != nil || selection.layers != nil || !isKnown
    guard rankPattern.isSorted, alphaPattern.isSorted, !hasRule, !hasBranchBias, biases == .none else {
      throw InterchangeError.notComputed(
        path: "the adapter's configuration", problem: "it has patterns, layers or biases that are not written again",
        advice: "Copy the folder that it came from")
    }
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
    return try encoder.encode(Fields(self)) + Data("\n".utf8)
  }

  /// Whether a parameter belongs to a module that is stored whole: the library compares ends of paths, wherever they begin.
  func stores(_ parameter: String) -> Bool {
    let modules = parameter.indices.filter { parameter[$0] == "." }.map { parameter[..<$0] }
    return savedModules.contains { name in modules.contains { $0.hasSuffix(name) } }
  }

  /// The rank of a module's matrices: those components that AdaLoRA kept, or what a pattern says.
  func rank(of path: String) -> Int {
    keptComponents[path].map { $0.filter { $0 }.count } ?? rankPattern.value(for: path) ?? rank
  }

  /// What a module's update is multiplied by; of LoRA's kin, VeRA has no factor.
  func scale(of path: String) -> Float {
    let alpha = alphaPattern.value(for: path) ?? alpha
    switch kind {
    // in single precision, as the library has it
    case .adalora: return Float(alpha) / (Float(rank) + 1e-5)
    case .lora: return Float(alpha / (isRankStabilized ? Double(rank(of: path)).squareRoot() : Double(rank(of: path))))
    case .vera, .ia3, .normTuning, .promptTuning, .prefixTuning: return 1
    }
  }
}
