// A table in Markdown, with what a reader must know below it.

/// Writes tables as Markdown.
package enum MarkdownTable {
  /// The most incomplete cells that are listed one by one.
  private static let mostProblems = 100

  /// The table with its title above and its protocol, marks, differences and sources below. Equal tables are equal bytes.
  package static func render(_ table: TableModel) -> String {
    var title = "# \(MarkdownText.plain(table.experiment)): \(MarkdownText.plain(table.title))\n\n"
    if table.profile == .pocket {
      title +=
        "**Pocket profile**: a small model and generated tasks. "
        + "Compare rows with each other, never with the paper's figures.\n\n"
    }
    return title + body(table) + sources(table).map { "- \($0)\n" }.joined() + incomplete(table)
  }

  /// The table as a part of a longer text: without a heading, its sources folded away.
  static func section(_ table: TableModel) -> String {
    let profile = table.profile.rawValue + " profile" + (table.profile == .pocket ? ": compare rows with each other only" : "")
    let title = "**\(MarkdownText.plain(table.experiment))**: \(MarkdownText.plain(table.title)) (\(profile))\n\n"
    let sources = "<details><summary>Sources</summary>\n\n" + sources(table).map { "- \($0)\n" }.joined() + "\n</details>\n"
    return title + body(table) + sources + incomplete(table)
  }

  private static func body(_ table: TableModel) -> String {
    (table.description.isEmpty ? "" : MarkdownText.paragraph(table.description) + "\n\n")
      + markup(DisplayTable(table)) + "\n" + MarkdownText.lines(table.notes.map(note)) + "\n" + differences(table)
      + variance(table) + preregistered(table)
  }

  private static func preregistered(_ table: TableModel) -> String {
    table.preregistered.isEmpty ? "" : "**\(TableModel.preregistrationTitle)**: \(MarkdownText.plain(table.preregistered))\n\n"
  }

  /// A table as Markdown has it.
  static func markup(_ table: DisplayTable) -> String {
    MarkdownText.table(
      table.header.map(MarkdownText.plain),
      table.rows.map { row in row.map { marked(MarkdownText.plain($0.text), $0.rank) + MarkdownText.plain($0.suffix) } })
  }

  private static func marked(_ text: String, _ rank: Rank?) -> String {
    switch rank {
    case .best: "**\(text)**"
    // Forges let `ins` through, and not all of them `u`.
    case .second: "<ins>\(text)</ins>"
    case nil: text
    }
  }

  private static func note(_ note: TableNote) -> String {
    switch note {
    case .text(let text): MarkdownText.paragraph(text)
    case .ranks(let hasSecond, let condition):
      "**Bold**: the best of its column\(hasSecond ? "; <ins>underlined</ins>: the second" : "")\(condition)."
    case .warning(let text): "**Warning**: \(MarkdownText.plain(text))"
    }
  }

  private static func differences(_ table: TableModel) -> String {
    guard let differences = table.shownDifferences else { return "" }
    return "**\(MarkdownText.plain(differences.title))**\n\n" + markup(table.display(differences)) + "\n"
      + MarkdownText.lines(differences.notes(labels: table.labels).map(MarkdownText.paragraph)) + "\n"
  }

  private static func variance(_ table: TableModel) -> String {
    guard let variance = table.shownVariance else { return "" }
    return "**\(variance.title)**\n\n" + markup(DisplayTable(variance)) + "\n"
      + MarkdownText.lines(variance.notes.map(MarkdownText.paragraph)) + "\n"
  }

  private static func sources(_ table: TableModel) -> [String] {
    let provenance = table.provenance
    func list(_ items: [String]) -> String { items.isEmpty ? "none yet" : items.joined(separator: ", ") }
    let models = provenance.models.map {
      "\(MarkdownText.plain($0.name)) \(MarkdownText.short($0.digest)) (tokenizer \(MarkdownText.short($0.tokenizer)))"
    }
    let data = provenance.data.map { task in
      MarkdownText.plain(task.task) + " " + task.digests.map(MarkdownText.short).joined(separator: " and ")
    }
    let programs = provenance.programs.map { program in
      let state = [program.commit.map(MarkdownText.short), program.isModified ? "modified" : nil].compactMap { $0 }
      return "lowrank " + MarkdownText.plain(program.version) + (state.isEmpty ? "" : " (\(state.joined(separator: ", ")))")
    }
    let searches = provenance.tunings.map { TableProvenance.phrase($0, digest: MarkdownText.short) }.joined(separator: "; ")
    let lines = [
      "profile \(table.profile.rawValue), recipe \(MarkdownText.plain(provenance.recipe))"
        + (provenance.manifest.map { ", manifest \(MarkdownText.short($0))" } ?? ""),
      "model: " + list(models),
      "data: " + list(data),
      "program: " + list(programs) + ", numerics " + list(provenance.numericsVersions.map(String.init)),
      searches.isEmpty ? nil : "settings: search " + MarkdownText.plain(searches),
      "runs: \(provenance.runs) of \(provenance.plannedRuns)"
        + (provenance.unsealedRuns.map { ", \($0) without a seal: what they left cannot be compared with their records" } ?? ""),
      (table.hasScores ? "another protocol: `\(table.otherProtocolCommand)` (" : "")
        + "digests by their first 12 digits; `--format json` has all" + (table.hasScores ? ")" : ""),
    ]
    return lines.compactMap(\.self)
  }

  private static func incomplete(_ table: TableModel) -> String {
    if table.isComplete { return "" }
    let shown = table.problems.prefix(mostProblems).map { "- \(MarkdownText.plain($0))\n" }.joined()
    let rest = table.problems.count - mostProblems
    return "\n**Incomplete cells**\n\n" + shown + (rest > 0 ? "- … and \(rest) more\n" : "")
  }
}

extension TableModel {
  /// The differences of scores, where any are shown and there is a pair to compare.
  var shownDifferences: BaselineDifferences? {
    guard hasScores else { return nil }
    return differences.flatMap { differences in differences.rows.contains { $0.pairs > 0 } ? differences : nil }
  }

  /// The split of the scores' variance, where any is shown and there is one.
  var shownVariance: VarianceTable? { hasScores ? variance.flatMap { $0.isShown ? $0 : nil } : nil }

  /// The rows' names for people, by id.
  var labels: [String: String] { Dictionary(rows.map { ($0.id, $0.label) }, uniquingKeysWith: { first, _ in first }) }

  /// The table of differences with this table's names.
  func display(_ differences: BaselineDifferences) -> DisplayTable {
    DisplayTable(differences, rowHeader: rowHeader, labels: labels)
  }
}
