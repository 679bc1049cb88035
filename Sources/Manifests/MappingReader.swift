// Reads the parts of a mapping by the type each key must have, and reports what does not fit.
import Settings

/// What every reader of a manifest needs: the methods that may be named, and where problems go.
struct MappingReader {
  let methods: MethodCatalog
  let problems: ProblemCollector

  /// The entries of a mapping whose keys must all be known. Nil, after a report, where it is no mapping.
  func entries(of node: SourceNode, _ subject: String, keys known: [String]) -> [SourceEntry]? {
    guard let entries = mapping(node, subject) else { return nil }
    return entries.filter { entry in
      if known.contains(entry.key) { return true }
      reportUnknown(
        "'\(SourceNode.shortened(entry.key))' is not a key of \(subject)", entry.key, known, at: entry.keyPosition)
      return false
    }
  }

  /// The entries of a mapping with any keys. Nil, after a report, where it is no mapping.
  func mapping(_ node: SourceNode, _ subject: String) -> [SourceEntry]? {
    guard case .mapping(let entries) = node.content else {
      problems.report("\(subject) must be a mapping of keys to values, but is \(node.kind).", at: node.position)
      return nil
    }
    return entries
  }

  /// `… . Did you mean 'x'? (known: …)`.
  func reportUnknown(
    _ statement: String, _ name: String, _ known: [String], label: String = "known", suggestions: [String]? = nil,
    at position: SourcePosition
  ) {
    let sentence = Suggestion.sentence(for: name, among: suggestions ?? known)
    problems.report(statement + "." + sentence + Suggestion.list(label, known), at: position)
  }

  /// A value of a type, or nil after a report.
  func value(_ entry: SourceEntry, _ type: OptionType) -> OptionValue? {
    if let value = type.value(of: entry.value) { return value }
    report(entry.key, type, found: entry.value)
    return nil
  }

  /// `'key' must be …, but is …`, with a hint where the text nearly is what was wanted.
  func report(_ key: String, _ type: OptionType, found node: SourceNode) {
    var message = "'\(key)' must be \(type.expectation), but is \(node.kind)."
    if case .scalar(let text, let isQuoted) = node.content {
      switch type {
      case .choice(let names): message += Suggestion.sentence(for: text, among: names)
      case .flag where ["yes", "on", "True", "TRUE"].contains(text): message += " Write true."
      case .flag where ["no", "off", "False", "FALSE"].contains(text): message += " Write false."
      case .integer, .number, .numberAbove:
        if isQuoted, ScalarReading.number(text) != nil { message += " Leave the quotes out." }
      default: break
      }
    } else if case .sequence(let items) = node.content, case .names(let names, let patterns) = type {
      for case .scalar(let text, _) in items.map(\.content) where !names.contains(text) && !(patterns && text.contains("*")) {
        message += " '\(SourceNode.shortened(text))' is none of them." + Suggestion.sentence(for: text, among: names)
        break
      }
    }
    problems.report(message, at: node.position)
  }

  /// A text that is not empty, or nil after a report.
  func text(_ entry: SourceEntry) -> String? { value(entry, .text)?.text }

  /// A text that may be part of a file's name, or nil after a report.
  func identifier(_ entry: SourceEntry) -> String? {
    guard let text = text(entry) else { return nil }
    return checkedIdentifier(text, entry.key, at: entry.value.position)
  }

  /// The text, where it may be part of a file's name; nil, after a report, where it may not.
  func checkedIdentifier(_ text: String, _ key: String, at position: SourcePosition) -> String? {
    if ScalarReading.isIdentifier(text) { return text }
    problems.report(
      "'\(key)' must be lower-case letters, digits, '-', '_' and '.', starting with a letter or digit, but is "
        + "'\(SourceNode.shortened(text))'.", at: position)
    return nil
  }

  /// The scalars of a list that may not be empty, or nil after a report. A single value is refused: lists always.
  func list(_ entry: SourceEntry) -> [(text: String, position: SourcePosition)]? {
    guard case .sequence(let items) = entry.value.content else {
      var example = ""
      if case .scalar(let text, _) = entry.value.content, !text.isEmpty {
        example = " Write [\(SourceNode.shortened(text))]."
      }
      problems.report("'\(entry.key)' must be a list, but is \(entry.value.kind)." + example, at: entry.value.position)
      return nil
    }
    if items.isEmpty { problems.report("'\(entry.key)' is an empty list.", at: entry.value.position) }
    var result: [(text: String, position: SourcePosition)] = []
    var seen: Set<String> = []
    for item in items {
      guard case .scalar(let text, _) = item.content, !text.isEmpty else {
        problems.report("'\(entry.key)' must be a list of single values, but holds \(item.kind).", at: item.position)
        continue
      }
      if seen.insert(text).inserted {
        result.append((text, item.position))
      } else {
        problems.report("'\(SourceNode.shortened(text))' stands twice in '\(entry.key)'.", at: item.position)
      }
    }
    return result
  }

