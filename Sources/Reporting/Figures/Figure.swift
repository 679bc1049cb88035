// A figure as a value: panels with named axes and what is drawn in them. Whatever draws it only writes it down.

/// A figure.
public struct Figure: Sendable, Equatable {
  /// The id, part of its files' names.
  public let id: String
  /// The title for people.
  public let title: String
  /// What the figure is of, as `AFLoRA, rte, seed 0`.
  public let subtitle: String
  /// The panels, in reading order.
  public let panels: [FigurePanel]
  /// How many panels stand side by side.
  public let columns: Int
  /// The values, for other programs.
  public let data: FigureData

  /// Makes a figure from its parts.
  public init(id: String, title: String, subtitle: String, panels: [FigurePanel], columns: Int = 1, data: FigureData) {
    self.id = id
    self.title = title
    self.subtitle = subtitle
    self.panels = panels
    self.columns = columns
    self.data = data
  }

  /// The same figure with a remark in its subtitle.
  func noting(_ remark: String) -> Figure {
    Figure(id: id, title: title, subtitle: "\(subtitle) · \(remark)", panels: panels, columns: columns, data: data)
  }
}

/// One part of a figure, with axes of its own.
public struct FigurePanel: Sendable, Equatable {
  /// What the panel is of; nil where the figure's title says it.
  public let title: String?
  /// The horizontal axis.
  public let x: FigureAxis
  /// The vertical axis.
  public let y: FigureAxis
  /// What is drawn.
  public let content: FigureContent

  /// Makes a panel from its parts.
  public init(title: String? = nil, x: FigureAxis, y: FigureAxis, content: FigureContent) {
    self.title = title
    self.x = x
    self.y = y
    self.content = content
  }
}

/// An axis of numbers or of named places.
public struct FigureAxis: Sendable, Equatable {
  /// What the axis counts or measures.
  public let name: String
  /// The unit; nil where the numbers have none.
  public let unit: String?
  /// The names of the places 0, 1, …; empty for an axis of numbers. A line break divides a name into lines.
  public let categories: [String]
  /// Whether equal ratios have equal lengths.
  public let isLogarithmic: Bool
  /// Where an axis of numbers starts; nil: at its least value.
  public let start: Double?
  /// Where an axis of numbers ends; nil: at its greatest value.
  public let end: Double?
  /// Whether only whole numbers are meaningful.
  public let isWhole: Bool

  /// Makes an axis from its parts.
  public init(
    _ name: String, unit: String? = nil, categories: [String] = [], isLogarithmic: Bool = false, start: Double? = nil,
    end: Double? = nil, isWhole: Bool = false
  ) {
    self.name = name
    self.unit = unit
    self.categories = categories
    self.isLogarithmic = isLogarithmic
    self.start = start
    self.end = end
    self.isWhole = isWhole
  }

  /// The name with the unit.
  var label: String { name + (unit.map { " (\($0))" } ?? "") }
}

/// What a panel shows.
public enum FigureContent: Sendable, Equatable {
  /// Shaded cells with their values: the rows are the vertical axis' places, from the top, the columns the horizontal one's.
  case heatMap([[HeatMapCell]])
  /// Lines over numbers.
  case lines([FigureLine])
  /// Bars side by side at each of the horizontal axis' places.
  case bars([BarSeries])
  /// Distributions over one another.
  case histograms([FigureHistogram])
}

/// A cell of a heat map.
public struct HeatMapCell: Sendable, Equatable {
  /// How dark the cell is, 0 to 1; nil: it has no value.
  public let shade: Double?
  /// What stands in it.
  public let text: String

  /// Makes a cell from its parts.
  public init(shade: Double?, text: String) {
    self.shade = shade
    self.text = text
  }
}

/// A line. Lines of one name look alike and share a place in the legend.
public struct FigureLine: Sendable, Equatable {
  /// What the legend calls it.
  public let name: String
  /// What tells it from other lines of the same name; nil where it is the only one.
  public let member: String?
  /// Its points, in order; one that is not finite makes a gap.
  public let points: [FigurePoint]
  /// Whether its points are marked.
  public let hasMarks: Bool

  /// Makes a line from its parts.
  public init(_ name: String, member: String? = nil, points: [FigurePoint], hasMarks: Bool = false) {
    self.name = name
    self.member = member
    self.points = points
    self.hasMarks = hasMarks
  }
}

/// A point of a line.
public struct FigurePoint: Sendable, Equatable {
  /// The place.
  public let x: Double
  /// The value.
  public let y: Double
  /// The standard deviation, drawn as an error bar; nil where there is none.
  public let deviation: Double?

  /// Makes a point from its parts.
  public init(_ x: Double, _ y: Double, deviation: Double? = nil) {
    self.x = x
    self.y = y
    self.deviation = deviation
  }
}

/// Bars of one colour: one for each place of the horizontal axis.
public struct BarSeries: Sendable, Equatable {
  /// A bar's value with its standard deviation.
  public struct Bar: Sendable, Equatable {
    /// The value.
    public let value: Double
    /// The standard deviation, drawn as an error bar; nil where there is none.
    public let deviation: Double?
    /// What stands above the bar; nil for nothing.
    public let text: String?

    /// Makes a bar from its parts.
    public init(_ value: Double, deviation: Double? = nil, text: String? = nil) {
      self.value = value
      self.deviation = deviation
      self.text = text
    }
  }

  /// What the legend calls them.
  public let name: String
  /// The bars; nil where there is none.
  public let bars: [Bar?]

  /// Makes a series from its parts.
  public init(_ name: String, bars: [Bar?]) {
    self.name = name
    self.bars = bars
  }
}

/// A distribution, counted in bins of equal width.
public struct FigureHistogram: Sendable, Equatable {
  /// What the legend calls it.
  public let name: String
  /// Where the first bin begins.
  public let lower: Double
  /// The width of a bin.
  public let width: Double
  /// How many values are in each bin.
  public let counts: [Int]
}
