// Reads the list of figures: each a kind with the rows, tasks, seed and modules that it is drawn from.
import Metrics
import Settings

/// Reads the figures of one plan.
struct FigureReader {
  /// The most figures of one manifest.
  private static let mostFigures = 100

  let reader: MappingReader
  let rows: [MethodRow]
  let tasks: [String]
  let seeds: [RunSeed]

  /// Where the keys of figures stand.
  static let keyPlace = "`figures` of a manifest, a list of kinds: `figures: [bars, {freezing-map: {row: aflora, task: rte}}]`."

  /// A line for each key, and one for each kind with the keys that it takes.
  static var keyReference: String {
    let keys = documentation.map { "- `\($0.key)`: \($0.text).\n" }.joined()
    let kinds = FigureKind.allCases.map { kind in
      "- `\(kind.rawValue)`: \(kind.title). Takes \(kind.keys.map { "`\($0)`" }.joined(separator: ", ")).\n"
    }
    return keys + "\nKinds:\n\n" + kinds.joined()
  }

  private static let documentation: [(key: String, text: String)] = [
    ("id", "part of the name of its files; by default the kind"), ("title", "the title for people"),
    ("row", "the id of its row, or its method's; needed where the kind is of one and the manifest has several"),
    ("rows", "the ids of several; by default all"),
    ("task", "its task; needed where the kind is of one and the manifest has several"), ("tasks", "several; by default all"),
    ("seed", "its seed, by default the first; `mean` over all seeds, for a freezing-map and an importance-map"),
    ("module", "the one module that it shows, as `query`; required"),
    ("modules", "those that it shows; by default all that runs recorded"),
    ("group", "by what lines are told apart: `module` or `layer`"), ("dataset", "which norms: `importance` or `final`"),
    ("correlation", "by what importances are compared: `spearman` or `pearson`"),
    ("option", "the numeric option on the horizontal axis; required"),
    (
      "costs",
      "what scores stand over, a panel each, of \(CostQuantity.allCases.map(\.rawValue).joined(separator: ", ")); by default "
        + CostQuantity.usual.map(\.rawValue).joined(separator: ", ")
    ),
  ]

  /// The figures of a `figures` entry, as far as they can be read.
  func figures(_ entry: SourceEntry) -> [FigureSettings] {
    guard case .sequence(let items) = entry.value.content else {
      reader.problems.report(
        "'figures' must be a list, each item a kind with its settings as in '- freezing-map: {row: aflora, task: rte}', but is "
          + "\(entry.value.kind).", at: entry.value.position)
      return []
    }
    if items.count > Self.mostFigures {
      reader.problems.report("there are \(items.count) figures; \(Self.mostFigures) is the limit.", at: entry.keyPosition)
      return []
    }
    var figures: [FigureSettings] = []
    for item in items {
      guard let figure = figure(item) else { continue }
      if figures.contains(where: { $0.id == figure.id }) {
        reader.problems.report("two figures would have the id '\(figure.id)': give this one an 'id'.", at: item.position)
      }
      figures.append(figure)
    }
    return figures
  }

  private func figure(_ item: SourceNode) -> FigureSettings? {
    switch item.content {
    case .scalar(let name, _):
      return kind(name, at: item.position).flatMap { figure($0, [], at: item.position) }
    case .mapping(let entries):
      guard entries.count == 1, let entry = entries.first else {
        reader.problems.report(
          "an item of 'figures' must have one key, the kind, as in '- bars: {tasks: [rte]}', but has \(entries.count).",
          at: item.position)
        return nil
      }
      guard let kind = kind(entry.key, at: entry.keyPosition) else { return nil }
      if entry.value.isEmptyScalar { return figure(kind, [], at: entry.keyPosition) }
      guard let entries = reader.entries(of: entry.value, kind.rawValue, keys: kind.keys) else { return nil }
      return figure(kind, entries, at: entry.keyPosition)
    case .sequence:
      reader.problems.report("an item of 'figures' must be a kind of figure, but is a list.", at: item.position)
      return nil
    }
  }

  private func kind(_ name: String, at position: SourcePosition) -> FigureKind? {
    if let kind = FigureKind(rawValue: name) { return kind }
    reader.reportUnknown(
      "figure '\(SourceNode.shortened(name))' is not known", name, FigureKind.allCases.map(\.rawValue), at: position)
    return nil
  }