  /// A list of texts, or nil after a report.
  func texts(_ entry: SourceEntry) -> [String]? { list(entry)?.map(\.text) }

  /// A method by its id or alias, or nil after a report.
  func method(_ name: String, at position: SourcePosition) -> MethodSchema? {
    if let method = methods.method(named: name) { return method }
    reportUnknown(
      "method '\(SourceNode.shortened(name))' is not known", name, methods.methods.map(\.id), suggestions: methods.names,
      at: position)
    return nil
  }

  /// A task's id, or false after a report.
  func isTask(_ entry: SourceEntry, of known: [String]) -> Bool {
    if known.contains(entry.key) { return true }
    reportUnknown("task '\(SourceNode.shortened(entry.key))' is not known", entry.key, known, at: entry.keyPosition)
    return false
  }

  /// Training settings, and the options of a method where one is given, each a single value.
  /// - Parameter skip: keys that the caller reads itself.
  func settings(_ entries: [SourceEntry], of method: MethodSchema?, subject: String, skip: [String]) -> SettingsLayer {
    var settings = SettingsLayer()
    for entry in entries where !skip.contains(entry.key) {
      guard let schema = schema(of: entry, method: method, subject: subject, skip: skip) else { continue }
      reportExcluded(schema, entry, settings)
      if let value = value(entry, schema.type) { settings.set(schema, to: value, at: entry.keyPosition) }
    }
    return settings
  }

  /// Common settings and those under `tasks:`.
  func taskSettings(_ node: SourceNode, of method: MethodSchema?, subject: String, tasks: [String]) -> TaskSettings {
    guard let entries = mapping(node, subject) else { return TaskSettings() }
    var result = TaskSettings()
    result.common = settings(entries, of: method, subject: subject, skip: ["tasks"])
    for entry in entries where entry.key == "tasks" {
      result.byTask = byTask(entry.value, of: method, subject: subject, tasks: tasks)
    }
    return result
  }

  /// A mapping of tasks to settings.
  func byTask(
    _ node: SourceNode, of method: MethodSchema?, subject: String, tasks: [String]
  ) -> [(task: String, settings: SettingsLayer)] {
    (mapping(node, "'tasks' of \(subject)") ?? []).compactMap { entry in
      guard isTask(entry, of: tasks), let entries = mapping(entry.value, "'\(entry.key)'") else { return nil }
      return (entry.key, settings(entries, of: method, subject: subject, skip: []))
    }
  }

  /// The schema of a key, or nil after a report.
  func schema(of entry: SourceEntry, method: MethodSchema?, subject: String, skip: [String]) -> OptionSchema? {
    if let schema = method?.option(named: entry.key) ?? TrainingSettings.schema(named: entry.key) { return schema }
    let settings = TrainingSettings.schemas.map(\.name)
    let shown = "'\(SourceNode.shortened(entry.key))'"
    if let method {
      let options = method.options.map(\.name)
      // everything that could stand here
      let lists = [("options", options), ("keys", skip), ("settings", settings)].filter { !$0.1.isEmpty }
      problems.report(
        "\(shown) is not an option of \(method.id)." + Suggestion.sentence(for: entry.key, among: options + skip + settings)
          + " (\(lists.map { "\($0.0): \($0.1.joined(separator: ", "))" }.joined(separator: "; ")))", at: entry.keyPosition)
    } else {
      reportUnknown(
        "\(shown) is not a training setting", entry.key, settings, suggestions: settings + skip, at: entry.keyPosition)
    }
    return nil
  }

  /// Reports where two settings that replace each other stand in one mapping.
  func reportExcluded(_ schema: OptionSchema, _ entry: SourceEntry, _ settings: SettingsLayer) {
    for other in schema.excludes where settings[other] != nil {
      problems.report("'\(schema.name)' and '\(other)' cannot be given together; keep one.", at: entry.keyPosition)
    }
  }
}
