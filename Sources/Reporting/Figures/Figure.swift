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
  /// The values, for other programs.
  let data: FigureData
}

/// One part of a figure, with axes of its own.
struct FigurePanel: Equatable {
  /// How the series are drawn: each has a template.
  enum Kind {
    /// Lines over numbers, those of one name alike.
    case lines
    /// Bars side by side at each of the horizontal axis' places.
    case bars
    /// Distributions over one another; a point is where a bin begins and the count in it, and the last one where the last bin ends.
    case histograms
    /// A row of cells for each series, the first on top; a point is a column and how dark its cell is, 0 to 1.
    case heatMap
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
  /// Whether equal ratios have equal lengths.
  var isLogarithmic = false
  /// Where an axis of numbers starts and ends; nil: at its least value, and at its greatest.
  var start: Double?
  var end: Double?
  /// Whether only whole numbers are meaningful.
  var isWhole = false

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
  /// The standard deviation, drawn as an error bar; nil where there is none.
  let deviation: Double?
  /// What stands above a bar or in a cell; nil for nothing.
  let text: String?

  init(_ x: Double, _ y: Double?, deviation: Double? = nil, text: String? = nil) {
    (self.x, self.y, self.deviation, self.text) = (x, y, deviation, text)
  }
}
