// Which modules an adapter changes: `target_modules`, `exclude_modules`, `modules_to_save`, `layers_to_transform`, `layers_pattern`.
// As `check_target_module_exists` of the library decides it.

/// The library's rule for the modules that an adapter changes.
struct ModuleSelection: Sendable, Equatable {
  /// Modules, in one of the ways that the library knows.
  enum Modules: Sendable, Equatable {
    /// Modules' paths, or ends of paths from a dot on.
    case names(Set<String>)
    /// All whose whole path matches.
    case pattern(ModulePattern)
    /// All linear layers.
    case allLinear
    /// Those that the library adapts in models of this family when nothing is said.
    case usual

    fileprivate func contain(_ path: String) -> Bool {
      switch self {
      case .names(let names): names.contains(path) || ModuleSelection.ends(of: path).contains(where: names.contains)
      case .pattern(let pattern): pattern.matches(path)
      case .allLinear, .usual: false
      }
    }
  }

  var targets: Modules
  var excluded: Modules?
  /// Patterns of the modules that are stored whole, which are never adapted.
  var saved: [ModulePattern] = []
  /// The blocks' indices; nil for all. Modules that are named by their whole paths are adapted in any block.
  var layers: Set<Int>?
  /// What stands before the blocks' indices in paths; empty for anything.
  var layerNames: [String] = []
  /// The library's `task_type`.
  var task: String?

  init(targets: Modules) { self.targets = targets }

  /// From how many names on the library shortens their list, which can make whole paths into ends.
  static let shortenedFrom = 20
  /// What each `task_type` stores whole, whatever the settings say.
  static let heads = [classification: ["classifier", "score"], completion: [], "FEATURE_EXTRACTION": []]
  /// The `task_type` of models that classify sequences.
  static let classification = "SEQ_CLS"
  /// The `task_type` of models that tell the next token.
  static let completion = "CAUSAL_LM"

  /// Whether a module is adapted; `allLinear` and `usual` must have been replaced by names.
  func adapts(_ path: String) -> Bool {
    if let excluded, excluded.contain(path) { return false }
    if saved.contains(where: { $0.begins(path) }) { return false }
    guard targets.contain(path) else { return false }
    guard case .names(let names) = targets, !names.contains(path), let layers else { return true }
    return layer(of: path).map(layers.contains) ?? false
  }

  /// The block that a path lies in.
  private func layer(of path: String) -> Int? {
    let parts = path.split(separator: ".", omittingEmptySubsequences: false)
    // an index is never a path's last part
    let places = parts.indices.dropLast().filter { $0 > 0 && parts[$0].allSatisfy { ("0"..."9").contains($0) } }
    guard !layerNames.isEmpty else { return places.first { $0 > 1 }.flatMap { Int(parts[$0]) } }
    for name in layerNames {
      if let place = places.first(where: { parts[$0 - 1] == name }) { return Int(parts[place]) }
    }
    return nil
  }

  /// `b.c` and `c` of `a.b.c`.
  private static func ends(of path: String) -> [String] {
    path.indices.filter { path[$0] == "." }.map { String(path[path.index(after: $0)...]) }
  }
}
