// Reads `published.yaml`: every table's form is checked, and the methods and options of the table that a manifest names.
import Foundation
import Metrics
import Settings

/// Finds the table that a report names.
struct PublishedReader {
  private static let fileKeys = ["papers", "metrics", "tasks", "tables", "statics"]

  let reader: MappingReader
  /// The manifest that names the table.
  let manifest: String
  /// The project's folder of manifests, where the manifest may lie elsewhere.
  var project: String?

  /// The table with an id; nil after a report.
  /// - Parameter position: where the manifest names it.
  func table(named name: String, at position: SourcePosition) -> PublishedTable? {
    let path = ManifestReader.place(PublishedTable.fileName, near: FilePath.folder(of: manifest), project: project)
    guard FileManager.default.fileExists(atPath: path) else {
      reader.problems.report(
        "'published' names the table '\(name)', but there is no \(PublishedTable.fileName) in the manifest's folder "
          + "or the one above it.", at: position)
      return nil
    }
    let root: SourceNode?
    do {
      root = try SourceNode.load(path: path, problems: reader.problems)
    } catch {
      reader.problems.report("\(error)", at: position)
      return nil
    }
    guard let root, let entries = entries(of: root) else { return nil }
    func members(_ key: String) -> [SourceEntry] { self.members(key, of: entries) }
    let papers = members("papers").compactMap { paper($0) }
    let tables = members("tables")
    guard tables.contains(where: { $0.key == name }) else {
      reader.reportUnknown("the published table '\(name)' is not known", name, tables.map(\.key), at: position)
      return nil
    }
    let rows = PublishedRowReader(
      reader: reader,
      tasks: TaskDefinition.builtIn.map(\.id) + members("tasks").map(\.key).filter { TaskDefinition.builtIn($0) == nil },
      metrics: Metric.scoring.map(\.rawValue) + members("metrics").map(\.key).filter { Metric(rawValue: $0) == nil })
    return tables.compactMap { table($0, papers, rows, isNamed: $0.key == name) }.first { $0.id == name }
  }

  /// The papers of a file, in its order; problems are reported.
  func papers(path: String) throws(ManifestError) -> [PublishedPaper] {
    let root = try SourceNode.load(path: path, problems: reader.problems)
    return root.flatMap { entries(of: $0) }.map { members("papers", of: $0).compactMap { paper($0) } } ?? []
  }

  /// The tables without scores of a file, in its order; problems are reported.
  func statics(path: String) throws(ManifestError) -> [StaticTable] {
    guard let root = try SourceNode.load(path: path, problems: reader.problems), let entries = entries(of: root) else { return [] }
    let statics = StaticTableReader(reader: reader, papers: members("papers", of: entries).compactMap { paper($0) })
    return members("statics", of: entries).compactMap(statics.table)
  }

  private func entries(of root: SourceNode) -> [SourceEntry]? {
    reader.entries(of: root, "a file of published figures", keys: Self.fileKeys)
  }

  private func members(_ key: String, of entries: [SourceEntry]) -> [SourceEntry] {
    entries.first { $0.key == key }.flatMap { reader.mapping($0.value, "'\(key)'") } ?? []
  }

  private func paper(_ entry: SourceEntry) -> PublishedPaper? {
    guard let id = reader.checkedIdentifier(entry.key, "papers", at: entry.keyPosition) else { return nil }
    let form = MappingForm<PublishedPaper>(
      "a paper",
      [
        .value("title", .text, \.title, required: true, "the paper's title"),
        .value("arxiv", .text, \.arxiv, "its number at arXiv"),
        .value("venue", .text, \.venue, "where it appeared"),
        .value("seeds", .integer(1...1000), \.seeds, "the seeds behind a figure"),
        .value("statistic", .text, \.statistic, "how it sums seeds up"),
      ])
    return reader.read(entry.value, as: form, into: PublishedPaper(id: id, title: ""), at: entry.keyPosition)?.value
  }

  private func table(
    _ entry: SourceEntry, _ papers: [PublishedPaper], _ rowReader: PublishedRowReader, isNamed: Bool
  ) -> PublishedTable? {
    guard let id = reader.checkedIdentifier(entry.key, "tables", at: entry.keyPosition) else { return nil }
    let form = MappingForm<PublishedTable>(
      "a published table",
      [
        .custom("paper", required: true, "the id of one of 'papers'") { table, entry, reader in
          guard let name = reader.text(entry) else { return false }
          if let paper = papers.first(where: { $0.id == name }) {
            table.paper = paper
            return true
          }
          reader.reportUnknown("paper '\(name)' is not one of 'papers'", name, papers.map(\.id), at: entry.value.position)
          return false
        },
        .value("number", .integer(1...1000), \.number, required: true, "its number in the paper"),
        .value("title", .text, \.title, required: true, "what it shows"),
        .value("model", .text, \.model, required: true, "the model that it is about"),
        .value("protocol_stated", .flag, \.isProtocolStated, "whether the paper says how its scores are computed"),
        .custom("rows", required: true, "its rows") { table, entry, _ in
          rowReader.rows(entry, isTyped: isNamed).map { table.rows = $0 } != nil
        },
      ])
    let blank = PublishedTable(id: id, paper: PublishedPaper(id: "", title: ""), number: 0, title: "", model: "", rows: [])
    return reader.read(entry.value, as: form, into: blank, at: entry.keyPosition)?.value
  }
}

