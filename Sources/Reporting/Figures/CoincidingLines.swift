// Which lines of a panel run over each other: the lower ones are drawn wider, and what coincides is said.

/// The lines of one panel beside each other.
struct CoincidingLines {
  /// Lines that are one line to the eye.
  struct Group: Equatable {
    /// Their names, two or more.
    let names: [String]
    /// Whether they are equal, not merely too near to be told apart.
    let isExact: Bool
  }

  /// The lines that coincide.
  private(set) var groups: [Group] = []
  /// For each line how many later ones run over a good part of it; empty where several lines have one name.
  private(set) var covers: [String: Int] = [:]

  /// Lines nowhere further apart than this share of the panel's height are one line to the eye.
  private static let hair = 0.01
  /// Differences below this share are rounding.
  private static let rounding = 1e-9
  /// Lines that are apart elsewhere run over each other where they are no further apart than this share of it, ...
  private static let touch = 0.0005
  /// ... which counts where it is so on this share of the upper one.
  private static let part = 0.25
  /// The names of a group that are said.
  private static let mostNames = 4

  init(_ panel: FigurePanel) {
    let names = panel.series.map(\.name)
    guard panel.kind == .lines, Set(names).count == names.count else { return }
    let lines = panel.series.map { Self.heights($0, isLogarithmic: panel.y.isLogarithmic) }
    let heights = lines.flatMap(\.values)
    guard let least = heights.min(), let greatest = heights.max() else { return }
    let extent = greatest - least
    var first: [Int?] = lines.map { _ in nil }
    var near: Set<Int> = []
    for (upper, line) in lines.enumerated() where !line.isEmpty {
      for lower in 0..<upper where !lines[lower].isEmpty {
        func points(within share: Double) -> Int {
          line.count { x, y in lines[lower][x].map { abs($0 - y) <= share * extent } == true }
        }
        if line.count == lines[lower].count, points(within: Self.hair) == line.count {
          let base = first[upper] ?? first[lower] ?? lower
          if points(within: Self.rounding) < line.count { near.insert(base) }
          first[upper] = base
        } else if Double(points(within: Self.touch)) < max(3, Self.part * Double(line.count)) {
          continue
        }
        covers[names[lower], default: 0] += 1
      }
    }
    groups = lines.indices.compactMap { index in
      let others = lines.indices.filter { first[$0] == index }
      return others.isEmpty ? nil : Group(names: ([index] + others).map { names[$0] }, isExact: !near.contains(index))
    }
  }

  /// `coinciding: LoRA = VeRA; SoRA ≈ DoRA`; nil where nothing coincides.
  var phrase: String? {
    guard !groups.isEmpty else { return nil }
    let lists = groups.map { group in
      let named = group.names.prefix(Self.mostNames).joined(separator: group.isExact ? " = " : " ≈ ")
      return group.names.count > Self.mostNames ? "\(named) and \(group.names.count - Self.mostNames) more" : named
    }
    return "coinciding: " + lists.joined(separator: "; ")
  }

  /// The width of each line in gnuplot's units: where lines run over each other, the lower ones are wider.
  func widths(_ names: [String]) -> [Double] {
    let step = min(1.8, 7 / Double(max(1, covers.values.max() ?? 1)))
    return names.map { 1.8 + step * Double(covers[$0] ?? 0) }
  }

  /// How high the points of a line stand, by their places.
  private static func heights(_ line: FigureSeries, isLogarithmic: Bool) -> [Double: Double] {
    var heights: [Double: Double] = [:]
    for point in line.points {
      guard let y = point.y, y.isFinite, !isLogarithmic || y > 0 else { continue }
      heights[point.x] = isLogarithmic ? FigureSampling.doublings(y) : y
    }
    return heights
  }
}
