// How the names in a checkpoint relate to the model's. Older files have other names, a body may have been saved alone or within something
// else, and beside it there may be a head of another kind.

/// What stands under a stored name.
enum CheckpointPart: Equatable {
  /// A part of the model, under the model's own name.
  case model(String)
  /// Something beside it, which it does not need.
  case foreign
  /// What would change the model's body, were it known how.
  case unexpected
}

/// The names of one checkpoint.
struct CheckpointNames {
  /// What stands before every name of the body and of the head that was saved with it, with its last dot.
  let wrapper: String
  /// Where there is more than one body, what stands before each.
  let bodies: [String]
  private let names: TensorNames
  private let hasPrefix: Bool
  /// How the names begin of the architectures that have the same parts, its own first.
  private let kinPrefixes: [String]

  /// What PyTorch puts between the parts of a name: DataParallel, torch.compile, FSDP and activation checkpoints.
  private static let wrappers: Set<Substring> = [
    "module", "_orig_mod", "_fsdp_wrapped_module", "_checkpoint_wrapped_module", "_forward_module",
  ]
  /// Parts of names that adapters and prompts have.
  private static let additions = ["adapter", "lora_", "vera_", "prompt", "prefix_", "ia3", "base_layer", "modules_to_save"]

  init(_ architecture: Architecture, among stored: [String]) {
    names = architecture.definition.names
    let prefix = "\(names.prefix).", anchor = names.anchor
    let others = Architecture.allCases.filter { $0 != architecture && $0.definition.names.anchor == anchor }
      .map { "\($0.definition.names.prefix)." }
    kinPrefixes = [prefix] + others
    // where each body begins, its own prefix included
    let starts = stored.map(Self.unwrapped).filter { $0 == anchor || $0.hasSuffix(".\(anchor)") }
      .map { String($0.dropLast(anchor.count)) }
      .filter { start in !others.contains { start == $0 || start.hasSuffix(".\($0)") } }
    bodies = starts.count > 1 ? starts.map { $0.isEmpty ? "no prefix" : "'\($0.dropLast())'" } : []
    let start = starts.first ?? (stored.contains { $0.hasPrefix(prefix) } ? prefix : "")
    hasPrefix = start == prefix || start.hasSuffix(".\(prefix)")
    wrapper = hasPrefix ? String(start.dropLast(prefix.count)) : start
  }

  /// What a stored tensor is.
  func part(_ stored: String) -> CheckpointPart {
    var name = Self.unwrapped(stored)
    guard name.hasPrefix(wrapper) else { return Self.isAddition(name) ? .unexpected : .foreign }
    name.removeFirst(wrapper.count)
    for (old, new) in [("LayerNorm.gamma", "LayerNorm.weight"), ("LayerNorm.beta", "LayerNorm.bias")]
    where name.hasSuffix(old) {
      name = name.dropLast(old.count) + new
    }
    let lacksPrefix = !hasPrefix && names.bodyParts.contains { name.hasPrefix($0) }
    return .model(lacksPrefix ? "\(names.prefix).\(name)" : name)
  }

  /// What a tensor is that the model did not ask for.
  func unused(_ name: String) -> CheckpointPart {
    if names.isUseless(name) { return .foreign }
    return kinPrefixes.contains(where: name.hasPrefix) || Self.isAddition(name) ? .unexpected : .foreign
  }

  private static func unwrapped(_ name: String) -> String {
    let parts = name.split(separator: ".", omittingEmptySubsequences: false)
    return parts.contains(where: wrappers.contains) ? parts.filter { !wrappers.contains($0) }.joined(separator: ".") : name
  }

  private static func isAddition(_ name: String) -> Bool {
    name.split(separator: ".").contains { part in additions.contains { part.hasPrefix($0) } }
  }
}
