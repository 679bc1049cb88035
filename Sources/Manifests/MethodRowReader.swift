// The rows of a table: one method with its options each. A value that is a list where the option wants one value makes
// as many rows as the list is long.
import Settings

/// A row with all that its text gives.
struct RowDraft {
  var row: MethodRow
  let method: MethodSchema
  /// Options of the method and training settings, for all tasks and for single ones.
  let settings: TaskSettings
  /// The settings that its id or label is made from, since they tell it from the method's other rows.
  let namedBy: [String]
  /// What the call gives in place of all else.
  var overrides = TaskSettings()
  /// The label without what a search's grid or lists of values add to it.
  var baseLabel: String?
  /// Where the row stands.
  let position: SourcePosition
}

/// Reads the list of methods into rows.
struct MethodRowReader {
  /// The keys of a row that are neither options nor training settings.
  static let reservedKeys = ["id", "label", "tasks"]
  /// The most rows of one table.
  static let mostRows = 1000

  private struct Draft {
    let method: MethodSchema
    let explicitID: String?
    let explicitLabel: String?
    var settings: TaskSettings
    /// The names whose values came from a list.
    var listed: [String] = []
    let position: SourcePosition
    /// Whether every option of it could be read.
    var isWhole = true
  }

  let reader: MappingReader
  /// The tasks that per-task settings may name.
  let tasks: [String]
  /// What is searched; nil where the rows are those of a table.
  var grid: GridDraft?

  /// The rows of a `methods` entry; nil, after a report, where it is no list.
  func rows(_ entry: SourceEntry) -> [RowDraft]? {
    guard case .sequence(let items) = entry.value.content else {
      reader.problems.report(
        "'methods' must be a list, each item a method with its options as in '- lora: {rank: 8}', but is \(entry.value.kind).",
        at: entry.value.position)
      return nil
    }
    if items.isEmpty { reader.problems.report("'methods' is an empty list.", at: entry.value.position) }
    var drafts: [Draft] = []
    for item in items {
      drafts += grid.map { searched(read(item), after: drafts, $0) } ?? read(item)
      if drafts.count > Self.mostRows {
        reader.problems.report("the table has more than \(Self.mostRows) rows.", at: item.position)
        return nil
      }
    }
    return named(drafts)
  }

  /// A draft for each candidate of a search.
  private func searched(_ rows: [Draft], after others: [Draft], _ grid: GridDraft) -> [Draft] {
    guard let row = rows.first else { return [] }
    guard rows.count == 1, !others.contains(where: { $0.method.id == row.method.id }) else {
      reader.problems.report(
        "a search finds one winner for each method, but '\(row.method.id)' has several rows: keep one.", at: row.position)
      return []
    }
    let given = row.settings.common.names + row.settings.byTask.flatMap(\.settings.names)
    guard let settings = GridReader(reader: reader).values(grid, for: row.method, given: given) else { return [] }
    return settings.reduce([row]) { drafts, setting in
      drafts.flatMap { draft in
        setting.values.map { value in
          var draft = draft
          draft.settings.common.set(setting.schema, to: value, at: setting.position)
          draft.listed.append(setting.schema.name)
          return draft
        }
      }
    }
  }

  private func read(_ item: SourceNode) -> [Draft] {
    switch item.content {
    case .scalar(let name, _):
      return reader.method(name, at: item.position).map { method in
        [
          Draft(
            method: method, explicitID: nil, explicitLabel: nil, settings: TaskSettings(), position: item.position)
        ]
      } ?? []
    case .mapping(let entries):
      guard entries.count == 1, let entry = entries.first else {
        reader.problems.report(
          "an item of 'methods' must have one key, the method, as in '- lora: {rank: 8}', but has \(entries.count).",
          at: item.position)
        return []
      }
      guard let method = reader.method(entry.key, at: entry.keyPosition) else { return [] }
      if entry.value.isEmptyScalar {
        return [
          Draft(
            method: method, explicitID: nil, explicitLabel: nil, settings: TaskSettings(), position: entry.keyPosition)
        ]
      }
      return read(entry, method)
    case .sequence:
      reader.problems.report("an item of 'methods' must be a method, but is a list.", at: item.position)
      return []
    }
  }