/// Reads the rows of a published table.
struct PublishedRowReader {
  /// Correlations may be negative.
  private static let score = OptionType.number(-100...100)

  let reader: MappingReader
  let tasks: [String]
  let metrics: [String]

  /// The rows; nil, after a report, where there is no list of them.
  /// - Parameter isTyped: whether methods and options must be known.
  func rows(_ entry: SourceEntry, isTyped: Bool) -> [PublishedRow]? {
    guard case .sequence(let items) = entry.value.content else {
      reader.problems.report("'rows' must be a list, but is \(entry.value.kind).", at: entry.value.position)
      return nil
    }
    var rows: [PublishedRow] = []
    for item in items {
      guard let row = reader.read(item, as: form(isTyped: isTyped), into: PublishedRow())?.value else { continue }
      if isTyped, rows.contains(where: { $0.method == row.method && $0.options == row.options && $0.row == row.row }) {
        reader.problems.report(
          "this row and one above it are of the same method and options: give 'options' or 'row' to tell them apart.",
          at: item.position)
      }
      if row.countedAs != nil, row.parameters == nil {
        reader.problems.report("'counted_as' says what 'parameters' is, which this row has not.", at: item.position)
      }
      rows.append(row)
    }
    return rows
  }

  private func form(isTyped: Bool) -> MappingForm<PublishedRow> {
    MappingForm(
      "a published row",
      [
        .custom("method", required: true, "the method's id") { row, entry, reader in
          guard let name = reader.identifier(entry) else { return false }
          let method = isTyped ? reader.method(name, at: entry.value.position) : reader.methods.method(named: name)
          (row.method, row.methodLabel) = (method?.id ?? name, method?.label ?? name)
          return true
        },
        .custom("options", "the options that tell it from other rows of its method") { row, entry, reader in
          guard isTyped, let method = reader.methods.method(named: row.method) else { return true }
          row.options = MethodOptions(options(entry, of: method))
          return true
        },
        .identifier("row", \.row, "the only row of a manifest that it belongs to"),
        .value("setting", .text, \.setting, "what the paper calls it"),
        .value("parameters", .number(0...1e15), \.parameters, "trainable parameters"),
        .identifier("counted_as", \.countedAs, "the recorded number that 'parameters' is, where that is not what is trained"),
        .custom("measures", "numbers of the method's own") { row, entry, reader in
          for entry in reader.mapping(entry.value, "'measures'") ?? [] {
            guard let name = reader.checkedIdentifier(entry.key, "measures", at: entry.keyPosition) else { continue }
            row.measures[name] = reader.value(entry, .number(-1e15...1e15))?.number
          }
          return true
        },
        .value("quoted", .flag, \.isQuoted, "whether the paper copied it"),
        .value("average", Self.score, \.average, "the printed average"),
        .custom("scores", required: true, "its scores") { row, entry, _ in
          row.scores = scores(entry)
          return true
        },
      ])
  }

  private func options(_ entry: SourceEntry, of method: MethodSchema) -> [(String, OptionValue)] {
    (reader.entries(of: entry.value, "'options' of \(method.id)", keys: method.options.map(\.name)) ?? []).compactMap { entry in
      guard let schema = method.option(named: entry.key), let value = reader.value(entry, schema.type) else { return nil }
      return (entry.key, value)
    }
  }

  private func scores(_ entry: SourceEntry) -> [PublishedScore] {
    (reader.mapping(entry.value, "'scores'") ?? []).flatMap { task -> [PublishedScore] in
      guard reader.isTask(task, of: tasks) else { return [] }
      return (reader.mapping(task.value, "'\(task.key)'") ?? []).compactMap { score($0, task: task.key) }
    }
  }

  private func score(_ entry: SourceEntry, task: String) -> PublishedScore? {
    let parts = entry.key.split(separator: ".", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
    guard metrics.contains(parts[0]) else {
      reader.reportUnknown(
        "metric '\(SourceNode.shortened(parts[0]))' is not known", parts[0], metrics, at: entry.keyPosition)
      return nil
    }
    let split = parts.count > 1 ? parts[1] : nil
    if split == "" {
      reader.problems.report("'\(SourceNode.shortened(entry.key))' names no validation set after its '.'.", at: entry.keyPosition)
      return nil
    }
    if case .sequence = entry.value.content {
      guard let numbers = reader.value(entry, .numbers(count: 2, -100...100))?.numbers else { return nil }
      guard numbers[1] >= 0 else {
        reader.problems.report("a standard deviation is not below zero.", at: entry.value.position)
        return nil
      }
      return PublishedScore(task: task, metric: parts[0], split: split, value: numbers[0], deviation: numbers[1])
    }
    return reader.value(entry, Self.score)?.number.map {
      PublishedScore(task: task, metric: parts[0], split: split, value: $0, deviation: nil)
    }
  }
}