  private func figure(_ kind: FigureKind, _ entries: [SourceEntry], at position: SourcePosition) -> FigureSettings? {
    func entry(_ key: String) -> SourceEntry? { entries.first { $0.key == key } }
    let rows = rows(kind, entry("row"), entry("rows"), at: position)
    let tasks = axis(
      "task", "tasks", entry("task"), entry("tasks"), known: self.tasks, most: kind.isOfOneTask ? 1 : .max, of: kind, at: position
    ) { name in self.tasks.contains(name) ? [name] : [] }
    let seeds = kind.isOfOneSeed ? self.seeds(entry("seed"), kind) : self.seeds
    var modules = entry("modules").flatMap { reader.texts($0) }
    if let entry = entry("module") { modules = reader.text(entry).map { [$0] } }
    if kind.isOfOneModule, entry("module") == nil {
      reader.problems.report("'module' is missing: name one, as in 'module: query'.", at: position)
    }
    let grouping = entry("group").flatMap { reader.value($0, .choice(FigureGrouping.allCases.map(\.rawValue)))?.text }
    let dataset = entry("dataset").flatMap { reader.value($0, .choice(NormDataset.allCases.map(\.rawValue)))?.text }
    let correlation = entry("correlation").flatMap { reader.value($0, .choice(ProfileCorrelation.allCases.map(\.rawValue)))?.text }
    let id = entry("id").map { reader.identifier($0) } ?? kind.rawValue
    let title = entry("title").map { reader.text($0) } ?? kind.title
    guard let rows, let tasks, let seeds, let id, let title else { return nil }
    if kind == .importanceMap, rows.count > 1, tasks.count > 1 {
      reader.problems.report(
        "\(kind.rawValue) compares the tasks of one row or the rows of one task: give 'row' or 'task'.", at: position)
      return nil
    }
    if kind == .varianceShares, !self.seeds.areCrossed {
      reader.problems.report(
        "\(kind.rawValue) needs crossed seeds, two or more of each axis: '{init: [0, 1, 2], order: [0, 1, 2]}'.", at: position)
      return nil
    }
    let option = kind == .rankSweep ? option(entry("option"), rows, at: position) : nil
    let costs = kind == .pareto ? entry("costs").map(costs) ?? CostQuantity.usual : []
    return FigureSettings(
      kind, id: id, title: title, rows: rows, tasks: tasks, seeds: seeds, modules: modules,
      grouping: grouping.flatMap(FigureGrouping.init) ?? .module, dataset: dataset.flatMap(NormDataset.init) ?? .importance,
      option: option, costs: costs,
      correlation: correlation.flatMap(ProfileCorrelation.init) ?? .spearman)
  }

  /// The costs that are named; others are reported.
  private func costs(_ entry: SourceEntry) -> [CostQuantity] {
    (reader.list(entry) ?? []).compactMap { name, position in
      if let cost = CostQuantity(rawValue: name) { return cost }
      reader.reportUnknown(
        "'\(SourceNode.shortened(name))' is no cost", name, CostQuantity.allCases.map(\.rawValue), at: position)
      return nil
    }
  }

  // MARK: Selections

  /// The ids of the rows that are meant; a method's id or alias stands for all its rows.
  private func rows(_ kind: FigureKind, _ one: SourceEntry?, _ several: SourceEntry?, at position: SourcePosition) -> [String]? {
    axis("row", "rows", one, several, known: rows.map(\.id), most: kind.mostRows, of: kind, at: position) { name in
      if rows.contains(where: { $0.id == name }) { return [name] }
      guard let method = reader.methods.method(named: name) else { return [] }
      return rows.filter { $0.method == method.id }.map(\.id)
    }
  }

