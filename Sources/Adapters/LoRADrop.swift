// LoRA-drop (Zhou et al. 2024, arXiv 2402.07721): a LoRA is trained on a stratified sample of the training set; the importance of a
// layer is the share of its ‖ΔW x‖², summed over the sample's tokens, among the layers of the same projection (Eq. 2 and 3). Layers are
// kept from the most important on until their importances reach T; those keep a LoRA of their own, all others of a projection share
// one. Training proper starts from fresh parameters, the head's included, on the whole set. The paper does not say whether the sample's
// LoRA carries over; a fresh start makes T = 1 the ordinary LoRA, to the bit.
//
// Table 3 turns that round: an ordinary LoRA is trained, its importances are measured at its end, and it is evaluated with only its most
// or least important layers, as many "as LoRA-drop keeps in Table 1". That number is the preliminary's, which is made first here: by
// seed and options it is that of the run of Table 1, to the bit.
import Layers
import Settings
import Tensors

/// LoRA pruned by the output of each layer's own.
package final class LoRADrop: TuningMethod {
  package static let description = MethodSchema(
    id: "loradrop", aliases: ["lora-drop"], label: "LoRA-drop",
    source: "Zhou et al. 2024, LoRA-drop: Efficient LoRA Parameter Pruning based on Output Evaluation",
    options: LoRA.options() + [
      OptionSchema(
        "threshold", .number(0...1), default: .number(0.9), excludes: ["keep"], "T, the sum of importances that is kept"),
      OptionSchema("sample_ratio", .number(1e-6...1), default: .number(0.1), "α, the share of the training set in the sample"),
      OptionSchema(
        "sample_epochs", .integer(1...1000), default: .integer(3), excludes: ["sample_steps"], "n, passes over the sample"),
      OptionSchema(
        "sample_steps", .integer(1...10_000_000), excludes: ["sample_epochs"],
        "updates on the sample, in place of whole passes: as many for a sample of any size (Figs. 5 and 12)"),
      OptionSchema(
        "variant", .choice(LayerSelection.Variant.allCases.map(\.rawValue)), default: .text("share"),
        "which layers keep a LoRA of their own, and what the others have"),
      OptionSchema(
        "keep", .integer(1...10_000), excludes: ["threshold"],
        "k, how many layers of each projection are kept, in place of as many as the threshold asks for"),
      OptionSchema(
        "final_norms", .flag, default: .flag(false),
        "whether ‖ΔW x‖² is measured again after training (Figs. 9 and 10); the run is then evaluated at its end alone"),
    ])

  package var form: AdaptedForm { .lowRank(isStabilized: false) }
  package private(set) var parameters: [Parameter] = []
  package let preliminary: Preliminary?
  package let lastSample: Preliminary.Sample?
  private let variant: LayerSelection.Variant
  private let rank: Int
  private let dropout: Double
  private let threshold: Double
  private let keep: Int?
  private let measuresFinalNorms: Bool
  private let host: MethodHost
  private let projections: [Projection]
  private let scale: Double
  /// The sample's LoRA, one for each projection, which is measured; gone when training proper is set up.
  private var probes: [LoRA.Pair] = []
  /// What is trained, one for each projection that has one; those that share one have the same matrices.
  private var pairs: [LoRA.Pair] = []
  /// The head's values at the start.
  private let head: [Tensor]
  /// ‖ΔW x‖² of each projection for each example of the sample, summed over its tokens; by projection. They are what is selected by: of
  /// a verification, those of the trained LoRA.
  package private(set) var squaredNorms: [[Double]] = []
  /// Of a verification, those of the preliminary, which say how many layers it evaluates with.
  private var earlierNorms: [[Double]] = []
  /// The same after training, where it is asked for; nothing for a projection without a LoRA.
  private var finalNorms: [[Double]] = []
  /// The rows of the training set that the sample's examples are.
  private var sampleRows: [Int64] = []
  /// What every projection has in training proper; empty before the selection.
  package private(set) var selection: [LayerSelection.Choice] = []

  package init(_ options: MethodOptions, on host: MethodHost) throws {
    self.host = host
    rank = try options.integer("rank")
    dropout = try options.number("dropout")
    threshold = options.has("threshold") ? try options.number("threshold") : 1
    keep = options.has("keep") ? try options.integer("keep") : nil
    scale = try options.number("alpha") / Double(rank)
    projections = try Targets.projections(options, method: Self.description, on: host)
    head = host.head.map { $0.tensor.copied() }
    variant = LayerSelection.Variant(rawValue: try options.text("variant")) ?? .share
    let sample = Preliminary.Sample.share(try options.number("sample_ratio"))
    measuresFinalNorms = try options.flag("final_norms")
    lastSample = variant.isVerification || measuresFinalNorms ? sample : nil
    // a verification of so many layers has nothing to find out before it trains
    guard !variant.isVerification || keep == nil else {
      preliminary = nil
      selection = projections.map { _ in .own }
      build()
      return
    }
    let length: Preliminary.Length =
      options.has("sample_steps")
      ? .updates(try options.integer("sample_steps")) : .epochs(try options.integer("sample_epochs"))
    preliminary = Preliminary(sample: sample, length: length)
    probes = projections.map { pair($0, named: "probe.\($0.path)") }
    for probe in probes { probe.projection.adapter = probe.adapter }
    parameters = probes.flatMap { [$0.a, $0.b] }
  }

  private func pair(_ projection: Projection, named name: String? = nil) -> LoRA.Pair {
    LoRA.pair(
      projection, named: name, rank: rank, scale: scale, dropout: dropout, on: host)
  }

  package func finishPreliminary(_ sample: any MeasuredSample) throws {
    let norms = try measure(probes, on: sample)
    if variant.isVerification {
      earlierNorms = norms
      selection = projections.map { _ in .own }
    } else {
      squaredNorms = norms
      selection = choices(variant)
    }
    build()
    for (parameter, values) in zip(host.head, head) { parameter.tensor.assign(values) }
  }

  /// The norms after training; and the verification of Table 3: what was trained is evaluated with the chosen layers alone.
  package func beforeLastEvaluation(_ sample: (any MeasuredSample)?) throws {
    guard let sample else { return }
    guard variant.isVerification else {
      let norms = try OutputNorms.measure(pairs, on: sample)
      finalNorms = projections.map { projection in
        pairs.firstIndex { $0.projection.path == projection.path }.map { norms[$0] } ?? sample.rows.map { _ in 0 }
      }
      return
    }
    squaredNorms = try measure(pairs, on: sample)
    selection = choices(variant)
    if measuresFinalNorms { finalNorms = squaredNorms }
    for (projection, choice) in zip(projections, selection) where choice == .none { projection.adapter = nil }
    pairs = zip(pairs, selection).filter { $1 == .own }.map(\.0)
    parameters = pairs.flatMap { [$0.a, $0.b] }
  }

  private func measure(_ pairs: [LoRA.Pair], on sample: any MeasuredSample) throws -> [[Double]] {
    sampleRows = sample.rows.map { Int64($0) }
    return try OutputNorms.measure(pairs, on: sample)
  }

  /// What a variant chooses by the importances at hand, in the order of `modules`.
  package func choices(_ variant: LayerSelection.Variant) -> [LayerSelection.Choice] {
    choices(variant, by: squaredNorms, counts: earlierNorms.isEmpty ? [:] : earlierCounts)
  }

  /// How many layers of each role LoRA-drop keeps by what a verification's preliminary measured.
  private var earlierCounts: [ProjectionRole: Int] {
    let kept = zip(projections, choices(.share, by: earlierNorms)).filter { $1 == .own }.map(\.0.role)
    return ProjectionRole.allCases.reduce(into: [:]) { counts, role in counts[role] = kept.count { $0 == role } }
  }

  private func choices(
    _ variant: LayerSelection.Variant, by norms: [[Double]], counts: [ProjectionRole: Int] = [:]
  ) -> [LayerSelection.Choice] {
    var selection = LayerSelection(variant: variant, threshold: threshold, keep: keep, seed: host.seed)
    selection.counts = counts
    let roles = projections.map(\.role)
    return selection.choices(
      OutputNorms.importance(norms, roles: roles), layers: projections.map(\.layer), roles: roles, on: host.backend)
  }

  /// Without norms: they are among what the run recorded, not among its weights.
  package func adopt(savedNames: Set<String>) {
    // a run that ended in the preliminary saved the sample's LoRA
    guard probes.allSatisfy({ !savedNames.contains($0.a.name) }) else { return }
    selection = projections.map { projection in
      if savedNames.contains("\(projection.path).lora_A") { return .own }
      return savedNames.contains("shared.\(projection.role.rawValue).lora_A") ? .shared : .none
    }
    build()
  }

  /// Fresh parameters for what the selection says.
  private func build() {
    probes = []
    pairs = []
    parameters = []
    var shared: [ProjectionRole: LoRA.Pair] = [:]
    for (projection, choice) in zip(projections, selection) {
      switch choice {
      case .none: projection.adapter = nil
      case .own:
        pairs.append(pair(projection))
        parameters += [pairs[pairs.count - 1].a, pairs[pairs.count - 1].b]
      case .shared:
        let pair =
          shared[projection.role]?.shared(with: projection) ?? pair(projection, named: "shared.\(projection.role.rawValue)")
        if shared[projection.role] == nil { parameters += [pair.a, pair.b] }
        shared[projection.role] = pair
        pairs.append(pair)
      }
    }
    for pair in pairs { pair.projection.adapter = pair.adapter }
  }

  /// I (Eq. 3): each projection's share among those of its role.
  package var importance: [Double] { OutputNorms.importance(squaredNorms, roles: projections.map(\.role)) }

  /// The modules' paths, in the order of `importance` and `selection`.
  package var modules: [String] { projections.map(\.path) }

  /// Beside all parameters, those of the layers that keep a LoRA of their own (the paper's tables seem to print these), and how many
  /// such layers each role has: `kept.query` and so on.
  package var measures: [String: Double] {
    let own = zip(projections, selection).filter { $1 == .own }.map(\.0)
    var measures = [
      "kept.parameters": Double(keptParameters),
      "own.parameters": Double(own.reduce(0) { $0 + rank * ($1.linear.inputSize + $1.linear.outputSize) }),
    ]
    for role in ProjectionRole.allCases where projections.contains(where: { $0.role == role }) {
      measures["kept.\(role.rawValue)"] = Double(own.count { $0.role == role })
    }
    return measures
  }

  package var diagnostics: [Diagnostic] {
    let earlier = earlierNorms.isEmpty ? [] : OutputNorms.sums(earlierNorms, projections: projections, under: "before")
    guard !squaredNorms.isEmpty else { return earlier }
    return earlier + OutputNorms.diagnostics(squaredNorms, projections: projections) + [
      Diagnostic("importance/example_row", shape: [sampleRows.count], .integers(sampleRows), dimensions: ["example"]),
      .byLayer(
        "importance/selection", projections, integers: selection.map { Int64($0.rawValue) }, absent: -1,
        names: ["choice": LayerSelection.Choice.allCases.map { "\($0)" }]),
    ] + (finalNorms.isEmpty ? [] : [OutputNorms.byExample("final/example_squared_norm", finalNorms, projections)])
  }

  package var state: [Diagnostic] {
    let norms = variant.isVerification ? earlierNorms : squaredNorms
    guard !norms.isEmpty else { return [] }
    return [
      Diagnostic("sample_rows", shape: [sampleRows.count], .integers(sampleRows), dimensions: ["example"]),
      Diagnostic(
        "selection", shape: [selection.count], .integers(selection.map { Int64($0.rawValue) }), dimensions: ["module"]),
      Diagnostic(
        "squared_norms", shape: [norms.reduce(0) { $0 + $1.count }], .numbers(norms.flatMap { $0 }),
        dimensions: ["entry"]),
    ]
  }

  package func restore(_ state: [Diagnostic]) throws {
    guard !state.isEmpty else { return }
    let saved = try SavedState(state)
    selection = try saved.integers("selection", projections.count).map { number in
      guard let choice = LayerSelection.Choice(rawValue: Int(number)) else {
        throw AdapterError.state("selection", "has the unknown choice \(number)")
      }
      return choice
    }
    let values = try saved.numbers("squared_norms")
    guard values.count % projections.count == 0 else {
      throw AdapterError.state("squared_norms", "is no whole number of examples")
    }
    let examples = values.count / projections.count
    sampleRows = try saved.integers("sample_rows", examples)
    let norms = projections.indices.map { Array(values[$0 * examples..<($0 + 1) * examples]) }
    if variant.isVerification { earlierNorms = norms } else { squaredNorms = norms }
    build()
  }
}
