// The values of a figure as comma-separated text, each with what it is of.

/// A table of a figure's values.
struct FigureData: Equatable {
  /// The columns' names.
  let columns: [String]
  /// The rows, each with a text for every column.
  let rows: [[String]]

  /// The table as comma-separated values (RFC 4180, lines end in `\n`). Equal tables are equal bytes.
  var csv: String { ([columns] + rows).map { $0.map(CSVText.quoted).joined(separator: ",") + "\n" }.joined() }
}

extension FigureData {
  /// Everything that the lines of some panels go through, with the number of seeds where points are made of several.
  init(linesOf panels: [FigurePanel]) {
    let hasSeeds = panels.flatMap(\.series).flatMap(\.points).contains { $0.seeds != nil }
    let rows = panels.flatMap { panel in
      panel.series.flatMap { line in
        line.points.filter { $0.y?.isFinite == true }.map { point in
          [
            panel.y.label, line.name, line.member ?? "", panel.x.label, CSVText.number(point.x), CSVText.number(point.y),
            CSVText.number(point.deviation),
          ] + (hasSeeds ? [point.seeds.map(String.init) ?? ""] : [])
        }
      }
    }
    let columns = ["quantity", "series", "member", "axis", "x", "value", "deviation"]
    self.init(columns: columns + (hasSeeds ? ["seeds"] : []), rows: rows)
  }
}