  /// What one of the keys `row` and `rows`, or `task` and `tasks`, selects; without either everything, where that is not too much.
  private func axis(
    _ singular: String, _ plural: String, _ one: SourceEntry?, _ several: SourceEntry?, known: [String], most: Int,
    of kind: FigureKind, at position: SourcePosition, meaning: (String) -> [String]
  ) -> [String]? {
    if let one, several != nil {
      reader.problems.report("'\(singular)' and '\(plural)' cannot be given together; keep one.", at: one.keyPosition)
      return nil
    }
    guard let entry = one ?? several else {
      if known.count <= most { return known }
      reader.problems.report(
        "\(kind.rawValue) is of \(most == 1 ? "one \(singular)" : "at most \(most) \(plural)"): give "
          + "'\(most == 1 ? singular : plural)'." + Suggestion.list(plural, known), at: position)
      return nil
    }
    let names = one == nil ? reader.list(entry) : reader.text(entry).map { [($0, entry.value.position)] }
    guard let names else { return nil }
    var selected: [String] = []
    for (name, place) in names {
      let found = meaning(name)
      if found.isEmpty {
        reader.reportUnknown(
          "\(singular) '\(SourceNode.shortened(name))' is not in this manifest", name, known, label: plural, at: place)
      }
      selected += found.filter { !selected.contains($0) }
    }
    let limit = one == nil ? most : 1
    if selected.count > limit {
      reader.problems.report(
        "'\(entry.key)' of \(kind.rawValue) must be \(limit == 1 ? "one \(singular)" : "at most \(limit) \(plural)"), but means "
          + "\(selected.joined(separator: ", ")).", at: entry.value.position)
      return nil
    }
    return selected.isEmpty ? nil : selected
  }

  /// The seed that is meant, all for a mean, the first where none is given.
  private func seeds(_ entry: SourceEntry?, _ kind: FigureKind) -> [RunSeed]? {
    guard let entry else { return Array(seeds.prefix(1)) }
    if case .scalar(let text, isQuoted: false) = entry.value.content {
      if kind.takesMeans, text == "mean" { return seeds }
      if let seed = RunSeed(text), seeds.contains(seed) { return [seed] }
    }
    reader.problems.report(
      "'seed' must be one of the manifest's seeds\(kind.takesMeans ? " or mean" : ""), but is \(entry.value.kind)."
        + Suggestion.list("seeds", seeds.map(\.description)), at: entry.value.position)
    return nil
  }

  /// The numeric option of the rows' methods that a sweep is over.
  private func option(_ entry: SourceEntry?, _ rows: [String], at position: SourcePosition) -> String? {
    guard let entry else {
      reader.problems.report("'option' is missing: name a numeric option of the rows, as in 'option: rank'.", at: position)
      return nil
    }
    guard let name = reader.text(entry) else { return nil }
    var known: [String] = []
    for row in self.rows where rows.contains(row.id) {
      let options = reader.methods.method(named: row.method)?.options ?? []
      known += options.filter(\.type.isNumeric).map(\.name).filter { !known.contains($0) }
    }
    if known.contains(name) { return name }
    reader.reportUnknown(
      "'\(SourceNode.shortened(name))' is no numeric option of these rows", name, known, label: "options",
      at: entry.value.position)
    return nil
  }
}

extension FigureKind {
  /// The keys that a figure of this kind may have.
  fileprivate var keys: [String] {
    let selectors: [String] =
      switch self {
      case .freezingMap, .rankMap, .pruning: ["row", "task", "seed", "modules"]
      case .scoreTrajectories: ["row", "task", "seed", "modules", "group"]
      case .bars, .costBars: ["row", "rows", "task", "tasks"]
      case .costCurves, .learningCurves: ["row", "rows", "task", "seed"]
      case .importanceMap: ["row", "rows", "task", "tasks", "seed", "module"]
      case .agreement: ["row", "rows", "task", "tasks", "modules", "correlation"]
      case .normHistograms: ["row", "rows", "task", "seed", "module", "dataset"]
      case .rankSweep: ["row", "rows", "task", "tasks", "option"]
      case .pareto: ["row", "rows", "task", "tasks", "costs"]
      case .varianceShares: ["row", "rows", "task", "tasks"]
      case .tuning: ["row", "rows"]
      }
    return ["id", "title"] + selectors
  }

  fileprivate var mostRows: Int { keys.contains("rows") ? (self == .normHistograms ? 2 : .max) : 1 }
  fileprivate var isOfOneTask: Bool { !keys.contains("tasks") && self != .tuning }
  fileprivate var isOfOneSeed: Bool { keys.contains("seed") }
  fileprivate var isOfOneModule: Bool { keys.contains("module") }
  /// Whether `seed: mean` is possible.
  fileprivate var takesMeans: Bool { self == .freezingMap || self == .importanceMap }
}

extension OptionType {
  /// Whether its values are single numbers.
  var isNumeric: Bool {
    switch self {
    case .integer, .number, .numberAbove: true
    case .flag, .choice, .names, .numbers, .text: false
    }
  }
}
