// Reads a manifest's `tune`: the settings that are searched with their values, for all methods or for each its own.
import Settings

/// The settings of a search with their values, as far as they can be told before the rows are known.
struct GridDraft {
  /// The values of one setting for one method, or for all that have no list of their own.
  struct List {
    /// The method's id; nil: all others.
    let method: String?
    /// What should be a list of values.
    let node: SourceNode
    /// Where it stands.
    let position: SourcePosition
  }

  /// One setting.
  struct Setting {
    let entry: SourceEntry
    let lists: [List]

    /// The values for a method.
    func list(for method: String) -> List? { lists.first { $0.method == method } ?? lists.first { $0.method == nil } }
  }

  var settings: [Setting] = []
  /// Where the search stands.
  let position: SourcePosition
}

/// Reads searches.
struct GridReader {
  /// The keys of `tune` that are no settings.
  static let reservedKeys = ["seeds", "tasks"]
  /// What stands for the methods that have no list of their own.
  private static let others = "default"
  /// The most candidates of one method.
  private static let mostCandidates = 1000

  let reader: MappingReader

  /// Where the keys of a search stand.
  static let keyPlace =
    "`tune` of a manifest, which is a search then: `lowrank tune <id>` trains every candidate and writes the best of each method to "
    + "`experiments/tuned/<id>.yaml`. It has one profile, and no `seeds` and `tasks` beside these."

  /// A line for each key.
  static let keyReference =
    "- `seeds` (required): the seeds that candidates are tried on, none of which a table that uses what is found may report.\n"
    + "- `tasks` (required): the tasks that candidates are judged on, by validation scores.\n"
    + "- any numeric setting of training or option of every method, such as `learning_rate`: a list of values, or lists by method, as "
    + "`{default: [1e-3, 3e-3], fft: [1e-4, 3e-4]}`. Several keys make the product of their values. Each method has as many candidates.\n"

  /// The settings of a search; nil, after a report, where there is none that can be used.
  /// - Parameter entries: those of `tune`.
  func draft(_ entries: [SourceEntry], at position: SourcePosition) -> GridDraft? {
    var draft = GridDraft(position: position)
    for entry in entries where !Self.reservedKeys.contains(entry.key) {
      let schemas = [TrainingSettings.schema(named: entry.key)] + reader.methods.methods.map { $0.option(named: entry.key) }
      guard let schema = schemas.compactMap(\.self).first else {
        let settings = TrainingSettings.schemas.map(\.name)
        reader.reportUnknown(
          "'\(SourceNode.shortened(entry.key))' is neither a training setting nor an option of a method", entry.key,
          Self.reservedKeys + settings, label: "keys", at: entry.keyPosition)
        continue
      }
      guard schema.type.isNumeric else {
        reader.problems.report(
          "'\(entry.key)' is no number: a search is over numeric settings and options.", at: entry.keyPosition)
        continue
      }
      if let setting = setting(entry) { draft.settings.append(setting) }
    }
    if draft.settings.isEmpty, entries.allSatisfy({ Self.reservedKeys.contains($0.key) }) {
      reader.problems.report(
        "'tune' names no setting to search: give one with its values, as in 'learning_rate: [1e-4, 3e-4, 1e-3, 3e-3]'.",
        at: position)
    }
    return draft.settings.isEmpty ? nil : draft
  }

  private func setting(_ entry: SourceEntry) -> GridDraft.Setting? {
    guard case .mapping(let entries) = entry.value.content else {
      return .init(entry: entry, lists: [.init(method: nil, node: entry.value, position: entry.value.position)])
    }
    let lists = entries.compactMap { own -> GridDraft.List? in
      if own.key == Self.others { return .init(method: nil, node: own.value, position: own.value.position) }
      return reader.method(own.key, at: own.keyPosition).map { .init(method: $0.id, node: own.value, position: own.keyPosition) }
    }
    return lists.isEmpty ? nil : .init(entry: entry, lists: lists)
  }

