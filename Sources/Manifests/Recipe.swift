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

  /// All that the recipe gives for a method's runs on a task.
  func settings(method: String, task: String) -> SettingsLayer {
    methods.filter { $0.method == method }.reduce(settings.settings(for: task)) {
      $0.overridden(by: $1.settings.settings(for: task))
    }
  }

  static func == (first: Recipe, second: Recipe) -> Bool {
    first.name == second.name && first.settings == second.settings && first.files == second.files
      && first.methods.map(\.method) == second.methods.map(\.method)
      && first.methods.map(\.settings) == second.methods.map(\.settings)
  }
}

/// Reads recipes from one folder.
struct RecipeReader {
  private static let keys = ["title", "source", "include", "defaults", "tasks", "methods"]

  let reader: MappingReader
  /// The folder that holds `<name>.yaml`.
  let folder: String
  /// The tasks that per-task settings may name.
  let tasks: [String]

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

  private func read(_ root: SourceNode, name: String, path: String, chain: [String]) -> Recipe? {
    guard let entries = reader.entries(of: root, "a recipe", keys: Self.keys) else { return nil }
    func entry(_ key: String) -> SourceEntry? { entries.first { $0.key == key } }
    for entry in entries where entry.key == "title" || entry.key == "source" { _ = reader.text(entry) }

    var outer = Recipe(name: name)
    if let include = entry("include"), let text = reader.text(include) {
      guard let included = recipe(named: text, at: include.value.position, including: chain) else { return nil }
      outer = included
    }
    var own = TaskSettings()
    if let defaults = entry("defaults"), let values = reader.mapping(defaults.value, "'defaults'") {
      own.common = reader.settings(values, of: nil, subject: "'defaults'", skip: [])
    }
    if let byTask = entry("tasks") {
      own.byTask = reader.byTask(byTask.value, of: nil, subject: "a recipe", tasks: tasks)
    }
    var methods = outer.methods
    for item in entry("methods").flatMap({ reader.mapping($0.value, "'methods' of a recipe") }) ?? [] {
      guard let method = reader.vocabulary.methods.method(named: item.key) else {
        reader.reportUnknown(
          "method '\(SourceNode.shortened(item.key))' is not known", item.key,
          reader.vocabulary.methods.methods.map(\.id), suggestions: reader.vocabulary.methods.names,
          at: item.keyPosition)
        continue
      }
      let settings = reader.taskSettings(item.value, of: method, subject: "'\(item.key)'", tasks: tasks)
      methods.append((method.id, settings))
    }
    return Recipe(
      name: name, settings: outer.settings.overridden(by: own), methods: methods, files: [path] + outer.files)
  }
}
