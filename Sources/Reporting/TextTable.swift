// A table for a terminal: columns that line up, cut into blocks where the screen is narrower, notes wrapped below them.

/// Writes tables as plain text.
package enum TextTable {
  /// How text is laid out.
  package struct Layout: Sendable, Equatable {
    /// Columns of the screen.
    package let columns: Int
    /// Whether the best is bold and the second underlined, by ANSI's escapes; else they have a mark behind them.
    package let isStyled: Bool

    /// Makes a layout; by default as a file takes it.
    package init(columns: Int = 120, isStyled: Bool = false) {
      self.columns = max(20, columns)
      self.isStyled = isStyled
    }
  }

  /// The table with its title above and its protocol, marks, differences and gaps below. Equal tables are equal text.
  package static func render(_ table: TableModel, _ layout: Layout = Layout()) -> String {
    let profile =
      table.profile.rawValue + " profile"
      + (table.profile == .pocket ? ": compare rows with each other, never with a paper's figures" : "")
    var blocks = [wrapped("\(table.experiment): \(table.title) (\(profile))", layout)]
    if !table.description.isEmpty { blocks.append(wrapped(table.description, layout)) }
    blocks.append(lines(DisplayTable(table), layout))
    blocks.append(table.notes.flatMap { wrapped(note($0, layout), layout) })
    if let differences = table.shownDifferences {
      blocks.append([differences.title, ""] + lines(table.display(differences), layout))
      blocks.append(differences.notes(labels: table.labels).flatMap { wrapped($0, layout) })
    }
    if let variance = table.shownVariance {
      blocks.append([variance.title, ""] + lines(DisplayTable(variance), layout))
      blocks.append(variance.notes.flatMap { wrapped($0, layout) })
    }
    if !table.preregistered.isEmpty { blocks.append(wrapped("\(TableModel.preregistrationTitle): \(table.preregistered)", layout)) }
    blocks.append(table.problems.flatMap { wrapped("incomplete: " + $0, layout) })
    return blocks.filter { !$0.isEmpty }.map { $0.joined(separator: "\n") + "\n" }.joined(separator: "\n")
  }

  private static func note(_ note: TableNote, _ layout: Layout) -> String {
    switch note {
    case .text(let text): text
    case .ranks(let hasSecond, let condition):
      layout.isStyled
        ? "Bold: the best of its column\(hasSecond ? "; underlined: the second" : "")\(condition)."
        : "\(Rank.best.mark) the best of its column\(hasSecond ? "; \(Rank.second.mark) the second" : "")\(condition)."
    case .warning(let text): "Warning: " + text
    }
  }

  /// The lines of a table: as many blocks of columns as the screen asks for, each beside the rows' names.
  static func lines(_ table: DisplayTable, _ layout: Layout) -> [String] {
    let columns = table.header.indices.map { index in
      Column(table.header[index], table.rows.map { $0[index] }, isFirst: index == 0, layout)
    }
    guard let names = columns.first else { return [] }
    var blocks: [[Column]] = []
    var width = 0
    for column in columns.dropFirst() {
      if blocks.isEmpty || width + gap.count + column.width > layout.columns {
        blocks.append([names])
        width = names.width
      }
      blocks[blocks.count - 1].append(column)
      width += gap.count + column.width
    }
    return Array(blocks.map { lines($0) }.joined(separator: [""]))
  }

  private static let gap = "  "

  private static func lines(_ columns: [Column]) -> [String] {
    let height = columns.map(\.header.count).max() ?? 0
    let headers = (0..<height).map { line in
      columns.map { $0.padded($0.header.count - height + line >= 0 ? $0.header[$0.header.count - height + line] : "") }
    }
    let rule = columns.map { String(repeating: "─", count: $0.width) }
    let rows = (0..<(columns.first?.cells.count ?? 0)).map { row in columns.map { $0.cells[row] } }
    return (headers + [rule] + rows).map { cells in
      String(cells.joined(separator: gap).reversed().drop { $0 == " " }.reversed())
    }
  }

  /// A column as it is written, every cell of one width.
  private struct Column {
    let header: [String]
    let width: Int
    private(set) var cells: [String] = []
    private let isFirst: Bool

    init(_ name: String, _ cells: [DisplayCell], isFirst: Bool, _ layout: Layout) {
      self.isFirst = isFirst
      let texts = cells.map { PlainLine.of($0.text) + $0.mark(layout) + PlainLine.of($0.suffix) }
      // a header takes as many lines as keep it from widening its column
      let content = texts.map(\.terminalColumns).max() ?? 0
      header = wrapped(PlainLine.of(name), columns: max(content, 10))
      width = min(max(content, header.map(\.terminalColumns).max() ?? 0), layout.columns)
      self.cells = zip(texts, cells).map { text, cell in
        let padding = String(repeating: " ", count: max(0, width - text.terminalColumns))
        let styled = cell.styled(PlainLine.of(cell.text), layout) + cell.mark(layout) + PlainLine.of(cell.suffix)
        return isFirst ? styled + padding : padding + styled
      }
    }

    func padded(_ text: String) -> String {
      let padding = String(repeating: " ", count: max(0, width - text.terminalColumns))
      return isFirst ? text + padding : padding + text
    }
  }

  /// Text in lines of the layout.
  static func wrapped(_ text: String, _ layout: Layout) -> [String] {
    wrapped(PlainLine.of(text), columns: layout.columns)
  }

  /// Words in lines of at most so many columns; a longer word has a line of its own.
  private static func wrapped(_ text: String, columns: Int) -> [String] {
    var lines: [String] = []
    for word in text.split(separator: " ") {
      if let last = lines.last, last.terminalColumns + 1 + String(word).terminalColumns <= columns {
        lines[lines.count - 1] = last + " " + word
      } else {
        lines.append(String(word))
      }
    }
    return lines
  }
}

/// Text from elsewhere on one line, without what would command a terminal.
private enum PlainLine {
  static func of(_ text: String) -> String {
    String(String.UnicodeScalarView(text.unicodeScalars.map { PlainText.breaksLine($0) ? " " : $0 }))
  }
}

extension Rank {
  fileprivate var mark: String { self == .best ? "*" : "°" }
  fileprivate var escape: String { self == .best ? "\u{1B}[1m" : "\u{1B}[4m" }
}

extension DisplayCell {
  fileprivate func mark(_ layout: TextTable.Layout) -> String { layout.isStyled ? "" : rank?.mark ?? "" }
  fileprivate func styled(_ text: String, _ layout: TextTable.Layout) -> String {
    guard layout.isStyled, let rank else { return text }
    return rank.escape + text + "\u{1B}[0m"
  }
}
