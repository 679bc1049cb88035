// A task of the user's own as JSON: in a run's specification, which is hashed, what the data means; in a plan also where it lies.
import Metrics

extension TaskDefinition {
  /// What the data means, without where it lies: part of a run's identity. Keys that came later are left out at their defaults.
  package var identity: [String: JSONValue] {
    let texts = [columns.first, columns.second].compactMap { $0 }
    var members: [String: JSONValue] = [
      "format": .text(format.rawValue), "header": .flag(hasHeader), "id": .text(id), "label_column": .text(columns.label.text),
      "metrics": Self.array(metrics.map(\.rawValue)), "text_columns": Self.array(texts.map(\.text)),
    ]
    switch target {
    case .classes(let labels): members["labels"] = Self.array(labels)
    case .regression: members["regression"] = .flag(true)
    }
    if !ignoredLabels.isEmpty { members["ignored_labels"] = Self.array(ignoredLabels) }
    if validation.map(\.name) != [Self.onlySet] { members["validation_sets"] = Self.array(validation.map(\.name)) }
    return members
  }

  /// The name of the validation set where a task has only one.
  package static let onlySet = "validation"

  private static func array(_ texts: [String]) -> JSONValue { .array(texts.map { .text($0) }) }
}

extension TaskDefinition: Codable {
  private enum CodingKeys: String, CodingKey {
    case format, header, id, metrics, labels, regression, title, train
    case labelColumn = "label_column"
    case textColumns = "text_columns"
    case ignoredLabels = "ignored_labels"
    case validationSets = "validation_sets"
    case validationFiles = "validation_files"
  }

  /// Reads a definition, or the id of one of the program's own. One without places, as a record has it, is read with empty paths and
  /// its id as the title.
  package init(from decoder: any Decoder) throws {
    if let id = try? decoder.singleValueContainer().decode(String.self) {
      guard let task = GLUETask(rawValue: id) else {
        throw DecodingError.dataCorrupted(.init(codingPath: decoder.codingPath, debugDescription: "'\(id)' is no built-in task"))
      }
      self = task.definition
      return
    }
    let values = try decoder.container(keyedBy: CodingKeys.self)
    func refuse(_ key: CodingKeys, _ reason: String) -> DecodingError {
      .dataCorruptedError(forKey: key, in: values, debugDescription: reason)
    }
    let names = try values.decode([String].self, forKey: .metrics)
    let metrics = names.compactMap(Metric.init)
    guard metrics.count == names.count else { throw refuse(.metrics, "one of \(names) is no metric") }
    guard let format = Format(rawValue: try values.decode(String.self, forKey: .format)) else {
      throw refuse(.format, "is no format of a task's files")
    }
    let hasHeader = try values.decode(Bool.self, forKey: .header)
    func column(_ text: String) -> Column { Column(text, format: format, hasHeader: hasHeader) }
    let texts = try values.decode([String].self, forKey: .textColumns)
    guard let first = texts.first, texts.count <= 2 else { throw refuse(.textColumns, "are not one or two columns") }
    let labels = try values.decodeIfPresent([String].self, forKey: .labels)
    let sets = try values.decodeIfPresent([String].self, forKey: .validationSets) ?? [Self.onlySet]
    let files = try values.decodeIfPresent([String].self, forKey: .validationFiles) ?? sets.map { _ in "" }
    guard files.count == sets.count else { throw refuse(.validationFiles, "are not one for each validation set") }
    let id = try values.decode(String.self, forKey: .id)
    self.init(
      id: id, title: try values.decodeIfPresent(String.self, forKey: .title) ?? id, format: format, hasHeader: hasHeader,
      train: try values.decodeIfPresent(String.self, forKey: .train) ?? "",
      validation: zip(sets, files).map { ValidationFile(name: $0, file: $1) },
      columns: Columns(
        first: column(first), second: texts.dropFirst().first.map(column),
        label: column(try values.decode(String.self, forKey: .labelColumn))),
      target: labels.map(Target.classes) ?? .regression,
      ignoredLabels: try values.decodeIfPresent([String].self, forKey: .ignoredLabels) ?? [], metrics: metrics)
  }

  /// Writes one of the program's own as its id, any other whole.
  package func encode(to encoder: any Encoder) throws {
    if isBuiltIn { return try id.encode(to: encoder) }
    let places: [String: JSONValue] = [
      "title": .text(title), "train": .text(train), "validation_files": Self.array(validation.map(\.file)),
    ]
    try JSONValue.object(identity.merging(places) { first, _ in first }).encode(to: encoder)
  }
}