  private func read(_ row: SourceEntry, _ method: MethodSchema) -> [Draft] {
    guard let entries = reader.mapping(row.value, "'\(row.key)'") else { return [] }
    func entry(_ key: String) -> SourceEntry? { entries.first { $0.key == key } }
    let byTask = entry("tasks").map { reader.byTask($0.value, of: method, subject: "'\(row.key)'", tasks: tasks) } ?? []
    var drafts = [
      Draft(
        method: method, explicitID: entry("id").flatMap { reader.identifier($0) },
        explicitLabel: entry("label").flatMap { reader.text($0) }, settings: TaskSettings(byTask: byTask),
        position: row.keyPosition)
    ]
    for entry in entries where !Self.reservedKeys.contains(entry.key) {
      guard
        let schema = reader.schema(of: entry, method: method, subject: "'\(row.key)'", skip: Self.reservedKeys)
      else {
        for index in drafts.indices { drafts[index].isWhole = false }
        continue
      }
      if let draft = drafts.first { reader.reportExcluded(schema, entry, draft.settings.common) }
      guard let values = values(entry, schema) else {
        for index in drafts.indices { drafts[index].isWhole = false }
        continue
      }
      guard drafts.count * values.items.count <= Self.mostRows else {
        reader.problems.report("the lists of this row make more than \(Self.mostRows) rows.", at: entry.keyPosition)
        return []
      }
      drafts = drafts.flatMap { draft in
        values.items.map { value in
          var draft = draft
          draft.settings.common.set(schema, to: value, at: entry.keyPosition)
          if values.isListed { draft.listed.append(schema.name) }
          return draft
        }
      }
    }
    return drafts
  }

  /// One value, or the values of a list where the option wants a single value. Nil after a report.
  private func values(_ entry: SourceEntry, _ schema: OptionSchema) -> (items: [OptionValue], isListed: Bool)? {
    if let value = schema.type.value(of: entry.value) { return ([value], false) }
    guard case .sequence(let items) = entry.value.content, !items.isEmpty else {
      reader.report(entry.key, schema.type, found: entry.value)
      return nil
    }
    if schema.type.isList {
      // A list of lists makes rows; a list of scalars is one value that does not fit.
      let areLists = items.allSatisfy { if case .sequence = $0.content { true } else { false } }
      guard areLists else {
        reader.report(entry.key, schema.type, found: entry.value)
        return nil
      }
    }
    var values: [OptionValue] = []
    var isComplete = true
    for item in items {
      guard let value = schema.type.value(of: item) else {
        reader.report(entry.key, schema.type, found: item)
        isComplete = false
        continue
      }
      if values.contains(value) {
        reader.problems.report("\(value.readable) stands twice in '\(entry.key)'.", at: item.position)
        isComplete = false
      }
      values.append(value)
    }
    return isComplete ? (values, true) : nil
  }

  /// Gives each draft its id and label.
  private func named(_ drafts: [Draft]) -> [RowDraft] {
    var rows: [RowDraft] = []
    var ids: Set<String> = []
    var variedNames: [String: [String]] = [:]
    for draft in drafts {
      let varied = variedNames[draft.method.id] ?? Self.varied(drafts.filter { $0.method.id == draft.method.id })
      variedNames[draft.method.id] = varied
      let idNames = draft.explicitID == nil ? varied : draft.listed
      let labelNames = draft.explicitLabel == nil ? varied : draft.listed
      let id = idNames.reduce(draft.explicitID ?? draft.method.id) { id, name in
        guard let value = draft.settings.common[name] else { return id }
        return id + "-" + name.replacing("_", with: "-") + "-" + Self.identifierPart(value.readable)
      }
      let label = labelNames.reduce(draft.explicitLabel ?? draft.method.label) { label, name in
        guard let value = draft.settings.common[name] else { return label }
        return label + ", " + name.replacing("_", with: " ") + " " + value.readable
      }
      // an option that was refused might have told it from the other
      if draft.isWhole, !ids.insert(id).inserted {
        reader.problems.report(
          "two rows would have the id '\(id)': make an option differ, or give this one an 'id'.", at: draft.position)
      }
      let row = MethodRow(id: id, label: label, method: draft.method.id, methodAliases: draft.method.aliases)
      rows.append(
        RowDraft(
          row: row, method: draft.method, settings: draft.settings, namedBy: idNames + labelNames,
          baseLabel: draft.explicitLabel ?? draft.method.label, position: draft.position))
    }
    return rows
  }

  /// The names in which the rows of one method differ, options before training settings.
  private static func varied(_ siblings: [Draft]) -> [String] {
    guard let first = siblings.first else { return [] }
    return (first.method.options + TrainingSettings.schemas).map(\.name).filter { name in
      siblings.contains { $0.settings.common[name] != first.settings.common[name] }
    }
  }

  /// A value as part of a row's id, which is also a folder's name: what may not be in one becomes `_`.
  private static func identifierPart(_ text: String) -> String {
    String(
      text.prefix(60).map { character in
        character.isASCII && (character.isLetter || character.isNumber || "+-._".contains(character)) ? character : "_"
      })
  }
}
