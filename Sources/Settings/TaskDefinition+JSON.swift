// A task of the user's own as JSON: in a run's specification, which is hashed, what the data means; in a plan also where it lies.
import Metrics

extension TaskDefinition {
  /// What the data means, without where it lies: part of a run's identity. Keys that came later are left out at their defaults.
  package var identity: [String: JSONValue] {
    var members: [String: JSONValue] = [
      "format": .text(format.rawValue), "header": .flag(hasHeader), "id": .text(id),
      "metrics": Self.array(metrics.map(\.rawValue)),
    ]
    if let columns {
      members["label_column"] = .text(columns.label.text)
      members["text_columns"] = Self.array([columns.first, columns.second].compactMap { $0?.text })
    }
    switch target {
    case .classes(let labels): members["labels"] = Self.array(labels)
    case .regression: members["regression"] = .flag(true)
    case .text(let completion):
      members["prompt"] = .text(completion.prompt.text)
      members["references"] = Self.array(completion.references)
      if completion.targets != completion.references { members["target"] = Self.array(completion.targets) }
      if !completion.rewrites.isEmpty { members["rewrite"] = .object(completion.rewrites.mapValues { .text($0.rawValue) }) }
    }
    if !ignoredLabels.isEmpty { members["ignored_labels"] = Self.array(ignoredLabels) }
    if validation.map(\.name) != [Self.onlySet] { members["validation_sets"] = Self.array(validation.map(\.name)) }
    // of the program's own, the program knows
    if !isBuiltIn, let heldOut { members["test_sets"] = Self.array(heldOut.files.map(\.name)) }
    return members
  }

  /// The name of the validation set where a task has only one.
  package static let onlySet = "validation"

  private static func array(_ texts: [String]) -> JSONValue { .array(texts.map { .text($0) }) }
}

extension TaskDefinition: Codable {
  private enum CodingKeys: String, CodingKey {
    case format, header, id, metrics, labels, regression, prompt, references, target, rewrite, title, train
    case labelColumn = "label_column"
    case textColumns = "text_columns"
    case ignoredLabels = "ignored_labels"
    case validationSets = "validation_sets"
    case validationFiles = "validation_files"
    case testSets = "test_sets"
    case testFiles = "test_files"
  }

  /// Reads a definition, or the id of one of the program's own. One without places, as a record has it, is read with empty paths and
  /// its id as the title, or as the program's own where it says the same.
  package init(from decoder: any Decoder) throws {
    if let id = try? decoder.singleValueContainer().decode(String.self) {
      guard let task = Self.builtIn(id) else {
        throw DecodingError.dataCorrupted(.init(codingPath: decoder.codingPath, debugDescription: "'\(id)' is no built-in task"))
      }
      self = task
      return
    }
    let values = try decoder.container(keyedBy: CodingKeys.self)
    let names = try values.decode([String].self, forKey: .metrics)
    let metrics = names.compactMap(Metric.init)
    guard metrics.count == names.count else { throw Self.refusal(.metrics, "one of \(names) is no metric", values) }
    guard let format = Format(rawValue: try values.decode(String.self, forKey: .format)) else {
      throw Self.refusal(.format, "is no format of a task's files", values)
    }
    let hasHeader = try values.decode(Bool.self, forKey: .header)
    let sets = try values.decodeIfPresent([String].self, forKey: .validationSets) ?? [Self.onlySet]
    let files = try values.decodeIfPresent([String].self, forKey: .validationFiles)
    guard files?.count ?? sets.count == sets.count else {
      throw Self.refusal(.validationFiles, "are not one for each validation set", values)
    }
    let testSets = try values.decodeIfPresent([String].self, forKey: .testSets)
    let testFiles = try values.decodeIfPresent([String].self, forKey: .testFiles)
    guard testFiles?.count ?? testSets?.count == testSets?.count else {
      throw Self.refusal(.testFiles, "are not one for each test set", values)
    }
    let id = try values.decode(String.self, forKey: .id)
    let target = try Self.target(values)
    var columns: Columns?
    if values.contains(.textColumns) || values.contains(.labelColumn) {
      columns = try Self.columns(values) { Column($0, format: format, hasHeader: hasHeader) }
    }
    self.init(
      id: id, title: try values.decodeIfPresent(String.self, forKey: .title) ?? id, format: format, hasHeader: hasHeader,
      train: try values.decodeIfPresent(String.self, forKey: .train) ?? "",
      validation: zip(sets, files ?? sets.map { _ in "" }).map { ValidationFile(name: $0, file: $1) },
      heldOut: testSets.map { sets in
        HeldOut(files: zip(sets, testFiles ?? sets.map { _ in "" }).map { ValidationFile(name: $0, file: $1) })
      }, columns: columns,
      target: target, ignoredLabels: try values.decodeIfPresent([String].self, forKey: .ignoredLabels) ?? [], metrics: metrics)
    if files == nil, let own = Self.builtIn(id), own.identity == identity { self = own }
  }

  private static func target(_ values: KeyedDecodingContainer<CodingKeys>) throws -> Target {
    if let labels = try values.decodeIfPresent([String].self, forKey: .labels) { return .classes(labels) }
    guard let prompt = try values.decodeIfPresent(String.self, forKey: .prompt) else { return .regression }
    let names = try values.decodeIfPresent([String: String].self, forKey: .rewrite) ?? [:]
    let rewrites = names.compactMapValues(Rewriting.init)
    guard rewrites.count == names.count else { throw refusal(.rewrite, "has one that is not known", values) }
    return .text(
      Completion(
        prompt: PromptTemplate(prompt), references: try values.decode([String].self, forKey: .references),
        targets: try values.decodeIfPresent([String].self, forKey: .target), rewrites: rewrites))
  }

  private static func columns(
    _ values: KeyedDecodingContainer<CodingKeys>, _ column: (String) -> Column
  ) throws -> Columns {
    let texts = try values.decode([String].self, forKey: .textColumns)
    guard let first = texts.first, texts.count <= 2 else { throw refusal(.textColumns, "are not one or two columns", values) }
    return Columns(
      first: column(first), second: texts.dropFirst().first.map(column),
      label: column(try values.decode(String.self, forKey: .labelColumn)))
  }

  private static func refusal(
    _ key: CodingKeys, _ reason: String, _ values: KeyedDecodingContainer<CodingKeys>
  ) -> DecodingError {
    .dataCorruptedError(forKey: key, in: values, debugDescription: reason)
  }

  /// Writes one of the program's own as its id, any other whole.
  package func encode(to encoder: any Encoder) throws {
    if self == Self.builtIn(id) { return try id.encode(to: encoder) }
    var places: [String: JSONValue] = [
      "title": .text(title), "train": .text(train), "validation_files": Self.array(validation.map(\.file)),
    ]
    if let heldOut { places["test_files"] = Self.array(heldOut.files.map(\.file)) }
    try JSONValue.object(identity.merging(places) { first, _ in first }).encode(to: encoder)
  }
}
