// The figures that a manifest asks for: of which kind, and of which of its runs. None of it changes a run.
import Metrics
import Settings

/// What a figure shows.
package enum FigureKind: String, Sendable, Codable, CaseIterable {
  /// The step at which each matrix froze, layer by module (AFLoRA's Fig. 5).
  case freezingMap = "freezing-map"
  /// The freezing scores over training, above the fraction of matrices that are frozen.
  case scoreTrajectories = "score-trajectories"
  /// The table's scores, a panel for each task and in it a row for each row (AFLoRA's Figs. 2 and 4): bars from zero, or, where those
  /// would look alike, differences to the table's baseline.
  case bars
  /// Time and operations per token, trainable parameters and peak memory, each relative to the largest row's (AFLoRA's Fig. 3).
  case costBars = "cost-bars"
  /// Operations and trainable parameters over training.
  case costCurves = "cost-curves"
  /// The rows' average scores over what they cost, a panel for each cost, with the Pareto front.
  case pareto
  /// The importance of one module's layers, by task or by row (LoRA-drop's Figs. 4, 5 and 12).
  case importanceMap = "importance-map"
  /// How far the importances of a module's layers agree between runs of one task, of one seed, and of neither.
  case agreement
  /// The distribution of the squared norms of a module's outputs over examples, layer by layer (LoRA-drop's Figs. 2 and 6 to 10).
  case normHistograms = "norm-histograms"
  /// The rank of each adapter, layer by module.
  case rankMap = "rank-map"
  /// How much of each adapter the last pruning kept, and how much each pruning changed.
  case pruning
  /// The table's scores against a numeric option of its rows.
  case rankSweep = "rank-sweep"
  /// Validation scores by epoch and training loss by step.
  case learningCurves = "learning-curves"
  /// Which parts of the scores' variance lie between initialisations, between orders and in neither, a panel for each task (Dodge et al.
  /// 2020).
  case varianceShares = "variance-shares"
  /// Each method's scores over the values that a search tried: of a search its own, of a table those that its rows' settings are from.
  case tuning

  /// The title where a manifest gives none.
  package var title: String {
    switch self {
    case .freezingMap: "Freezing iterations"
    case .scoreTrajectories: "Freezing scores over training"
    case .bars: "Scores by task"
    case .costBars: "Cost of training"
    case .costCurves: "Cost over training"
    case .pareto: "Score over cost"
    case .importanceMap: "Importance of layers"
    case .agreement: "Agreement of importances"
    case .normHistograms: "Squared norms of the adapters' outputs"
    case .rankMap: "Ranks"
    case .pruning: "Pruning"
    case .rankSweep: "Scores by option"
    case .learningCurves: "Learning curves"
    case .varianceShares: "Where the variance comes from"
    case .tuning: "Scores over what the search tried"
    }
  }
}

/// By what the lines of a figure of freezing scores are told apart.
package enum FigureGrouping: String, Sendable, Codable, CaseIterable {
  /// One colour for each module.
  case module
  /// One colour for each layer, from dark to light, and a panel for each module.
  case layer
}

/// Which measurement of output norms a figure shows.
package enum NormDataset: String, Sendable, Codable, CaseIterable {
  /// That on which LoRA-drop chose its layers.
  case importance
  /// That of the trained model.
  case final
}

/// What a row's runs cost.
package enum CostQuantity: String, Sendable, Codable, CaseIterable {
  /// Parameters that learn, without the head: the mean over the updates and the runs.
  case parameters
  /// The method's own parameters that are there at the end.
  case kept
  /// Floating-point operations of a run's training, as counted.
  case operations
  /// Seconds of a run's training, as a clock measured them.
  case time
  /// The most memory that a run's tensors took.
  case memory

  /// The costs of a figure that names none.
  static let usual: [CostQuantity] = [.parameters, .time, .memory]
}

/// One figure of a manifest under one profile, every selection filled in.
package struct FigureSettings: Sendable, Equatable, Codable {
  /// What the figure shows.
  package let kind: FigureKind
  /// The figure's id, unique in the manifest and part of its files' names.
  package let id: String
  /// The title for people.
  package let title: String
  /// The ids of its rows, in the order written, or else the manifest's.
  package let rows: [String]
  /// The ids of its tasks, in the order written, or else the manifest's.
  package let tasks: [String]
  /// Its seeds: one, or all where the figure is of their mean.
  package let seeds: [RunSeed]
  /// The modules that it shows; nil: all that the runs recorded.
  package let modules: [String]?
  /// By what lines are told apart.
  package let grouping: FigureGrouping
  /// Which measurement of output norms it shows.
  package let dataset: NormDataset
  /// The option on the horizontal axis of a sweep; nil for every other kind.
  package let option: String?
  /// The costs that scores stand over, a panel each; empty for every kind but `pareto`.
  package let costs: [CostQuantity]
  /// By what importances are compared.
  package let correlation: ProfileCorrelation

  /// Makes settings from their parts.
  package init(
    _ kind: FigureKind, id: String? = nil, title: String? = nil, rows: [String], tasks: [String], seeds: [RunSeed],
    modules: [String]? = nil, grouping: FigureGrouping = .module, dataset: NormDataset = .importance, option: String? = nil,
    costs: [CostQuantity] = [], correlation: ProfileCorrelation = .spearman
  ) {
    self.kind = kind
    self.id = id ?? kind.rawValue
    self.title = title ?? kind.title
    self.rows = rows
    self.tasks = tasks
    self.seeds = seeds
    self.modules = modules
    self.grouping = grouping
    self.dataset = dataset
    self.option = option
    self.costs = costs
    self.correlation = correlation
  }

  /// The same figure of other rows, tasks and seeds.
  func of(rows: [String], tasks: [String], seeds: [RunSeed]) -> FigureSettings {
    FigureSettings(
      kind, id: id, title: title, rows: rows, tasks: tasks, seeds: seeds, modules: modules, grouping: grouping, dataset: dataset,
      option: option, costs: costs, correlation: correlation)
  }

  /// What the figure shows of a part of its experiment; nil where that is nothing.
  func part(of part: Experiment) -> FigureSettings? {
    let own = of(
      rows: rows.filter { row in part.rows.contains { $0.id == row } },
      tasks: tasks.filter { task in part.tasks.contains { $0.id == task } }, seeds: seeds.filter(part.seeds.contains))
    return own.rows.isEmpty || own.tasks.isEmpty || own.seeds.isEmpty ? nil : own
  }
}
