// The gate of the pocket profile: whether its tasks tell methods apart at all. Pure numbers; what measures them is elsewhere.
import Metrics

/// What was measured on each task, and what the gate says of it. All scores are percentages.
package struct PocketGate: Sendable, Equatable {
  /// What full fine-tuning is held against.
  package struct Baseline: Sendable, Equatable {
    /// As in a table's head.
    let name: String
    /// By seed, where it has several; not a number where there is none.
    let scores: [Double]
    /// Points by which full fine-tuning must exceed it; 0 asks for any.
    let margin: Double

    /// A baseline, and by how much it must be exceeded.
    init(_ name: String, _ scores: [Double], margin: Double) {
      (self.name, self.scores, self.margin) = (name, scores, margin)
    }

    /// What `score` lacks against it, as a clause; nil where it lacks nothing.
    fileprivate func miss(of score: Double) -> String? {
      guard let own = mean(scores) else { return "no score for \(name)" }
      let distance = score - own
      if margin == 0 { return distance > 0 ? nil : "\(signed(distance)) over \(name)" }
      return distance < margin ? "\(signed(distance)) over \(name) (\(whole(margin)) needed)" : nil
    }
  }

  /// One task.
  package struct Measurement: Sendable, Equatable {
    let task: String
    /// The task's primary metric, for people.
    let metric: String
    /// Full fine-tuning of the pre-trained model, by seed; not a number where a run diverged or failed.
    let tuned: [Double]
    /// In the order of the table's columns, the same for every task of a gate.
    let baselines: [Baseline]
    /// The score of answers that are all right, under labels of which some are wrong on purpose; nil where none are.
    let ceiling: Double?

    /// A task's scores.
    init(task: String, metric: String, tuned: [Double], baselines: [Baseline], ceiling: Double? = nil) {
      (self.task, self.metric, self.tuned, self.baselines, self.ceiling) = (task, metric, tuned, baselines, ceiling)
    }

    /// The mean of full fine-tuning; nil where a run has no score.
    var score: Double? { mean(tuned) }

    /// All that the task misses; empty for one that passes.
    var misses: [String] {
      guard let score else { return ["a run of fft has no score"] }
      let most = ceiling.map { $0 - PocketGate.room } ?? PocketGate.ceiling
      let noRoom = score > most ? ["\(decimal(score)) is above \(decimal(most))"] : []
      return baselines.compactMap { $0.miss(of: score) } + noRoom
    }

    /// Whether full fine-tuning is worse than one of the baselines.
    var isBelowBaseline: Bool {
      guard let score else { return true }
      return baselines.contains { baseline in mean(baseline.scores).map { score < $0 } ?? true }
    }
  }

  /// The PEFT rows without which a table does not tell whether tasks tell methods apart: two may be kin.
  static let fewestRows = 3

  /// The scores of the PEFT rows of a table on one task.
  package struct Spread: Sendable, Equatable {
    let task: String
    /// By row, then by seed; two seeds each, at least.
    let rows: [[Double]]

    /// Takes the scores of a task: a list by seed for each row of the table.
    package init(task: String, rows: [[Double]]) {
      (self.task, self.rows) = (task, rows)
    }

    /// The distance between the best and the worst row's mean, and the deviation of a row over its seeds, pooled.
    ///
    /// - Parameter worstRows: how many of the worst rows are left out.
    package func values(without worstRows: Int) -> (spread: Double, deviation: Double)? {
      let kept = rows.compactMap { row in mean(row).map { (mean: $0, row: row) } }.sorted { $0.mean < $1.mean }
        .dropFirst(worstRows)
      let variances = kept.compactMap { sampleStandardDeviation($0.row).map { $0 * $0 } }
      guard kept.count > 1, kept.count + worstRows == rows.count, variances.count == kept.count, let best = kept.last,
        let worst = kept.first, let variance = mean(variances)
      else { return nil }
      return (best.mean - worst.mean, variance.squareRoot())
    }

    /// Whether rows differ by more than twice what seeds do.
    func isWide(without worstRows: Int) -> Bool {
      values(without: worstRows).map { $0.spread > 2 * $0.deviation } ?? false
    }
  }

  /// What tasks of one kind must do together.
  package struct Terms: Sendable, Equatable {
    /// The most that full fine-tuning may deviate over seeds on any task, in points; nil: as it may.
    let mostDeviation: Double?
    /// Tasks that must pass, and those among them that may not be missing.
    let passesNeeded: Int
    let required: [String]
    /// Whether no task may be below a baseline, those that need not pass included.
    let forbidsBelow: Bool
    /// Tasks on which PEFT rows must differ, and how many of the worst rows do not count there: one that learns nothing makes any
    /// spread wide.
    let spreadsNeeded: Int
    let worstRowsLeftOut: Int
    /// The table whose PEFT rows are meant where the one at hand has too few.
    let table: String

    /// Tasks with labels: GLUE's eight kinds.
    package static let labels = Terms(
      mostDeviation: 5, passesNeeded: 7, required: ["mrpc", "rte", "sst2"], forbidsBelow: true, spreadsNeeded: 5,
      worstRowsLeftOut: 1,
      table: "table1")
    /// Tasks whose answers are texts.
    package static let texts = Terms(
      mostDeviation: nil, passesNeeded: 3, required: [], forbidsBelow: false, spreadsNeeded: 2, worstRowsLeftOut: 1,
      table: "generation-table1")
  }

  /// Points by which full fine-tuning must exceed what a model could do without it.
  static let margin = 8.0
  /// Points above the most frequent answer.
  static let aboveChance = 20.0
  /// The score above which a task has no room left, where no label is wrong on purpose.
  static let ceiling = 97.0
  /// Points below the score of right answers above which a task has no room left, where some labels are wrong on purpose.
  static let room = 2.0

  let terms: Terms
  let measurements: [Measurement]
  /// Of tasks of which enough runs of enough rows are there; empty where no table has been trained.
  let spreads: [Spread]

  /// Judges the measurements and the spreads by the terms of their kind of task. Spreads of too few rows or seeds are left out.
  package init(_ measurements: [Measurement], spreads: [Spread], terms: Terms) {
    self.terms = terms
    self.measurements = measurements
    self.spreads = spreads.filter { $0.rows.count >= Self.fewestRows && $0.values(without: terms.worstRowsLeftOut) != nil }
  }

  /// The gate's conditions with what was found.
  var conditions: [(text: String, holds: Bool)] {
    let passing = measurements.filter { $0.misses.isEmpty }.map(\.task)
    var conditions = [
      ("\(passing.count) of \(measurements.count) tasks pass (\(terms.passesNeeded) needed)", passing.count >= terms.passesNeeded)
    ]
    if !terms.required.isEmpty {
      let lacking = terms.required.filter { !passing.contains($0) }
      let missing = lacking.isEmpty ? "" : ": \(list(lacking)) missing"
      conditions.append(("\(list(terms.required)) are among them" + missing, lacking.isEmpty))
    }
    if terms.forbidsBelow {
      let below = measurements.filter(\.isBelowBaseline).map(\.task)
      conditions.append(("no task is below a baseline" + (below.isEmpty ? "" : ": \(list(below))"), below.isEmpty))
    }
    if let most = terms.mostDeviation {
      let wild: [String] = measurements.compactMap { measured in
        guard let deviation = sampleStandardDeviation(measured.tuned), deviation.isFinite else {
          return "\(measured.task) has none"
        }
        return deviation > most ? "\(measured.task) \(decimal(deviation))" : nil
      }
      conditions.append(
        (
          "full fine-tuning deviates by at most \(whole(most)) points over seeds" + (wild.isEmpty ? "" : ": \(list(wild))"),
          wild.isEmpty
        ))
    }
    if !spreads.isEmpty {
      let wide = spreads.count { $0.isWide(without: terms.worstRowsLeftOut) }
      conditions.append(
        (
          "\(rowsName) differ by more than twice their deviation over seeds on \(wide) of \(spreads.count) tasks "
            + "(\(terms.spreadsNeeded) needed)", wide >= terms.spreadsNeeded
        ))
    }
    return conditions
  }

  private var rowsName: String { terms.worstRowsLeftOut == 0 ? "PEFT rows" : "PEFT rows but the worst" }

  /// Whether every condition holds.
  package var isPassed: Bool { conditions.allSatisfy(\.holds) }

  /// The table, the conditions and the verdict, as Markdown.
  package var markdown: String {
    let baselines = measurements.first?.baselines.map(\.name) ?? [], hasCeilings = measurements.contains { $0.ceiling != nil }
    var lines = [
      "| \((["task (metric)", "fft"] + baselines + (hasCeilings ? ["ceiling"] : []) + ["verdict"]).joined(separator: " | ")) |",
      "|---|\(String(repeating: "--:|", count: 1 + baselines.count + (hasCeilings ? 1 : 0)))---|",
    ]
    for measured in measurements {
      let verdict = measured.misses.isEmpty ? "pass" : "**miss**: " + measured.misses.joined(separator: "; ")
      let scores =
        ([measured.tuned] + measured.baselines.map(\.scores)).map(seeds)
        + (hasCeilings ? [measured.ceiling.map(decimal) ?? "—"] : [])
      lines.append("| \((["\(measured.task) (\(measured.metric))"] + scores + [verdict]).joined(separator: " | ")) |")
    }
    if !spreads.isEmpty {
      lines += ["", "| \(rowsName) | spread of means | deviation over seeds | verdict |", "|---|--:|--:|---|"]
      for spread in spreads {
        let values = spread.values(without: terms.worstRowsLeftOut).map { "\(decimal($0.spread)) | \(decimal($0.deviation))" }
        let verdict = spread.isWide(without: terms.worstRowsLeftOut) ? "wide" : "**narrow**"
        lines.append("| \(spread.task) | \(values ?? "— | —") | \(verdict) |")
      }
    }
    lines += [""] + conditions.map { "- \($0.holds ? "holds" : "**misses**"): \($0.text)" }
    if spreads.isEmpty {
      lines.append(
        "- not judged: whether PEFT rows differ by more than seeds do; that takes \(Self.fewestRows) of them or more, of two seeds each, as `make \(terms.table)` trains"
      )
    }
    lines += ["", isPassed ? "The gate is passed." : "The gate is **not** passed."]
    return lines.joined(separator: "\n") + "\n"
  }

  private func seeds(_ scores: [Double]) -> String {
    guard let middle = mean(scores) else { return "no score" }
    return decimal(middle) + (sampleStandardDeviation(scores).map { " ± \(decimal($0))" } ?? "")
  }
}
private func decimal(_ value: Double) -> String {
  guard value.isFinite else { return "—" }
  let tenths = Int((abs(value) * 10).rounded())
  return (value < 0 && tenths > 0 ? "−" : "") + "\(tenths / 10).\(tenths % 10)"
}

private func signed(_ value: Double) -> String { (value < 0 ? "" : "+") + decimal(value) }

private func whole(_ value: Double) -> String { "\(Int(value))" }

private func list(_ names: [String]) -> String { names.joined(separator: ", ") }
