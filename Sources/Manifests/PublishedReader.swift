// Reads `published.yaml`: every table's form is checked, and the methods and options of the table that a manifest names.
import Foundation
import Settings

/// Finds the table that a report names.
struct PublishedReader {
  private static let fileKeys = ["papers", "metrics", "tasks", "tables"]
  private static let paperKeys = ["title", "arxiv", "venue", "seeds", "statistic"]
  private static let tableKeys = ["paper", "number", "title", "model", "rows"]
  private static let rowKeys = ["method", "options", "row", "setting", "parameters", "measures", "quoted", "average", "scores"]
  /// Correlations may be negative.
  private static let score = OptionType.number(-100...100)

  let reader: MappingReader
  /// The manifest that names the table.
  let manifest: String

  /// The table with an id; nil after a report.
  /// - Parameter position: where the manifest names it.
  func table(named name: String, at position: SourcePosition) -> PublishedTable? {
    let folder = FilePath.folder(of: manifest)
    let above = folder == "." ? ".." : FilePath.folder(of: folder)
    let paths = [folder, above].map { FilePath.joined($0, PublishedTable.fileName) }
    guard let path = paths.first(where: { FileManager.default.fileExists(atPath: $0) }) else {
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
      reader: reader, keys: Self.rowKeys, score: Self.score, tasks: reader.vocabulary.tasks + members("tasks").map(\.key),
      metrics: reader.vocabulary.metrics + members("metrics").map(\.key))
    return tables.compactMap { table($0, papers, rows, isNamed: $0.key == name) }.first { $0.id == name }
  }

  /// The papers of a file, in its order; problems are reported.
  func papers(path: String) throws(ManifestError) -> [PublishedPaper] {
    let root = try SourceNode.load(path: path, problems: reader.problems)
    return root.flatMap { entries(of: $0) }.map { members("papers", of: $0).compactMap { paper($0) } } ?? []
  }

  private func entries(of root: SourceNode) -> [SourceEntry]? {
    reader.entries(of: root, "a file of published figures", keys: Self.fileKeys)
  }

  private func members(_ key: String, of entries: [SourceEntry]) -> [SourceEntry] {
    entries.first { $0.key == key }.flatMap { reader.mapping($0.value, "'\(key)'") } ?? []
  }

  private func paper(_ entry: SourceEntry) -> PublishedPaper? {
    guard let id = reader.checkedIdentifier(entry.key, "papers", at: entry.keyPosition),
      let entries = reader.entries(of: entry.value, "a paper", keys: Self.paperKeys)
    else { return nil }
    func text(_ key: String) -> String? { entries.first { $0.key == key }.flatMap { reader.text($0) } }
    guard let title = text("title") else {
      if !entries.contains(where: { $0.key == "title" }) { reader.problems.report("'title' is missing.", at: entry.keyPosition) }
      return nil
    }
    let seeds = entries.first { $0.key == "seeds" }.flatMap { reader.value($0, .integer(1...1000))?.integer }
    return PublishedPaper(
      id: id, title: title, arxiv: text("arxiv"), venue: text("venue"), seeds: seeds, statistic: text("statistic"))
  }

  private func table(
    _ entry: SourceEntry, _ papers: [PublishedPaper], _ rowReader: PublishedRowReader, isNamed: Bool
  ) -> PublishedTable? {
    guard let id = reader.checkedIdentifier(entry.key, "tables", at: entry.keyPosition),
      let entries = reader.entries(of: entry.value, "a published table", keys: Self.tableKeys)
    else { return nil }
    for key in Self.tableKeys where !entries.contains(where: { $0.key == key }) {
      reader.problems.report("'\(key)' is missing.", at: entry.keyPosition)
    }
    var paper: PublishedPaper?
    var number: Int?
    var texts: [String: String] = [:]
    var rows: [PublishedRow]?
    for entry in entries {
      switch entry.key {
      case "paper":
        guard let name = reader.text(entry) else { continue }
        paper = papers.first { $0.id == name }
        if paper == nil {
          reader.reportUnknown("paper '\(name)' is not one of 'papers'", name, papers.map(\.id), at: entry.value.position)
        }
      case "number": number = reader.value(entry, .integer(1...1000))?.integer
      case "rows": rows = rowReader.rows(entry, isTyped: isNamed)
      default: texts[entry.key] = reader.text(entry)
      }
    }
    guard let paper, let number, let title = texts["title"], let model = texts["model"], let rows else { return nil }
    return PublishedTable(id: id, paper: paper, number: number, title: title, model: model, rows: rows)
  }
}

