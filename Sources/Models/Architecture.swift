// The kinds of model that this program builds. A new one is its file, and one line here.
import Foundation

/// A kind of model, known by its `model_type` on the Hugging Face hub.
package struct Architecture: Sendable, Hashable, CaseIterable, CustomStringConvertible {
  /// The registry: every architecture, in the order of messages.
  package static let allCases: [Architecture] = [.bert, .roberta, .deberta, .llama]

  let definition: any ArchitectureDefinition.Type
  /// What is its own among the encoders; nil where it is none.
  let encoder: (any EncoderArchitecture.Type)?

  /// An encoder, whose configuration is an `EncoderConfiguration`.
  init(_ encoder: any EncoderArchitecture.Type) {
    definition = encoder
    self.encoder = encoder
  }

  /// A model whose configuration and body are its own.
  init(_ definition: any ArchitectureDefinition.Type) {
    self.definition = definition
    encoder = nil
  }

  /// `model_type` in `config.json`.
  package var modelType: String { definition.modelType }
  /// The path of the head's last layer, whose outputs are the classes.
  package var outputPath: String { definition.names.output }
  package var description: String { modelType }

  /// The modules that the `peft` library adapts where nothing is said, by the ends of their paths; empty where it has none.
  package func usualModules(for use: ModuleUse) -> [String] { definition.usualModules(for: use) }

  package static func == (first: Architecture, second: Architecture) -> Bool { first.modelType == second.modelType }

  package func hash(into hasher: inout Hasher) { hasher.combine(modelType) }
}

/// What there is to say of one architecture: its configuration, its tensors' names, its usual places for adapters.
protocol ArchitectureDefinition: Sendable {
  /// `model_type` in `config.json`.
  static var modelType: String { get }
  /// What its tensors are called on the hub.
  static var names: TensorNames { get }
  /// Reads a `config.json` of this architecture.
  ///
  /// - Parameter path: the file's path, for messages.
  /// - Throws: `DecodingError`, and `ModelError.configuration` with everything that is wrong.
  static func configuration(json: Data, path: String) throws -> any ModelConfiguration
  /// The modules that the `peft` library adapts where nothing is said, by the ends of their paths; empty where it has none.
  static func usualModules(for use: ModuleUse) -> [String]
}

/// What modules are adapted for: the `peft` library has a list of usual ones for each.
package enum ModuleUse: Sendable {
  /// Branches of low rank.
  case lowRank
  /// AdaLoRA's, whose ranks are allocated.
  case rankAllocation
  /// (IA)³'s factors.
  case scaling
  /// Norms that learn.
  case norms
}

/// The names of an architecture's tensors, as far as a checkpoint is told by them.
struct TensorNames: Sendable {
  /// The first part of the backbone's.
  var prefix: String
  /// The path of the head's last layer.
  var output: String
  /// How the names begin of which a body that was saved alone lacks the prefix.
  var bodyParts: [String]
  /// A tensor that every body has, without the prefix.
  var anchor: String
  /// The table of words, without the prefix.
  var wordTable: String
  /// Under which names a file may hold that table once for the body and for a head that predicts words.
  var wordHeads: [String]
  /// Whether it does where `config.json` says nothing of it.
  var tiesWords = true
  /// What published checkpoints hold within the body and the model has no use for, without the prefix: whole names, beginnings that
  /// end with a dot, or ends that begin with one.
  var useless: [String] = []
  /// Where the head that names hidden words is; nil where there is none.
  var maskedWords: MaskedWordNames?

  /// Whether a tensor is one of those that published checkpoints hold and the model has no use for.
  func isUseless(_ name: String) -> Bool {
    guard name.hasPrefix("\(prefix).") else { return false }
    let rest = name.dropFirst(prefix.count + 1)
    return useless.contains { part in
      part.hasSuffix(".") ? rest.hasPrefix(part) : part.hasPrefix(".") ? rest.hasSuffix(part) : rest == part
    }
  }
}
