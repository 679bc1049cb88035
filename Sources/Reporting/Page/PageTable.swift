// One experiment's table as the report page shows it: the words of the Markdown table, beside them what the page sorts by and what its
// cells lead to.
import Foundation
import Manifests
import Records

/// What the page shows of an experiment under one profile.
struct PageTable: Encodable, Sendable {
  /// A column. The first is the rows' names, and is none of these.
  struct Column: Encodable, Sendable {
    /// The heading.
    let title: String
    /// The id of the task whose scores it has; nil for other numbers.
    let task: String?
  }

  /// One row, with what is published for it.
  struct Row: Encodable, Sendable {
    let id: String
    let label: String
    /// A cell for each column.
    let cells: [Cell]
    /// The published figures below the row, its name before them; nil where there are none.
    let published: [String]?
    /// For each of the table's tasks the place of its runs in `runFiles`.
    let runFiles: [Int]
  }

  /// What one cell reads, and how its runs stand.
  struct Cell: Encodable, Sendable {
    let text: String
    let suffix: String?
    let rank: Rank?
    /// What the page sorts by; nil where the cell has no value.
    let value: Double?
    /// The runs of a cell of scores.
    let runs: [Run]?
  }

  /// A run in its cell.
  struct Run: Encodable, Sendable {
    /// As it is named: `3`, or `0x1`.
    let seed: String
    let state: CellRun.State
    let score: Double?
    let detail: String?
  }

  /// A line below the table.
  struct Note: Encodable, Sendable {
    enum Kind: String, Encodable {
      case text, warning
      /// `text` follows after what bold and underlined mean.
      case ranks
    }

    let kind: Kind
    let text: String
    /// Whether anything is underlined, of ranks.
    var hasSecond: Bool?
  }

  /// A further table below the first: differences to a baseline, parts of the variance.
  struct Appendix: Encodable, Sendable {
    let title: String
    let header: [String]
    let rows: [[Entry]]
    let notes: [String]

    /// What a cell of it reads.
    struct Entry: Encodable, Sendable {
      let text: String
      let rank: Rank?
    }

    init(_ title: String, _ table: DisplayTable, notes: [String]) {
      (self.title, header, self.notes) = (title, table.header, notes)
      rows = table.rows.map { $0.map { Entry(text: $0.text + $0.suffix, rank: $0.rank) } }
    }
  }

  /// Where numbers come from: a word, and what belongs to it.
  struct Source: Encodable, Sendable {
    let name: String
    let text: String
  }

  /// A figure's files, by their ways from the page.
  struct Figure: Encodable, Sendable {
    let id: String
    let title: String
    /// Nil where the figure has not been drawn.
    let picture: String?
    let others: [String]
  }

  let format = PageScript.format
  let experiment: String
  let profile: String
  let isPocket: Bool
  let title: String
  let description: String
  let rowHeader: String
  let columns: [Column]
  /// The ids of the tasks, each once, in the order of their first columns.
  let tasks: [String]
  let rows: [Row]
  let notes: [Note]
  let appendices: [Appendix]
  /// What was written before the first run; may be empty.
  let preregistered: [Source]
  let sources: [Source]
  let problems: [String]
  /// The command that makes what is missing.
  let command: String
  let figures: [Figure]
  /// The command that draws them.
  let drawing: String
  /// The files of the table in other forms, by their ways from the page.
  let files: [String]
  /// The files that hold what runs left.
  let runFiles: [String]

  /// Puts a table into the page's form.
  /// - Parameters:
  ///   - runFiles: the files of runs, and for each row and task the place of its own among them.
  ///   - figures: the experiment's figures.
  ///   - files: the files of the table in other forms that are there.
  init(
    _ table: TableModel, of experiment: Experiment, runFiles: (names: [String], places: [[Int]]), figures: [Figure], files: [String]
  ) {
    self.experiment = table.experiment
    profile = table.profile.rawValue
    isPocket = table.profile == .pocket
    title = table.title
    description = table.description
    let shown = DisplayTable(table)
    rowHeader = table.rowHeader
    let tasksOfColumns = table.columns.flatMap { column -> [String?] in
      if case .tasks = column { table.tasks.map(\.task) } else { [nil] }
    }
    tasks = table.tasks.filter(\.isFirst).map(\.task)
    // a table without scores has nothing that would lead to its runs
    columns =
      zip(shown.header.dropFirst(), tasksOfColumns).map { Column(title: $0, task: $1) }
      + (table.columns.contains(.tasks) ? [] : tasks.map { Column(title: "runs on \($0)", task: $0) })
    rows = Self.rows(table, shown, runFiles.places)
    notes = table.notes.map(Self.note)
    appendices = [
      table.shownDifferences.map { Appendix($0.title, table.display($0), notes: $0.notes(labels: table.labels)) },
      table.shownVariance.map { Appendix($0.title, DisplayTable($0), notes: $0.notes) },
    ].compactMap(\.self)
    preregistered =
      table.preregistered.isEmpty ? [] : [Source(name: TableModel.preregistrationTitle, text: table.preregistered)]
    sources = Self.sources(table)
    problems = table.problems
    command = PageCommand.run(experiment)
    self.figures = figures
    drawing = PageCommand.figure(experiment)
    self.files = files
    self.runFiles = runFiles.names
  }

