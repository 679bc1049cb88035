// A plan carried out: its experiments one after the other. What several of them need is read once and trained once.
import Foundation
import Manifests
import Records

/// The experiments of a plan, to be run in order.
package struct ExperimentSeries: Sendable {
  /// What came of a series.
  package struct Outcome: Sendable, Equatable {
    /// An experiment that lacks something.
    package struct Incomplete: Sendable, Equatable {
      /// The experiment's id.
      package let experiment: String
      /// What it lacks, a sentence each.
      package let reasons: [String]
    }

    /// Runs that were trained in this call.
    package internal(set) var trained = 0
    /// The experiments that lack something, in order.
    package internal(set) var incomplete: [Incomplete] = []
    /// Whether the series was stopped before its end.
    package internal(set) var wasStopped = false

    /// `2 of 17 experiments are incomplete:` and a few lines for each; nil where all are whole.
    /// - Parameter count: the experiments of the series.
    package func text(of count: Int) -> String? {
      if incomplete.isEmpty { return nil }
      let verb = incomplete.count == 1 ? "is" : "are"
      let lines = incomplete.flatMap { item in
        let rest = item.reasons.count - Self.mostReasons
        return item.reasons.prefix(Self.mostReasons).map { "  \(item.experiment): \($0)" }
          + (rest > 0 ? ["  \(item.experiment): … and \(rest) more"] : [])
      }
      return (["\(incomplete.count) of \(count) experiments \(verb) incomplete:"] + lines).joined(separator: "\n")
    }

    private static let mostReasons = 3
  }

  /// What the series trains, resolved and checked.
  package let plan: Plan
  private let store: RunStore

  /// The experiments of a plan; nothing is run yet.
  package init(_ plan: Plan, store: RunStore) {
    self.plan = plan
    self.store = store
  }

  /// What is to be known before anything is trained: of the data, and, where there is one experiment, of how its rows compare.
  package var notes: [String] { notes(updates: []) }

  /// The same, where it is known how much each run is trained.
  package func notes(updates: [UpdateCount]) -> [String] {
    var notes: [String] = []
    for note in plan.items.flatMap(\.notes) where !notes.contains(note) { notes.append(note) }
    guard plan.items.count == 1, let item = plan.items.first else { return notes }
    return item.experiment.tuningNotes + item.experiment.unlikeRows(among: item.runs.map(\.specification), updates: updates) + notes
  }

  /// Different runs that are not done.
  package var toTrain: Int { Set(plan.runs.map(\.identity).filter { store.record($0) == nil }).count }

  /// `17 experiments · pocket · 1203 runs, 640 of them different, 256 done before, 384 to go`, and which cannot be run; of one
  /// experiment its name, and its runs by their axes.
  package var summary: String {
    if plan.items.count == 1, let item = plan.items.first {
      return "\(item.experiment.id) · \(plan.profile.rawValue) · \(PlanSummary(item.runs, store: store).text)"
    }
    let different = Set(plan.runs.map(\.identity)).count
    let blocked = plan.items.filter { !$0.problems.isEmpty }.map(\.experiment.id)
    return "\(plan.items.count) experiments · \(plan.profile.rawValue) · \(plan.runs.count) runs, "
      + "\(different) of them different, \(different - toTrain) done before, \(toTrain) to go"
      + (blocked.isEmpty ? "" : "; cannot be run: \(blocked.joined(separator: ", "))")
  }

  /// Runs the experiments in order, and goes on after one that lacks something.
  /// - Parameters:
  ///   - runner: trains an experiment's runs.
  ///   - progress: follows the runs of the experiment with this place among several, as `3/17 table1`; empty where there is one.
  ///   - say: takes a line about an experiment.
  ///   - report: writes what an experiment leaves when its runs are done; returns what it lacks.
  package func run(
    runner: (Experiment) -> Runner, progress: (String) -> RunProgress, say: (String) -> Void,
    report: (Experiment) throws -> [String]
  ) -> Outcome {
    var outcome = Outcome()
    let isOne = plan.items.count == 1
    for (index, item) in plan.items.enumerated() {
      let id = item.experiment.id, place = "\(index + 1)/\(plan.items.count)"
      var reasons = item.problems.map(\.description)
      if reasons.isEmpty {
        if !isOne { say("[\(place)] \(id) · \(PlanSummary(item.runs, store: store).text)") }
        do {
          let summary = try runner(item.experiment).run(item.runs, progress: progress(isOne ? "" : "\(place) \(id)"))
          outcome.trained += summary.trained
          if summary.wasStopped {
            outcome.wasStopped = true
            return outcome
          }
          reasons += summary.failures.map { "\($0.run.specification.shortName) failed: \($0.reason)" }
          for reason in reasons { say(reason) }
          reasons += try report(item.experiment)
        } catch {
          reasons.append("\(error)")
        }
      } else {
        say("[\(place)] \(id) · cannot be run: \(reasons.joined(separator: "; "))")
      }
      if !reasons.isEmpty { outcome.incomplete.append(.init(experiment: id, reasons: reasons)) }
    }
    return outcome
  }
}
