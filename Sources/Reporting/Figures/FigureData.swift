// The values of a figure as comma-separated text, each with what it is of.

/// A table of a figure's values.
public struct FigureData: Sendable, Equatable {
  /// The columns' names.
  public let columns: [String]
  /// The rows, each with a text for every column.
  public let rows: [[String]]

  /// Makes a table from its parts.
  public init(columns: [String], rows: [[String]]) {
    self.columns = columns
    self.rows = rows
  }

  /// The table as comma-separated values (RFC 4180, lines end in `\n`). Equal tables are equal bytes.
  public var csv: String { ([columns] + rows).map { $0.map(CSVText.quoted).joined(separator: ",") + "\n" }.joined() }

  /// Everything that the lines of some panels go through.
  init(linesOf panels: [FigurePanel]) {
    var rows: [[String]] = []
    for panel in panels {
      guard case .lines(let lines) = panel.content else { continue }
      for line in lines {
        for point in line.points where point.y.isFinite {
          rows.append([
            panel.y.label, line.name, line.member ?? "", panel.x.label, CSVText.number(point.x), CSVText.number(point.y),
            CSVText.number(point.deviation),
          ])
        }
      }
    }
    self.init(columns: ["quantity", "series", "member", "axis", "x", "value", "deviation"], rows: rows)
  }
}