  private static func rows(_ table: TableModel, _ shown: DisplayTable, _ places: [[Int]]) -> [Row] {
    var lines = shown.rows[...]
    return zip(table.rows, places).compactMap { row, places in
      guard let line = lines.popFirst() else { return nil }
      let published = row.published == nil ? nil : lines.popFirst()
      let values = self.values(row, table.columns)
      let cells = zip(line.dropFirst(), values).map { cell, value in
        Cell(
          text: cell.text, suffix: cell.suffix.isEmpty ? nil : cell.suffix, rank: cell.rank, value: value.number,
          runs: value.cell.map(runs))
      }
      let others = table.columns.contains(.tasks) ? [] : zip(table.tasks, row.cells).filter(\.0.isFirst).map(\.1)
      return Row(
        id: row.id, label: row.label, cells: cells + others.map(leading),
        published: published.map { $0.map { $0.text + $0.suffix } }, runFiles: places)
    }
  }

  private static func runs(_ cell: TableCell) -> [Run] {
    cell.runs.map { Run(seed: $0.seed.description, state: $0.state, score: finite($0.score), detail: $0.detail) }
  }

  /// A cell that leads to runs whose scores the table does not show.
  private static func leading(to cell: TableCell) -> Cell {
    Cell(
      text: "\(cell.countedRuns) of \(cell.runs.count)", suffix: nil, rank: nil, value: Double(cell.countedRuns), runs: runs(cell))
  }

  /// What each cell of a row is sorted by, and the cell behind it where it is one of scores.
  private static func values(_ row: TableRow, _ columns: [TableColumn]) -> [(number: Double?, cell: TableCell?)] {
    columns.flatMap { column -> [(number: Double?, cell: TableCell?)] in
      switch column {
      case .parameters: [(finite(row.trainableParameters), nil)]
      case .measure(let name): [(finite(row.measures.first { $0.name == name }?.value), nil)]
      case .tasks: row.cells.map { (finite($0.score), $0) }
      case .average: [(finite(row.average), nil)]
      }
    }
  }

  /// A number that JSON can hold.
  private static func finite(_ value: Double?) -> Double? { value.flatMap { $0.isFinite ? $0 : nil } }

  private static func note(_ note: TableNote) -> Note {
    switch note {
    case .text(let text): Note(kind: .text, text: text)
    case .ranks(let hasSecond, let condition): Note(kind: .ranks, text: condition, hasSecond: hasSecond)
    case .warning(let text): Note(kind: .warning, text: text)
    }
  }

  private static func sources(_ table: TableModel) -> [Source] {
    let provenance = table.provenance
    func list(_ items: [String]) -> String { items.isEmpty ? "none yet" : items.joined(separator: ", ") }
    let programs = provenance.programs.map { program in
      let state = [program.commit, program.isModified ? "modified" : nil].compactMap { $0 }
      return "lowrank \(program.version)" + (state.isEmpty ? "" : " (\(state.joined(separator: ", ")))")
    }
    let searches = provenance.tunings.map { TableProvenance.phrase($0) { $0 } }.joined(separator: "; ")
    return [
      Source(name: "recipe", text: provenance.recipe), Source(name: "manifest", text: provenance.manifest ?? "unreadable"),
      Source(name: "model", text: list(provenance.models.map { "\($0.name) \($0.digest), tokenizer \($0.tokenizer)" })),
      Source(name: "data", text: list(provenance.data.map { "\($0.task) \($0.digests.joined(separator: " and "))" })),
      Source(name: "program", text: list(programs)),
      Source(name: "numerics", text: list(provenance.numericsVersions.map(String.init))),
    ] + (searches.isEmpty ? [] : [Source(name: "settings", text: "search \(searches)")]) + [
      Source(name: "runs", text: "\(provenance.runs) of \(provenance.plannedRuns)"),
      Source(name: "another protocol", text: table.otherProtocolCommand),
    ]
  }
}
