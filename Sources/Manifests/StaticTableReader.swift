// Reads the tables without scores of `published.yaml`, and finds the experiments that stand beside them.
import Foundation
import Settings

/// Reads the section `statics` of the file of published figures.
struct StaticTableReader {
  let reader: MappingReader
  let papers: [PublishedPaper]

  /// A table; nil after a report.
  func table(_ entry: SourceEntry) -> StaticTable? {
    guard let id = reader.checkedIdentifier(entry.key, "statics", at: entry.keyPosition) else { return nil }
    let blank = StaticTable(id: id, paper: PublishedPaper(id: "", title: ""), position: entry.keyPosition)
    return reader.read(entry.value, as: form, into: blank, at: entry.keyPosition)?.value
  }

  private var form: MappingForm<StaticTable> {
    MappingForm(
      "a table without scores",
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
        .identifier("experiment", \.experiment, required: true, "the manifest whose plan stands beside it"),
        .custom("rows", required: true, "its rows") { table, entry, _ in
          rows(entry).map { table.rows = $0 } != nil
        },
      ])
  }

  private func rows(_ entry: SourceEntry) -> [StaticTable.Row]? {
    guard case .sequence(let items) = entry.value.content else {
      reader.problems.report("'rows' must be a list of rows, but is \(entry.value.kind).", at: entry.value.position)
      return nil
    }
    if items.isEmpty { reader.problems.report("'rows' is an empty list.", at: entry.value.position) }
    return items.compactMap { item in
      guard let row = reader.read(item, as: rowForm, into: StaticTable.Row(position: item.position))?.value else { return nil }
      if row.quantity.isOfARow != (row.row != nil) {
        reader.problems.report(
          row.row == nil
            ? "'row' is missing: parameters and settings are those of one of the experiment's rows."
            : "'row' has no meaning here: this is the task's, whatever the row.", at: item.position)
      }
      return row
    }
  }

  private var rowForm: MappingForm<StaticTable.Row> {
    MappingForm(
      "a row without scores",
      [
        .custom("of", required: true, "what it is of, as in 'of: learning_rate'") { row, entry, reader in
          guard let name = reader.text(entry) else { return false }
          let settings = TrainingSettings.schemas.map(\.name) + reader.methods.methods.flatMap { $0.options.map(\.name) }
          let known = StaticTable.Quantity.names + settings
          guard known.contains(name) else {
            reader.reportUnknown(
              "'\(SourceNode.shortened(name))' is no quantity, training setting or method's option", name,
              StaticTable.Quantity.names, suggestions: known, at: entry.value.position)
            return false
          }
          row.quantity = StaticTable.Quantity(name)
          return true
        },
        .custom("row", "the experiment's row that it is of") { row, entry, reader in
          guard let name = reader.text(entry) else { return false }
          row.row = name
          return true
        },
        .custom("printed", required: true, "what the paper prints, by task or once for all") { row, entry, reader in
          guard case .mapping(let entries) = entry.value.content else {
            row.common = text(entry)
            return row.common != nil
          }
          let printed = entries.map { (task: $0.key, text: text($0)) }
          row.printed = printed.compactMap { item in item.text.map { StaticTable.Printed(task: item.task, text: $0) } }
          return !printed.isEmpty && row.printed.count == printed.count
        },
      ])
  }

  /// A value as it is printed, number or not.
  private func text(_ entry: SourceEntry) -> String? {
    if case .scalar(let text, _) = entry.value.content, !text.isEmpty { return text }
    reader.problems.report("'\(entry.key)' must be what is printed, but is \(entry.value.kind).", at: entry.value.position)
    return nil
  }
}

extension ExperimentFolder {
  /// The tables without scores that the file of published figures has, in its order; none where there is no such file.
  ///
  /// - Throws: `ManifestError` where the file cannot be used.
  package func staticTables(methods: MethodCatalog) throws(ManifestError) -> [StaticTable] {
    let file = FilePath.joined(path, PublishedTable.fileName)
    guard FileManager.default.fileExists(atPath: file) else { return [] }
    let reader = MappingReader(methods: methods, problems: ProblemCollector(mainFile: file))
    let tables = try PublishedReader(reader: reader, manifest: file).statics(path: file)
    try reader.problems.throwIfAny()
    return tables
  }

  /// A table without scores by its id, and the experiment under the paper profile that stands beside it.
  ///
  /// - Throws: `ManifestError` where there is no such table, its experiment cannot be used, or it names a row or a task that the
  ///   experiment has not.
  package func staticTable(
    named id: String, methods: MethodCatalog
  ) throws(ManifestError) -> (table: StaticTable, experiment: Experiment) {
    let tables = try staticTables(methods: methods)
    guard let table = tables.first(where: { $0.id == id }) else {
      let known = tables.map(\.id)
      throw .invalid([
        Problem(
          at: nil,
          "'\(SourceNode.shortened(id))' is no table without scores in \(PublishedTable.fileName)."
            + Suggestion.sentence(for: id, among: known) + Suggestion.list("known", known))
      ])
    }
    return (table, try experiment(beside: table, methods: methods))
  }

  /// The experiment that stands beside a table.
  func experiment(beside table: StaticTable, methods: MethodCatalog) throws(ManifestError) -> Experiment {
    let experiment = try manifest(named: table.experiment, profile: .paper, methods: methods).experiment(.paper)
    let problems = table.problems(against: experiment)
    guard problems.isEmpty else { throw .invalid(problems) }
    return experiment
  }
}
