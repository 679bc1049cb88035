// Many experiments, one after the other. What several of them need is read once and trained once.
import Foundation
import Manifests

/// Experiments under one profile, planned together.
public struct ExperimentSeries: Sendable {
  /// One experiment with its runs.
  public struct Item: Sendable {
    /// The experiment.
    public let manifest: Manifest
    /// Its runs; empty where it cannot be planned.
    public let plan: [PlannedRun]
    /// Whether the runs are there to be timed.
    public let isTimed: Bool
    /// What keeps it from being run.
    public let problems: [String]
  }

  /// What came of a series.
  public struct Outcome: Sendable, Equatable {
    /// An experiment that lacks something.
    public struct Incomplete: Sendable, Equatable {
      /// The experiment's id.
      public let experiment: String
      /// What it lacks, a sentence each.
      public let reasons: [String]
    }

    /// Runs that were trained in this call.
    public internal(set) var trained = 0
    /// The experiments that lack something, in order.
    public internal(set) var incomplete: [Incomplete] = []
    /// Whether the series was stopped before its end.
    public internal(set) var wasStopped = false

    /// `2 of 17 experiments are incomplete:` and a few lines for each; nil where all are whole.
    /// - Parameter count: the experiments of the series.
    public func text(of count: Int) -> String? {
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

  /// The profile.
  public let profile: Profile
  /// The experiments, in order.
  public let items: [Item]

  /// Plans every experiment that has the profile. One that cannot be planned keeps no other from being run.
  public init(_ manifests: [Manifest], profile: Profile, inputs: RunInputs, store: RunStore) {
    self.profile = profile
    items = manifests.filter { $0.profiles.contains(profile) }.map { manifest in
      let isTimed = (try? manifest.plan(for: profile).isTimed) ?? false
      do {
        let digest = try ManifestDigest.of(manifest)
        let plan = try manifest.resolve(profile: profile).map { try inputs.plan($0, manifestDigest: digest) }
        let problems = try PlanCheck.problems(plan, store: store, inputs: inputs)
        return Item(manifest: manifest, plan: problems.isEmpty ? plan : [], isTimed: isTimed, problems: problems)
      } catch {
        return Item(manifest: manifest, plan: [], isTimed: isTimed, problems: ["\(error)"])
      }
    }
  }

  /// `17 experiments · pocket · 1203 runs, 640 of them different, 256 done before, 384 to go`, and which cannot be run.
  public func summary(_ store: RunStore) -> String {
    let runs = items.flatMap(\.plan).map(\.identity)
    let different = Set(runs)
    let done = different.filter { store.record($0) != nil }.count
    let blocked = items.filter { !$0.problems.isEmpty }.map(\.manifest.id)
    return "\(items.count) experiment\(items.count == 1 ? "" : "s") · \(profile.rawValue) · \(runs.count) runs, "
      + "\(different.count) of them different, \(done) done before, \(different.count - done) to go"
      + (blocked.isEmpty ? "" : "; cannot be run: \(blocked.joined(separator: ", "))")
  }

  /// Runs the experiments in order, and goes on after one that lacks something.
  /// - Parameters:
  ///   - runner: trains an experiment's runs.
  ///   - progress: follows the runs of the experiment with this place, as `3/17 table1`.
  ///   - say: takes a line about an experiment.
  ///   - report: writes what an experiment leaves when its runs are done; returns what it lacks.
  public func run(
    runner: (Item) -> Runner, progress: (String) -> RunProgress, say: (String) -> Void, report: (Manifest) throws -> [String]
  ) -> Outcome {
    var outcome = Outcome()
    for (index, item) in items.enumerated() {
      let place = "\(index + 1)/\(items.count) \(item.manifest.id)"
      var reasons = item.problems
      if reasons.isEmpty {
        let runner = runner(item)
        say("[\(index + 1)/\(items.count)] \(item.manifest.id) · \(PlanSummary(item.plan, store: runner.store).text)")
        do {
          let summary = try runner.run(item.plan, progress: progress(place))
          outcome.trained += summary.trained
          if summary.wasStopped {
            outcome.wasStopped = true
            return outcome
          }
          reasons += summary.failures.map { "\($0.run.specification.shortName) failed: \($0.reason)" }
          reasons += try report(item.manifest)
        } catch {
          reasons.append("\(error)")
        }
      } else {
        say("[\(index + 1)/\(items.count)] \(item.manifest.id) · cannot be run: \(reasons.joined(separator: "; "))")
      }
      if !reasons.isEmpty { outcome.incomplete.append(.init(experiment: item.manifest.id, reasons: reasons)) }
    }
    return outcome
  }
}
