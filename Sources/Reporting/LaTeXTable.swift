// A table in LaTeX for a paper, with `booktabs`; its protocol stands below it and its sources in comments.

/// Writes tables as LaTeX.
package enum LaTeXTable {
  /// A `table` environment. It needs `\usepackage{booktabs}` and a UTF-8 source. Equal tables are equal bytes.
  package static func render(_ table: TableModel) -> String {
    let name = table.experiment + (table.profile == .pocket ? "" : "-\(table.profile.rawValue)")
    var notes = table.notes.map(note)
    if table.profile == .pocket {
      notes.insert("Pocket profile: a small model and generated tasks, not to be compared with the paper's figures.", at: 0)
    }
    var lines = comments(table) + ["\\begin{table}", "  \\centering", "  \\caption{\(LaTeXText.plain(table.title))}"]
    lines += ["  \\label{tab:\(name)}"] + tabular(DisplayTable(table))
    var paragraphs = [notes]
    if let differences = table.shownDifferences {
      lines += ["", "  \\medskip", "  \\textbf{\(LaTeXText.plain(differences.title))}", "", "  \\smallskip"]
      lines += tabular(table.display(differences))
      paragraphs.append(differences.notes(labels: table.labels).map(LaTeXText.plain))
    }
    if let variance = table.shownVariance {
      lines += ["", "  \\medskip", "  \\textbf{\(LaTeXText.plain(variance.title))}", "", "  \\smallskip"]
      lines += tabular(DisplayTable(variance))
      paragraphs.append(variance.notes.map(LaTeXText.plain))
    }
    if !table.preregistered.isEmpty {
      paragraphs.append([LaTeXText.plain("\(TableModel.preregistrationTitle): \(table.preregistered)")])
    }
    paragraphs.append(table.problems.map { LaTeXText.plain("Incomplete: \($0)") })
    lines += ["", "  \\medskip", "  \\begin{minipage}{\\linewidth}", "    \\footnotesize"]
    lines += paragraphs.joined().map { "    \($0)\\par" } + ["  \\end{minipage}", "\\end{table}"]
    return lines.joined(separator: "\n") + "\n"
  }

  /// The lines of a `tabular`.
  static func tabular(_ table: DisplayTable) -> [String] {
    func row(_ cells: [String]) -> String { "    " + cells.joined(separator: " & ") + " \\\\" }
    let columns = "l" + String(repeating: "r", count: max(0, table.header.count - 1))
    return ["  \\begin{tabular}{\(columns)}", "    \\toprule", row(table.header.map(LaTeXText.plain)), "    \\midrule"]
      + table.rows.map { cells in row(cells.map { marked(LaTeXText.plain($0.text), $0.rank) + LaTeXText.plain($0.suffix) }) }
      + ["    \\bottomrule", "  \\end{tabular}"]
  }

  private static func marked(_ text: String, _ rank: Rank?) -> String {
    switch rank {
    case .best: "\\textbf{\(text)}"
    case .second: "\\underline{\(text)}"
    case nil: text
    }
  }

  private static func note(_ note: TableNote) -> String {
    switch note {
    case .text(let text): LaTeXText.plain(text)
    case .ranks(let hasSecond, let condition):
      "\\textbf{Bold}: the best of its column\(hasSecond ? "; \\underline{underlined}: the second" : "")\(condition)."
    case .warning(let text): "\\textbf{Warning}: " + LaTeXText.plain(text)
    }
  }

  private static func comments(_ table: TableModel) -> [String] {
    let provenance = table.provenance
    let programs = provenance.programs.map { $0.version + ($0.commit.map { " (\($0))" } ?? "") }
    let searches = provenance.tunings.map { TableProvenance.phrase($0) { $0 } }.joined(separator: "; ")
    let lines = [
      "needs \\usepackage{booktabs}",
      "\(table.experiment), profile \(table.profile.rawValue), recipe \(provenance.recipe), manifest \(provenance.manifest ?? "unread")",
      "models: \(provenance.models.map { "\($0.name) \($0.digest)" }.joined(separator: ", "))",
      "programs: \(programs.joined(separator: ", "))", searches.isEmpty ? nil : "settings: search \(searches)",
      "runs: \(provenance.runs) of \(provenance.plannedRuns)",
    ]
    return lines.compactMap(\.self).map { "% " + LaTeXText.oneLine($0) }
  }
}

/// Text from elsewhere as LaTeX that prints it as it is.
enum LaTeXText {
  private static let replacements: [Unicode.Scalar: String] = [
    "\\": "\\textbackslash{}", "{": "\\{", "}": "\\}", "$": "\\$", "&": "\\&", "#": "\\#", "%": "\\%", "_": "\\_",
    "~": "\\textasciitilde{}", "^": "\\textasciicircum{}", "<": "\\textless{}", ">": "\\textgreater{}", "|": "\\textbar{}",
    "`": "\\textasciigrave{}", "\"": "\\textquotedbl{}",
    // At the start of a row these would belong to the `\\` before it.
    "*": "{*}", "[": "{[}", "]": "{]}",
    "—": "---", "–": "--", "−": "$-$", "±": "$\\pm$", "↑": "$\\uparrow$", "→": "$\\to$", "↳": "$\\hookrightarrow$",
    "×": "$\\times$",
    "‡": "\\ddag{}", "…": "\\ldots{}", "α": "$\\alpha$", "β": "$\\beta$", "ρ": "$\\rho$", "ξ": "$\\xi$", "η": "$\\eta$",
    "≤": "$\\le$", "≥": "$\\ge$",
  ]

  /// The text with every special character made plain, on one line.
  static func plain(_ text: String) -> String {
    var result = ""
    var last: Unicode.Scalar?
    for scalar in oneLine(text).unicodeScalars {
      // Two hyphens would become a dash, two apostrophes a quotation mark.
      if scalar == last, scalar == "-" || scalar == "'" { result += "{}" }
      if let replacement = replacements[scalar] { result += replacement } else { result.unicodeScalars.append(scalar) }
      last = scalar
    }
    return result
  }

  /// The text without what would end a line, and with it a comment.
  static func oneLine(_ text: String) -> String {
    var result = String.UnicodeScalarView()
    for scalar in text.unicodeScalars { result.append(PlainText.breaksLine(scalar) ? " " : scalar) }
    return String(result)
  }
}