  // MARK: Candidates

  /// The values of every setting for one method; nil, after a report, where one cannot be read or the row gives it.
  /// - Parameter given: the settings that the method's row gives itself, for all tasks or one.
  func values(
    _ draft: GridDraft, for method: MethodSchema, given: [String]
  ) -> [(schema: OptionSchema, values: [OptionValue], position: SourcePosition)]? {
    var result: [(schema: OptionSchema, values: [OptionValue], position: SourcePosition)] = []
    var count = 1
    for setting in draft.settings {
      let name = setting.entry.key
      guard !given.contains(name) else {
        reader.problems.report(
          "'\(name)' of \(method.id) is what the search is to find, and its row gives it: take it out of the row.",
          at: setting.entry.keyPosition)
        return nil
      }
      guard let schema = reader.schema(of: setting.entry, method: method, subject: "'tune'", skip: []) else { return nil }
      guard let list = setting.list(for: method.id) else {
        reader.problems.report(
          "'\(name)' has no values for \(method.id): give it a list, or '\(Self.others)' one for all that have none.",
          at: setting.entry.keyPosition)
        return nil
      }
      guard let values = values(list, schema) else { return nil }
      count *= values.count
      guard count <= Self.mostCandidates else {
        reader.problems.report("\(method.id) has more than \(Self.mostCandidates) candidates.", at: list.position)
        return nil
      }
      result.append((schema, values, list.position))
    }
    return result
  }

  private func values(_ list: GridDraft.List, _ schema: OptionSchema) -> [OptionValue]? {
    guard case .sequence(let items) = list.node.content, items.count > 1 else {
      let found = if case .sequence = list.node.content { "a list of fewer" } else { list.node.kind }
      reader.problems.report(
        "'\(schema.name)' of a search must be a list of two values or more, but is \(found).", at: list.node.position)
      return nil
    }
    var values: [OptionValue] = []
    var isWhole = true
    for item in items {
      guard let value = schema.type.value(of: item) else {
        reader.report(schema.name, schema.type, found: item)
        isWhole = false
        continue
      }
      if values.contains(value) {
        reader.problems.report("\(value.readable) stands twice in '\(schema.name)'.", at: item.position)
        isWhole = false
      }
      values.append(value)
    }
    return isWhole ? values : nil
  }

  /// The search that rows make up; nil, after a report, where they have not all as many candidates.
  /// - Parameter rows: one for each candidate, those of a method one after the other.
  func search(_ draft: GridDraft, _ rows: [RowDraft]) -> GridSearch? {
    let settings = draft.settings.map(\.entry.key)
    var methods: [GridSearch.Method] = []
    for row in rows where !methods.contains(where: { $0.id == row.method.id }) {
      let own = rows.filter { $0.method.id == row.method.id }
      methods.append(
        .init(
          id: row.method.id, label: row.baseLabel ?? row.row.label,
          candidates: own.map { row in .init(row: row.row.id, values: settings.compactMap { row.settings.common[$0] }) }))
    }
    for list in draft.settings.flatMap(\.lists) {
      guard let method = list.method, !methods.contains(where: { $0.id == method }) else { continue }
      reader.problems.report("no row of this search has the method '\(method)'.", at: list.position)
    }
    let counts = methods.map(\.candidates.count)
    // the number that most rows have is the one that is meant
    guard
      let meant = counts.max(by: { one, other in
        (counts.count { $0 == one }, -one) < (counts.count { $0 == other }, -other)
      })
    else { return nil }
    let unlike = methods.filter { $0.candidates.count != meant }
    for method in unlike {
      let own = draft.settings.lazy.flatMap(\.lists).first { $0.method == method.id }
      reader.problems.report(
        "\(method.id) has \(method.candidates.count) candidates and other rows \(meant): rows are compared on equal terms, so give each as "
          + "many.", at: own?.position ?? draft.position)
    }
    return unlike.isEmpty ? GridSearch(settings: settings, methods: methods) : nil
  }
}
