// A figure as a value: panels with named axes and what is drawn in them. Whatever draws it only writes it down.

struct Figure: Equatable {
  /// The id, part of its files' names.
  let id: String
  let title: String
  /// What the figure is of, as `AFLoRA, rte, seed 0`.
  var subtitle: String
  /// The panels, in reading order.
  let panels: [FigurePanel]
  /// How many panels stand side by side.
  var columns = 1
  /// The names of series that stand in an order, as layers do: a scale of colours is their legend. Empty where names have no order.
  var scale: [String] = []
  /// The names of the parts of bars, which are then the legend; empty where no bar has parts.
  var parts: [String] = []
  /// The values, for other programs.
  let data: FigureData
  /// What the picture says in numbers, for a notebook to show below it; nil where the picture says it all.
  var summary: FigureSummary?
}

/// A small table that belongs to a figure, and what its columns are.
struct FigureSummary: Equatable {
  let table: DisplayTable
  /// A sentence each.
  let notes: [String]

  /// The table as Markdown with its notes.
  var markdown: String { MarkdownTable.markup(table) + "\n" + MarkdownText.lines(notes.map(MarkdownText.paragraph)) }
}

/// One part of a figure, with axes of its own.
struct FigurePanel: Equatable {
  /// How the series are drawn: each has a template.
  enum Kind {
    /// Lines over numbers, those of one name alike.
    case lines
    /// A bar from zero for each series, the first on top; the value of its one point is measured along the horizontal axis.
    case bars
    /// The same as a dot with its error bar beside a line at zero.
    case dots
    /// A bar of parts from zero for each series, the first on top; a point is where a part begins and how long it is, in the order of
    /// the figure's `parts`. Its text stands in it where there is room; that of a point without length stands behind the bar.
    case shares
    /// Distributions over one another; a point is where a bin begins and the count in it, and the last one where the last bin ends.
    case histograms
    /// A row of cells for each series, the first on top; a point is a column and how dark its cell is, 0 to 1.
    case heatMap
    /// Named points over numbers; those of a series with marks stand out, and a series without a name is the line along them.
    case points

    /// Whether a row stands for each series, its name at the left of the page.
    var hasRows: Bool { self == .bars || self == .dots || self == .shares }
  }

  /// What the panel is of; nil where the figure's title says it.
  var title: String?
  let kind: Kind
  let x: FigureAxis
  let y: FigureAxis
  let series: [FigureSeries]
}

/// An axis of numbers or of named places.
struct FigureAxis: Equatable {
  /// What the axis counts or measures.
  let name: String
  /// The unit; nil where the numbers have none.
  var unit: String?
  /// The names of the places 0, 1, …; empty for an axis of numbers. A line break divides a name into lines.
  var places: [String] = []
  /// Which numbers are named on an axis of numbers; empty: round ones.
  var values: [Double] = []
  /// Whether equal ratios have equal lengths.
  var isLogarithmic = false
  /// Where an axis of numbers starts and ends; nil: at its least value, and at its greatest.
  var start: Double?
  var end: Double?
  /// Whether only whole numbers are meaningful.
  var isWhole = false

  /// The axis of so many optimizer steps.
  static func steps(_ count: Int) -> FigureAxis {
    FigureAxis(name: "optimizer step", start: 1, end: Double(max(2, count)), isWhole: true)
  }

  /// The name with the unit.
  var label: String { name + (unit.map { " (\($0))" } ?? "") }
}

/// Points that belong together. Series of one name look alike and share a place in the legend; one without a name has none.
struct FigureSeries: Equatable {
  let name: String
  /// What tells it from other series of the same name; nil where it is the only one.
  var member: String?
  /// Its points, in order.
  let points: [FigurePoint]
  /// Whether the points of a line are marked.
  var hasMarks = false
}

struct FigurePoint: Equatable {
  let x: Double
  /// The value; nil, or not finite, where there is none: a gap in a line, an empty cell.
  let y: Double?
  /// How far the error bar goes to either side: the standard deviation, or half an interval; nil where there is none.
  let deviation: Double?
  /// How many seeds the value is made of; nil where it is of one run.
  let seeds: Int?
  /// What stands above or beside a point, beside a bar or dot, or in a cell; nil for nothing, and for the series' name beside a named
  /// point.
  let text: String?

  init(_ x: Double, _ y: Double?, deviation: Double? = nil, seeds: Int? = nil, text: String? = nil) {
    (self.x, self.y, self.deviation, self.seeds, self.text) = (x, y, deviation, seeds, text)
  }
}
