// Training recipes: the settings that many manifests share, by task and by method, each in one file of the recipes folder.

/// A recipe with everything that it includes.
struct Recipe: Sendable, Equatable {
  let name: String
  /// For every method.
  var settings = TaskSettings()
  /// For one method, its options included, in the order written.
  var methods: [(method: String, settings: TaskSettings)] = []
  /// The files that it was made from, the outermost first.
  var files: [String] = []
  /// The files of settings that searches found, those of included recipes first.
  var tuned: [AppliedTuning] = []

  /// All that the recipe gives for a method's runs on a task.
  func settings(method: String, task: String) -> SettingsLayer {
    methods.filter { $0.method == method }.reduce(settings.settings(for: task)) {
      $0.overridden(by: $1.settings.settings(for: task))
    }
  }

  static func == (first: Recipe, second: Recipe) -> Bool {
    first.name == second.name && first.settings == second.settings && first.files == second.files && first.tuned == second.tuned
      && first.methods.map(\.method) == second.methods.map(\.method)
      && first.methods.map(\.settings) == second.methods.map(\.settings)
  }
}

/// Reads recipes from one folder.
struct RecipeReader {
  let reader: MappingReader
  /// The folder that holds `<name>.yaml`.
  let folder: String
  /// The tasks that per-task settings may name.
  let tasks: [String]
  /// Whether what searches found is put in place of what a recipe says; a search itself looks at none of it.
  var appliesTuned = true

  /// Reads a recipe and what it includes. Nil after a report.
  /// - Parameter position: where the recipe's name stands.
  func recipe(named name: String, at position: SourcePosition, including chain: [String] = []) -> Recipe? {
    // The pattern of names has no slash, so a recipe cannot be outside the folder.
    guard ScalarReading.isIdentifier(name) else {
      reader.problems.report(
        "'\(SourceNode.shortened(name))' is not the name of a recipe: it is a file's name in \(folder), without '.yaml'.",
        at: position)
      return nil
    }
    guard !chain.contains(name) else {
      reader.problems.report(
        "recipes include each other in a circle: \((chain + [name]).joined(separator: " → ")).", at: position)
      return nil
    }
    let known = YAMLFolder.names(in: folder)
    guard known.contains(name) else {
      reader.reportUnknown("recipe '\(name)' is not in \(folder)", name, known, at: position)
      return nil
    }
    let path = folder + "/" + name + ".yaml"
    do {
      guard let root = try SourceNode.load(path: path, problems: reader.problems) else { return nil }
      return read(root, name: name, path: path, chain: chain + [name])
    } catch {
      reader.problems.report("\(error)", at: position)
      return nil
    }
  }

  /// What one file gives.
  private struct Draft {
    var outer: Recipe?
    var own = TaskSettings()
    var methods: [(method: String, settings: TaskSettings)] = []
    var tuned: (tuning: AppliedTuning, methods: [(method: String, settings: TaskSettings)])?
    var text = ""
  }

  /// A line for each key of a recipe.
  static var keyReference: String { RecipeReader(reader: .ofNothing, folder: "", tasks: []).form(including: []).reference }

  private func form(including chain: [String]) -> MappingForm<Draft> {
    MappingForm<Draft>(
      "a recipe",
      [
        .value("title", .text, \.text, "the title for people"),
        .value("source", .text, \.text, "where its values come from"),
        .custom("include", "a recipe that this one changes") { draft, entry, reader in
          draft.outer = reader.text(entry).flatMap { recipe(named: $0, at: entry.value.position, including: chain) }
          return draft.outer != nil
        },
        .custom("defaults", "settings of every run") { draft, entry, reader in
          guard let values = reader.mapping(entry.value, "'defaults'") else { return false }
          draft.own.common = reader.settings(values, of: nil, subject: "'defaults'", skip: [])
          return true
        },
        .custom("tasks", "settings by task") { draft, entry, reader in
          draft.own.byTask = reader.byTask(entry.value, of: nil, subject: "a recipe", tasks: tasks)
          return true
        },
        .custom("methods", "settings and options by method") { draft, entry, reader in
          for item in reader.mapping(entry.value, "'methods' of a recipe") ?? [] {
            guard let method = reader.method(item.key, at: item.keyPosition) else { continue }
            let settings = reader.taskSettings(item.value, of: method, subject: "'\(item.key)'", tasks: tasks)
            draft.methods.append((method.id, settings))
          }
          return true
        },
        .custom(
          "tuned",
          "a search whose winners stand in place of what this recipe says of the same settings: `experiments/tuned/<search>.yaml`, as "
            + "`lowrank tune <search>` writes it"
        ) { draft, entry, reader in
          guard let name = reader.identifier(entry) else { return false }
          guard appliesTuned else { return true }
          draft.tuned = TuningReader(reader: reader, recipes: folder).tuning(named: name)
          return draft.tuned != nil
        },
      ])
  }

  private func read(_ root: SourceNode, name: String, path: String, chain: [String]) -> Recipe? {
    guard let found = reader.read(root, as: form(including: chain), into: Draft()) else { return nil }
    if found.place("include") != nil, found.value.outer == nil { return nil }
    let outer = found.value.outer ?? Recipe(name: name), tuned = found.value.tuned
    return Recipe(
      name: name, settings: outer.settings.overridden(by: found.value.own),
      methods: outer.methods + found.value.methods + (tuned?.methods ?? []),
      files: [path] + (tuned.map { $0.tuning.settings == nil ? [] : [$0.tuning.file] } ?? []) + outer.files,
      tuned: outer.tuned + (tuned.map { [$0.tuning] } ?? []))
  }
}
