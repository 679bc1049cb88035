// PRILoRA (Benedek and Wolf 2024, arXiv 2401.11316): LoRA whose rank grows with depth, and whose A is pruned in place, again and again, by
// |A| times a running mean of the norms of the layer's input features. The paper's text leaves open, and this decides: norms are taken
// over the tokens of a batch (as Wanda's, which the method resembles), the mean starts at its first value with β = 0.9, entries compete
// within a row of A, what is zeroed may grow back before the next pruning, and the last evaluation comes after one more pruning;
// earlier epochs, one of which may be the best, are evaluated as they are, partly regrown.
import Layers
import Settings
import Tensors

/// Pruned and rank-increasing low-rank adaptation.
package final class PRILoRA: TuningMethod {
  package static let description = MethodSchema(
    id: "prilora", label: "PRILoRA",
    source: "Benedek and Wolf 2024, PRILoRA: Pruned and Rank-Increasing Low-Rank Adaptation",
    options: [
      OptionSchema("rank_first", .integer(1...4096), default: .integer(4), "r_s, the rank of the first layer"),
      OptionSchema("rank_last", .integer(1...4096), default: .integer(12), "r_f, the rank of the last layer"),
      OptionSchema(
        "concentrated_layers", .integer(1...1000),
        "so many layers share all of the rank evenly, and the others have none, in place of growing ranks"),
      OptionSchema("concentrated_in", .choice(["upper", "lower"]), "where these layers are; upper where it is not said"),
      OptionSchema("alpha", .number(0...65_536), default: .number(16), "a layer's update is scaled by alpha / its rank"),
      OptionSchema(
        "constant_scale", .flag, default: .flag(false), "scale every layer by alpha / the average rank instead"),
      OptionSchema("dropout", .number(0...0.99), default: .number(0), "dropout on the branch's input"),
      OptionSchema(
        "prune", .choice(["importance", "magnitude", "random", "none"]), default: .text("importance"),
        "how the entries to zero are chosen; magnitude leaves the inputs out"),
      OptionSchema("prune_side", .choice(["A", "B"]), default: .text("A"), "the matrix that is pruned"),
      OptionSchema("prune_ratio", .number(0...1), default: .number(0.5), "ρ, the share of entries that is zeroed"),
      OptionSchema("interval", .integer(1...1_000_000), default: .integer(40), "steps between prunings"),
      OptionSchema("beta", .number(0...1), default: .number(0.9), "averaging factor of the input norms"),
      OptionSchema(
        "compare", .choice(["row", "column", "matrix"]), default: .text("row"), "the entries that compete with each other"),
      OptionSchema("regrow", .flag, default: .flag(true), "zeroed entries keep learning until the next pruning"),
      OptionSchema("final_pruning", .flag, default: .flag(true), "prune once more before the last evaluation"),
      Targets.option(default: ["all-linear"]),
    ])
  package static let benchmarkOptions: [String: OptionValue] = ["interval": .integer(4)]

  /// One adapted projection.
  private struct Layer {
    let pair: LoRA.Pair
    /// The running mean of its input features' norms: `[in]`, or `[rank]` where B is pruned; `nil` before the first step.
    var norms: Tensor?
    /// The sums of this step's squared inputs so far; nil outside a step.
    var squares: Tensor?
    /// What the latest pruning kept: 1, else 0.
    var mask: Tensor?
    /// Importances at the latest pruning.
    var importance: Tensor?
  }

  package var form: AdaptedForm { .lowRank(isStabilized: false) }
  package let parameters: [Parameter]
  private let pruning: InputNormPruning
  /// Which entries a random pruning takes is drawn while the run trains.
  private let orderSeed: UInt64
  private var layers: [Layer] = []
  private var isObserving = false
  private var updates = 0
  /// Updates after which was pruned, and how many entries each pruning turned over, by module.
  private var prunings: [Int64] = []
  private var turnover: [Int64] = []
  /// What each pruning kept, and the mean importance it found, by module.
  private var kept: [Int64] = []
  private var meanImportance: [Double] = []
  /// Entries that are gone for good: none while they may grow back.
  package private(set) var idleParameters = 0

  package init(_ options: MethodOptions, on host: MethodHost) throws {
    let projections = try Targets.projections(options, method: Self.description, on: host)
    let depth = (host.projections.map(\.layer).max() ?? 0) + 1
    let ranks = try RankDistribution(options, depth: depth).ranks
    let average = Double(ranks.reduce(0, +)) / Double(depth)
    pruning = try InputNormPruning(options)
    orderSeed = host.orderSeed
    var layers: [Layer] = []
    for projection in projections where ranks[projection.layer] > 0 {
      let rank = ranks[projection.layer]
      let scale = try options.number("alpha") / (try options.flag("constant_scale") ? average : Double(rank))
      let pair = LoRA.pair(projection, rank: rank, scale: scale, dropout: try options.number("dropout"), on: host)
      projection.adapter = pair.adapter
      layers.append(Layer(pair: pair))
    }
    guard !layers.isEmpty else {
      throw AdapterError.noProjection(method: Self.description.id, targets: "of the layers that have a rank")
    }
    self.layers = layers
    parameters = layers.flatMap { [$0.pair.a, $0.pair.b] }
    guard pruning.kind == .importance else { return }
    for index in layers.indices {
      layers[index].pair.adapter.observe = { [weak self] x in self?.observe(x, index) }
    }
  }

  /// The norms of the input's features need every token.
  package var needsEveryToken: Bool { pruning.kind == .importance }

  package func beforeStep(_ step: Int) { isObserving = true }
  package func afterGradients(step: Int) {
    isObserving = false
    averageNorms()
    guard !pruning.regrows else { return }
    // what is gone takes no part in clipping and in the optimizer's moments
    for layer in layers { if let mask = layer.mask { pruned(layer).gradient?.apply(mask: mask) } }
  }

  private func observe(_ x: Tensor, _ index: Int) {
    guard isObserving else { return }
    let pair = layers[index].pair
    let squares = x.backend.withoutGradients {
      let seen = pruning.side == .a ? x.detached : x.detached.linear(weight: pair.a.tensor.detached, bias: nil)
      return seen.columnDots(seen)
    }
    layers[index].squares = x.backend.withoutGradients { layers[index].squares?.adding(squares) } ?? squares
  }

  /// Takes the norms of the step's inputs, all parts of its batch together, into the running means.
  private func averageNorms() {
    for index in layers.indices {
      guard let norms = layers[index].squares?.squareRoots else { continue }
      layers[index].squares = nil
      if let held = layers[index].norms {
        held.average(factor: pruning.beta, with: norms, share: 1 - pruning.beta)
      } else {
        layers[index].norms = norms
      }
    }
  }

  package func afterUpdate(_ update: FinishedUpdate) {
    updates = update.count
    guard pruning.kind != .none else { return }
    if update.count % pruning.interval == 0 {
      prune()
    } else if !pruning.regrows {
      for layer in layers { if let mask = layer.mask { pruned(layer).tensor.apply(mask: mask) } }
    }
  }

  package var actsBeforeLastEvaluation: Bool { pruning.kind != .none && pruning.prunesAtTheEnd }

  package func beforeLastEvaluation(_ sample: (any MeasuredSample)?) {
    guard pruning.kind != .none, pruning.prunesAtTheEnd, updates % pruning.interval != 0 else { return }
    prune()
  }

  private func pruned(_ layer: Layer) -> Parameter { pruning.side == .a ? layer.pair.a : layer.pair.b }

  private func prune() {
    guard let backend = layers.first?.pair.a.tensor.backend else { return }
    // what changed, what is kept and how much it matters, module by module
    let found = Scalars(3 * layers.count, on: backend)
    for index in layers.indices {
      let matrix = pruned(layers[index]).tensor
      var importance: Tensor =
        switch (pruning.kind, layers[index].norms) {
        case (.importance, let norms?): backend.withoutGradients { matrix.magnitudes.scaledColumns(by: norms) }
        case (.magnitude, _): matrix.magnitudes
        default:
          .uniform(
            RandomStream(seed: orderSeed, purpose: .sampling, step: UInt32(truncatingIfNeeded: updates), index: UInt32(index)),
            low: 0, high: 1, shape: matrix.shape, on: backend)
        }
      let before = layers[index].mask ?? .filled(1, shape: matrix.shape, on: backend)
      // without regrowth what is gone ranks below all else and stays gone
      if !pruning.regrows { importance = importance.selected(where: before, otherwise: -1) }
      let mask = pruning.mask(importance)
      found.add(.sum, of: before.subtracting(mask).magnitudes, at: 3 * index)
      found.add(.sum, of: mask, at: 3 * index + 1)
      found.add(.sumInOrder, of: importance, at: 3 * index + 2)
      layers[index].importance = importance
      layers[index].mask = mask
      matrix.apply(mask: mask)
    }
    let values = found.values
    for (index, layer) in layers.enumerated() {
      turnover.append(Int64(values[3 * index]))
      kept.append(Int64(values[3 * index + 1]))
      meanImportance.append(values[3 * index + 2] / Double(pruned(layer).count))
    }
    countIdle(kept: kept.suffix(layers.count).map { Int($0) })
    prunings.append(Int64(updates))
  }

  /// - Parameter kept: entries that are kept, by module.
  private func countIdle(kept: [Int]) {
    idleParameters = pruning.regrows ? 0 : zip(layers, kept).reduce(0) { $0 + pruned($1.0).count - $1.1 }
  }

  /// The latest pruning's masks and the input norms, by the module's path.
  package var latest: [(module: String, kept: [Bool]?, norms: [Float]?, prunedAt: Int?)] {
    layers.map {
      ($0.pair.projection.path, $0.mask?.values.map { $0 != 0 }, $0.norms?.values, prunings.last.map { Int($0) })
    }
  }

  /// The rank of each module, by its path.
  package var ranks: [(module: String, rank: Int)] { layers.map { ($0.pair.projection.path, $0.pair.a.shape[0]) } }

  package var keptParameters: Int {
    layers.reduce(0) { sum, layer in
      sum + layer.pair.a.count + layer.pair.b.count - pruned(layer).tensor.values.count { $0 == 0 }
    }
  }

  package var diagnostics: [Diagnostic] {
    let projections = layers.map(\.pair.projection)
    var found = [
      Diagnostic.byLayer("ranks/value", projections, integers: layers.map { Int64($0.pair.a.shape[0]) }, absent: 0)
    ]
    guard !prunings.isEmpty else { return found }
    found += [
      Diagnostic("pruning/updates", shape: [prunings.count], .integers(prunings), dimensions: ["pruning"]),
      Diagnostic(
        "pruning/turnover", shape: [prunings.count, layers.count], .integers(turnover), dimensions: ["pruning", "module"],
        names: ["module": projections.map(\.path)]),
      Diagnostic(
        "pruning/kept", shape: [prunings.count, layers.count], .integers(kept), dimensions: ["pruning", "module"],
        names: ["module": projections.map(\.path)]),
      Diagnostic(
        "pruning/mean_importance", shape: [prunings.count, layers.count], .numbers(meanImportance),
        dimensions: ["pruning", "module"], names: ["module": projections.map(\.path)]),
    ]
    for layer in layers {
      guard let mask = layer.mask, let importance = layer.importance else { continue }
      let dimensions = pruning.side == .a ? ["rank", "input"] : ["output", "rank"], name = pruned(layer).name
      found += [
        Diagnostic("pruning/mask/\(name)", shape: mask.shape, .integers(mask.values.map { Int64($0) }), dimensions: dimensions),
        Diagnostic(
          "pruning/importance/\(name)", shape: mask.shape, .numbers(importance.values.map(Double.init)), dimensions: dimensions),
      ]
      guard let norms = layer.norms else { continue }
      found.append(
        Diagnostic(
          "pruning/input_norm/\(layer.pair.projection.path)", shape: norms.shape, .numbers(norms.values.map(Double.init)),
          dimensions: [pruning.side == .a ? "input" : "rank"]))
    }
    return found
  }

  package var state: [Diagnostic] {
    var saved = [
      Diagnostic("prunings", shape: [prunings.count], .integers(prunings), dimensions: ["pruning"]),
      Diagnostic("turnover", shape: [turnover.count], .integers(turnover), dimensions: ["entry"]),
      Diagnostic("kept", shape: [kept.count], .integers(kept), dimensions: ["entry"]),
      Diagnostic("mean_importance", shape: [meanImportance.count], .numbers(meanImportance), dimensions: ["entry"]),
      Diagnostic("updates", shape: [1], .integers([Int64(updates)]), dimensions: ["entry"]),
    ]
    for layer in layers {
      let path = layer.pair.projection.path
      for (kind, tensor) in [("norms", layer.norms), ("mask", layer.mask), ("importance", layer.importance)] {
        if let tensor { saved.append(.values(of: tensor, at: "\(kind)/\(path)")) }
      }
    }
    return saved
  }

  package func restore(_ state: [Diagnostic]) throws {
    let saved = try SavedState(state)
    prunings = try saved.integers("prunings")
    turnover = try saved.integers("turnover", prunings.count * layers.count)
    kept = try saved.integers("kept", prunings.count * layers.count)
    meanImportance = try saved.numbers("mean_importance", prunings.count * layers.count)
    updates = Int(try saved.integers("updates", 1)[0])
    for index in layers.indices {
      let path = layers[index].pair.projection.path, matrix = pruned(layers[index])
      let tensor = { (kind: String, shape: [Int]) -> Tensor? in
        guard saved.contains("\(kind)/\(path)") else { return nil }
        return try saved.tensor("\(kind)/\(path)", shape: shape, on: matrix.tensor.backend)
      }
      layers[index].norms = try tensor("norms", [matrix.shape[1]])
      layers[index].mask = try tensor("mask", matrix.shape)
      guard layers[index].mask?.values.allSatisfy({ $0 == 0 || $0 == 1 }) ?? true else {
        throw AdapterError.state("mask/\(path)", "has entries other than 0 and 1")
      }
      guard pruning.kind != .importance || updates == 0 || layers[index].norms != nil else {
        throw AdapterError.state("norms/\(path)", "is missing")
      }
      layers[index].importance = try tensor("importance", matrix.shape)
    }
    countIdle(kept: layers.map { layer in layer.mask?.values.count { $0 != 0 } ?? pruned(layer).count })
  }
}