/// Reads the rows of a published table.
struct PublishedRowReader {
  let reader: MappingReader
  let keys: [String]
  let score: OptionType
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
      guard let row = row(item, isTyped: isTyped) else { continue }
      if isTyped, rows.contains(where: { $0.method == row.method && $0.options == row.options && $0.row == row.row }) {
        reader.problems.report(
          "this row and one above it are of the same method and options: give 'options' or 'row' to tell them apart.",
          at: item.position)
      }
      rows.append(row)
    }
    return rows
  }

  private func row(_ item: SourceNode, isTyped: Bool) -> PublishedRow? {
    guard let entries = reader.entries(of: item, "a published row", keys: keys) else { return nil }
    func entry(_ key: String) -> SourceEntry? { entries.first { $0.key == key } }
    for key in ["method", "scores"] where entry(key) == nil {
      reader.problems.report("'\(key)' is missing.", at: item.position)
    }
    guard let methodEntry = entry("method"), let name = reader.identifier(methodEntry) else { return nil }
    let schema = reader.vocabulary.methods.method(named: name)
    if isTyped, schema == nil {
      reader.reportUnknown(
        "method '\(SourceNode.shortened(name))' is not known", name, reader.vocabulary.methods.methods.map(\.id),
        suggestions: reader.vocabulary.methods.names, at: methodEntry.value.position)
    }
    let options = isTyped ? schema.flatMap { method in entry("options").map { self.options($0, of: method) } } : nil
    return PublishedRow(
      method: schema?.id ?? name, options: MethodOptions(options ?? []), row: entry("row").flatMap { reader.identifier($0) },
      setting: entry("setting").flatMap { reader.text($0) },
      parameters: entry("parameters").flatMap { reader.value($0, .number(0...1e15))?.number },
      measures: entry("measures").map { measures($0) } ?? [],
      isQuoted: entry("quoted").flatMap { reader.value($0, .flag)?.flag } ?? false,
      scores: entry("scores").map { scores($0) } ?? [],
      average: entry("average").flatMap { reader.value($0, score)?.number })
  }

  private func options(_ entry: SourceEntry, of method: MethodSchema) -> [(String, OptionValue)] {
    (reader.entries(of: entry.value, "'options' of \(method.id)", keys: method.options.map(\.name)) ?? []).compactMap { entry in
      guard let schema = method.option(named: entry.key), let value = reader.value(entry, schema.type) else { return nil }
      return (entry.key, value)
    }
  }

  private func measures(_ entry: SourceEntry) -> [(name: String, value: Double)] {
    (reader.mapping(entry.value, "'measures'") ?? []).compactMap { entry in
      guard let name = reader.checkedIdentifier(entry.key, "measures", at: entry.keyPosition) else { return nil }
      return reader.value(entry, .number(-1e15...1e15))?.number.map { (name, $0) }
    }
  }

  private func scores(_ entry: SourceEntry) -> [PublishedScore] {
    (reader.mapping(entry.value, "'scores'") ?? []).flatMap { task -> [PublishedScore] in
      guard tasks.contains(task.key) else {
        reader.reportUnknown(
          "task '\(SourceNode.shortened(task.key))' is not known", task.key, tasks, at: task.keyPosition)
        return []
      }
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
    return reader.value(entry, score)?.number.map {
      PublishedScore(task: task, metric: parts[0], split: split, value: $0, deviation: nil)
    }
  }
}
