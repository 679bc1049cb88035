// The gate of the pocket profile: whether its tasks tell methods apart at all. Pure numbers; what measures them is elsewhere.
import Metrics

/// What was measured on each task, and what the gate says of it. All scores are percentages.
package struct PocketGate: Sendable, Equatable {
  /// One task.
  package struct Measurement: Sendable, Equatable {
    var task: String
    /// The task's primary metric, for people.
    var metric: String
    /// Full fine-tuning of the pre-trained model, by seed; not a number where a run diverged or failed.
    var tuned: [Double]
    /// Full fine-tuning from random weights, by seed.
    var untrained: [Double]
    /// A linear model on the pre-trained model's first token.
    var probe: Double
    /// A linear model on the counts of words.
    var bag: Double
    /// The most frequent answer.
    var chance: Double

    init(
      task: String, metric: String, tuned: [Double], untrained: [Double], probe: Double, bag: Double, chance: Double
    ) {
      (self.task, self.metric, self.tuned, self.untrained) = (task, metric, tuned, untrained)
      (self.probe, self.bag, self.chance) = (probe, bag, chance)
    }

    /// The mean of full fine-tuning; nil where a run has no score.
    var score: Double? { mean(tuned) }

    private var baselines: [(name: String, score: Double?)] {
      [("the probe", probe), ("random weights", mean(untrained)), ("bag of words", bag)]
    }

    /// All that the task misses; empty for one that passes.
    var misses: [String] {
      guard let score else { return ["a run of fft has no score"] }
      var misses: [String] = []
      for (name, baseline) in baselines {
        guard let baseline else {
          misses.append("no score for \(name)")
          continue
        }
        if score - baseline < PocketGate.margin {
          misses.append("\(signed(score - baseline)) over \(name) (\(whole(PocketGate.margin)) needed)")
        }
      }
      if score - chance < PocketGate.aboveChance {
        misses.append("\(signed(score - chance)) over chance (\(whole(PocketGate.aboveChance)) needed)")
      }
      if score > PocketGate.ceiling { misses.append("\(decimal(score)) is above \(whole(PocketGate.ceiling))") }
      return misses
    }

    /// Whether full fine-tuning is worse than one of the baselines.
    var isBelowBaseline: Bool {
      guard let score else { return true }
      return baselines.contains { $0.score.map { score < $0 } ?? true }
    }
  }

  /// The scores of the PEFT rows of a table on one task.
  package struct Spread: Sendable, Equatable {
    var task: String
    /// By row, then by seed; at least two rows of two seeds each.
    var rows: [[Double]]

    /// Takes the scores of a task: a list by seed for each row of the table.
    package init(task: String, rows: [[Double]]) {
      (self.task, self.rows) = (task, rows)
    }

    /// The distance between the best and the worst row's mean, and the deviation of a row over its seeds, pooled.
    package var values: (spread: Double, deviation: Double)? {
      let means = rows.compactMap { mean($0) }
      let variances = rows.compactMap { sampleStandardDeviation($0).map { $0 * $0 } }
      guard rows.count > 1, means.count == rows.count, variances.count == rows.count, let best = means.max(),
        let worst = means.min(), let variance = mean(variances)
      else { return nil }
      return (best - worst, variance.squareRoot())
    }

    /// Whether rows differ by more than twice what seeds do.
    var isWide: Bool { values.map { $0.spread > 2 * $0.deviation } ?? false }
  }

  /// Points by which full fine-tuning must exceed each baseline.
  static let margin = 8.0
  /// Points above the most frequent answer.
  static let aboveChance = 20.0
  /// The score above which a task has no room left.
  static let ceiling = 97.0
  /// Tasks that must pass, and those among them that may not be missing.
  static let passesNeeded = 6
  static let required = ["mrpc", "rte", "sst2"]
  /// Tasks on which PEFT rows must differ.
  static let spreadsNeeded = 5

  let measurements: [Measurement]
  /// Empty where no table has been trained.
  let spreads: [Spread]

  /// Judges the measurements and the spreads by the gate's conditions.
  package init(_ measurements: [Measurement], spreads: [Spread]) {
    self.measurements = measurements
    self.spreads = spreads
  }

  /// The gate's conditions with what was found.
  var conditions: [(text: String, holds: Bool)] {
    let passing = measurements.filter { $0.misses.isEmpty }.map(\.task)
    let below = measurements.filter(\.isBelowBaseline).map(\.task)
    let lacking = Self.required.filter { !passing.contains($0) }
    var conditions = [
      ("\(passing.count) of \(measurements.count) tasks pass (\(Self.passesNeeded) needed)", passing.count >= Self.passesNeeded),
      (
        "\(list(Self.required)) are among them" + (lacking.isEmpty ? "" : ": \(list(lacking)) missing"), lacking.isEmpty
      ),
      ("no task is below a baseline" + (below.isEmpty ? "" : ": \(list(below))"), below.isEmpty),
    ]
    if !spreads.isEmpty {
      let wide = spreads.filter(\.isWide)
      conditions.append(
        (
          "PEFT rows differ by more than twice their deviation over seeds on \(wide.count) of \(spreads.count) tasks "
            + "(\(Self.spreadsNeeded) needed)", wide.count >= Self.spreadsNeeded
        ))
    }
    return conditions
  }

  /// Whether every condition holds.
  package var isPassed: Bool { conditions.allSatisfy(\.holds) }

  /// The table, the conditions and the verdict, as Markdown.
  package var markdown: String {
    var lines = [
      "| task (metric) | fft | random weights | probe | bag of words | chance | verdict |", "|---|--:|--:|--:|--:|--:|---|",
    ]
    for measured in measurements {
      let verdict = measured.misses.isEmpty ? "pass" : "**miss**: " + measured.misses.joined(separator: "; ")
      let cells = [
        "\(measured.task) (\(measured.metric))", seeds(measured.tuned), seeds(measured.untrained), decimal(measured.probe),
        decimal(measured.bag), decimal(measured.chance), verdict,
      ]
      lines.append("| \(cells.joined(separator: " | ")) |")
    }
    if !spreads.isEmpty {
      lines += ["", "| PEFT rows | spread of means | deviation over seeds | verdict |", "|---|--:|--:|---|"]
      for spread in spreads {
        let values = spread.values.map { "\(decimal($0.spread)) | \(decimal($0.deviation))" } ?? "— | —"
        lines.append("| \(spread.task) | \(values) | \(spread.isWide ? "wide" : "**narrow**") |")
      }
    }
    lines += [""] + conditions.map { "- \($0.holds ? "holds" : "**misses**"): \($0.text)" }
    if spreads.isEmpty {
      lines.append("- not judged: whether PEFT rows differ by more than seeds do; `make table1` trains what it needs")
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
