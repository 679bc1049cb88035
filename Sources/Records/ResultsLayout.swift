// Where everything stands in the folder of results. Whoever writes there and whoever reads from there asks here.
//   runs/<identity>/                                   a run: its files below
//   calls/<process>/                                   what a call that goes on is at
//   <experiment>/<profile>/<row>/<task>/seed-<seed>    a link to a run's folder
//   <experiment>.md, <experiment>-cost.md              its table and what its runs took; other profiles than pocket are in the name
//   figures/<experiment>-<figure>.svg, .png, .csv      a figure and the values in it
import Foundation
import Settings

/// The places in a folder of results.
package struct ResultsLayout: Sendable, Equatable {
  /// The folder itself.
  package let folder: URL

  /// Names a folder; nothing is read.
  package init(_ folder: URL) { self.folder = folder }

  /// The folder of all runs.
  package var runs: URL { folder.appending(path: "runs") }

  /// The folder of the run with this identity.
  package func run(_ identity: String) -> URL { runs.appending(path: identity) }

  /// The readable link to a run.
  package func link(_ run: RunSpecification) -> URL {
    folder.appending(path: "\(run.experiment)/\(run.profile.rawValue)/\(run.row)/\(run.task.id)/seed-\(run.seed)")
  }

  /// A run's place in a folder of curves: `table1/aflora/rte/seed-0`; other profiles than pocket are in the name.
  package static func curves(_ run: RunSpecification) -> String {
    let parts = [name(run.experiment, run.profile), run.row, run.task.id]
    // whatever a name holds, it is one folder's and leads nowhere else
    let safe = parts.map { part in
      let plain = String(part.map { $0 == "/" || $0 == "\0" ? "_" : $0 })
      return plain.isEmpty || plain.hasPrefix(".") ? "_" + plain : plain
    }
    return safe.joined(separator: "/") + "/seed-\(run.seed)"
  }

  /// Where such a link leads: experiment, profile, row and task are four folders up.
  package static func linkDestination(_ identity: String) -> String { "../../../../runs/\(identity)" }

  /// The folder of the calls that go on.
  package var calls: URL { folder.appending(path: "calls") }

  /// The folder that a run made again works in.
  package func rerun(_ name: String) -> URL { folder.appending(path: "reruns/\(name)") }

  /// The pocket profile's generated tasks, in GLUE's layout.
  package var pocketData: URL { folder.appending(path: "data/pocket") }

  /// The file of an experiment's table.
  package func table(_ experiment: String, _ profile: Profile) -> URL {
    folder.appending(path: Self.name(experiment, profile) + ".md")
  }

  /// The file of what an experiment's runs took.
  package func cost(_ experiment: String, _ profile: Profile) -> URL {
    folder.appending(path: Self.name(experiment, profile) + "-cost.md")
  }

  /// A file of one of an experiment's figures: `svg`, `png` or `csv`.
  package func figure(_ experiment: String, _ profile: Profile, _ id: String, _ fileExtension: String) -> URL {
    folder.appending(path: "figures/\(Self.name(experiment, profile))-\(id).\(fileExtension)")
  }

  private static func name(_ experiment: String, _ profile: Profile) -> String {
    experiment + (profile == .pocket ? "" : "-\(profile.rawValue)")
  }
}
