// What a call is to do, as one value: experiments under one profile with the runs of each, resolved once and checked once. `run` plans
// one experiment, `all` plans many; `--dry-run` prints a plan, `ExperimentSeries` carries it out. It can be written to a file: it reads
// back equal.
import Manifests
import Records
import Settings

/// The runs of one or more experiments, with everything that is wrong with them.
package struct Plan: Sendable, Equatable, Codable {
  /// One experiment with the runs of it that were asked for.
  package struct Item: Sendable, Equatable, Codable {
    /// The experiment, whole.
    package let experiment: Experiment
    /// Its runs that were asked for, in table order; empty where it cannot be run.
    package let runs: [PlannedRun]
    /// What keeps it from being run, each with its place in a file where it has one.
    package let problems: [Problem]
    /// What is to be known of the runs that are not done, although it keeps none from being run.
    package let notes: [String]
  }

  /// The size at which its experiments run.
  package let profile: Profile
  /// The experiments, in order.
  package let items: [Item]

  /// Plans experiments. One that cannot be run keeps no other from it.
  ///
  /// - Parameters:
  ///   - experiments: all of one profile.
  ///   - narrowing: the part of each that is wanted.
  ///   - store: where runs that are done need no check.
  /// - Throws: `ManifestError.narrowing`.
  package init(
    _ experiments: [Experiment], profile: Profile, narrowing: Narrowing = Narrowing(), inputs: RunInputs, store: RunStore
  ) throws(ManifestError) {
    self.profile = profile
    var items: [Item] = []
    for experiment in experiments {
      var check = PlanCheck(experiment, inputs: inputs, store: store)
      let runs = check.plan(try experiment.part(narrowing).runs)
      items.append(
        Item(experiment: experiment, runs: check.problems.isEmpty ? runs : [], problems: check.problems, notes: check.notes))
    }
    self.items = items
  }

  /// The runs of all experiments, in order; one that several share comes several times.
  package var runs: [PlannedRun] { items.flatMap(\.runs) }

  /// What is wrong with any of the experiments.
  package var problems: [Problem] { items.flatMap(\.problems) }
}
