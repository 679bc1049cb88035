// Maps of one number for each module of each layer: layers from left to right, modules below each other.

/// Numbers by layer and module.
struct LayerMap {
  /// The names of the modules shown.
  let modules: [String]
  /// One number for each layer and module shown, layer by layer; nil where there is none.
  let values: [[Double?]]

  var layers: Int { values.count }

  /// The most layers, and the most modules, of a map that a page can hold.
  private static let mostPlaces = 200

  /// The columns of a tensor `[layer, module]` that are asked for.
  /// - Throws: `ReportError`.
  init(_ matrix: NamedMatrix, modules wanted: [String]?, tensor: String, path: String) throws(ReportError) {
    guard matrix.rows <= Self.mostPlaces, matrix.columns <= Self.mostPlaces else {
      throw .unexpectedTensor(
        path: path, tensor: tensor, found: "of \(matrix.rows) layers and \(matrix.columns) modules",
        expected: "at most \(Self.mostPlaces) of each")
    }
    var columns: [Int] = []
    for name in wanted ?? matrix.names {
      guard let column = matrix.names.firstIndex(of: name) else {
        throw .unknownModule(name, path: path, tensor: tensor, recorded: matrix.names)
      }
      columns.append(column)
    }
    modules = columns.map { matrix.names[$0] }
    values = (0..<matrix.rows).map { row in
      columns.map { matrix[row, $0].isFinite ? matrix[row, $0] : nil }
    }
  }

  /// A tensor `[layer, module]` of a run.
  /// - Throws: `ReportError`.
  init(_ tensor: String, in tensors: RecordedTensors, modules: [String]?) throws(ReportError) {
    let matrix = try tensors.matrix(tensor, axes: ["layer", "module"], named: "module")
    try self.init(matrix, modules: modules, tensor: tensor, path: tensors.path)
  }

  /// Numbers of modules that are named by their paths.
  init(paths: [String], values: [Double], modules wanted: [String]?, tensor: String, path: String) throws(ReportError) {
    var places: [(place: ModulePath, value: Double)] = []
    var names: [String] = []
    for (name, value) in zip(paths, values) {
      guard let place = ModulePath(name) else { continue }
      places.append((place, value))
      if !names.contains(place.name) { names.append(place.name) }
    }
    let layers = places.map(\.place.layer).max() ?? 0
    guard layers > 0, layers <= Self.mostPlaces, names.count <= Self.mostPlaces else {
      throw .unexpectedTensor(
        path: path, tensor: tensor, found: "of modules whose paths name no layer, or of too many", expected: "paths of layers")
    }
    var table = [Double](repeating: .nan, count: layers * names.count)
    for (place, value) in places {
      guard let column = names.firstIndex(of: place.name) else { continue }
      table[(place.layer - 1) * names.count + column] = value
    }
    let matrix = NamedMatrix(rows: layers, columns: names.count, values: table, names: names)
    try self.init(matrix, modules: wanted, tensor: tensor, path: path)
  }

  /// The map as a panel: darker is greater.
  /// - Parameters:
  ///   - more: what a darker cell is.
  ///   - text: how a value is written.
  func panel(_ title: String, more: String = "more", text: (Double) -> String) -> FigurePanel {
    let shades = HeatMapShade(values.flatMap { $0 })
    let series = modules.enumerated().map { module, name in
      let cells = values.enumerated().map { layer, values in
        FigurePoint(Double(layer), values[module].map { shades[$0] }, text: values[module].map(text) ?? "–")
      }
      return FigureSeries(name: name, points: cells)
    }
    return FigurePanel(
      title: "\(title); \(shades.phrase(more, text))", kind: .heatMap, x: Self.layerAxis(layers), y: FigureAxis(name: "module"),
      series: series)
  }

  /// The map as data: one row for each layer and module.
  func data(_ name: String) -> FigureData {
    FigureData(
      columns: ["layer", "module", name],
      rows: values.enumerated().flatMap { layer, values in
        zip(modules, values).map { [String(layer + 1), $0, CSVText.number($1)] }
      })
  }

  /// The axis of so many layers, counted from the input.
  static func layerAxis(_ count: Int) -> FigureAxis {
    FigureAxis(name: "layer, from the input", places: (0..<count).map { String($0 + 1) })
  }
}

/// How dark values are among all values of a map.
struct HeatMapShade {
  private let least: Double
  private let greatest: Double
  private let isEmpty: Bool

  init(_ values: [Double?]) {
    let values = values.compactMap { $0 }
    isEmpty = values.isEmpty
    least = values.min() ?? 0
    greatest = values.max() ?? 0
  }

  /// What the shades say: `darker = later, 10 to 90`, or `5 everywhere`.
  /// - Parameters:
  ///   - more: what a darker cell is.
  ///   - text: how a value is written.
  func phrase(_ more: String, _ text: (Double) -> String) -> String {
    guard least < greatest else { return isEmpty ? "no values" : "\(text(least)) everywhere" }
    return "darker = \(more), \(text(least))\u{a0}to\u{a0}\(text(greatest))"
  }

  /// A value as a cell has it: with two decimals where the greatest is of that size, else with two digits.
  func text(_ value: Double) -> String {
    let size = max(abs(least), abs(greatest))
    return size == 0 || size >= 0.1 && size < 1000 ? NumberText.twoDecimals(value) : NumberText.significant(value, digits: 2)
  }

  /// From halves, whose differences are always finite.
  subscript(value: Double) -> Double { greatest > least ? (value / 2 - least / 2) / (greatest / 2 - least / 2) : 0.5 }
}
