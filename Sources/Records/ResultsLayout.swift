// Where everything stands in the folder of results. Whoever writes there and whoever reads from there asks here.
//   runs/<identity>/                                   a run: its files below
//   calls/<process>/                                   what a call that goes on is at
//   reruns/<identity>-<process>/                       a run that is being made again
//   launches/<experiment>-<letters>/                   what was handed to a cluster: its tasks, scripts and logs
//   .doomed/                                           what is being removed
//   <experiment>/<profile>/<row>/<task>/seed-<seed>    a link to a run's folder; init-<n>-order-<n> where the two differ
//   <experiment>.md, <experiment>-cost.md              its table and what its runs took; other profiles than pocket are in the name
//   figures/<experiment>/<figure>.svg, .png, .csv      a figure and the values in it
//   index.html, page/                                  the page on all results, and its data
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
    folder.appending(path: "\(run.experiment)/\(run.profile.rawValue)/\(run.row)/\(run.task.id)/\(run.seed.folderName)")
  }

  /// A run's place in a folder of curves: `table1/aflora/rte/seed-0`; other profiles than pocket are in the name.
  package static func curves(_ run: RunSpecification) -> String {
    let parts = [name(run.experiment, run.profile), run.row, run.task.id]
    // whatever a name holds, it is one folder's and leads nowhere else
    let safe = parts.map { part in
      let plain = String(part.map { $0 == "/" || $0 == "\0" ? "_" : $0 })
      return plain.isEmpty || plain.hasPrefix(".") ? "_" + plain : plain
    }
    return safe.joined(separator: "/") + "/" + run.seed.folderName
  }

  /// Where such a link leads: experiment, profile, row and task are four folders up.
  package static func linkDestination(_ identity: String) -> String { "../../../../runs/\(identity)" }

  /// The folder of the calls that go on.
  package var calls: URL { folder.appending(path: "calls") }

  /// The folder of what was handed to a cluster.
  package var launches: URL { folder.appending(path: "launches") }

  /// The folder of runs that are being made again.
  package var reruns: URL { folder.appending(path: "reruns") }

  /// The folder that a run made again works in.
  package func rerun(_ name: String) -> URL { reruns.appending(path: name) }

  /// Whether something in the folder of results is one of its folders in which no link to a run ever lies.
  package func mayLieElsewhere(_ url: URL) -> Bool {
    let own = [
      runs, calls, launches, reruns, doomed, pocketData.deletingLastPathComponent(), folder.appending(path: "figures"), pageData,
    ]
    return own.contains { $0.path == url.path }
  }

  /// Where what is removed goes first, whole: nothing there is a run any more.
  package var doomed: URL { folder.appending(path: ".doomed") }

  /// The pocket profile's generated tasks, in GLUE's layout.
  package var pocketData: URL { folder.appending(path: "data/pocket") }

  /// The file of an experiment's table.
  package func table(_ experiment: String, _ profile: Profile) -> URL {
    folder.appending(path: Self.name(experiment, profile) + ".md")
  }

  /// The file of what an experiment's runs took.
  package func cost(_ experiment: String, _ profile: Profile) -> URL {
    folder.appending(path: Self.name(experiment, profile) + Self.joint(experiment) + "cost.md")
  }

  /// A file of one of an experiment's figures: `svg`, `png` or `csv`.
  package func figure(_ experiment: String, _ profile: Profile, _ id: String, _ fileExtension: String) -> URL {
    folder.appending(path: "figures/\(Self.name(experiment, profile))/\(id).\(fileExtension)")
  }

  /// The page on all results, for a browser.
  package var page: URL { folder.appending(path: "index.html") }

  /// The folder of what the page shows.
  package var pageData: URL { folder.appending(path: "page") }

  /// The way from the page, or from the folder of results, to something below that folder; nil where it lies elsewhere.
  package func path(of url: URL) -> String? {
    let base = folder.path.hasSuffix("/") ? folder.path : folder.path + "/"
    return url.path.hasPrefix(base) ? String(url.path.dropFirst(base.count)) : nil
  }

  /// Whether a name is a run's identity: a SHA-256 of 64 hexadecimal digits.
  package static func isIdentity(_ name: String) -> Bool { name.utf8.count == 64 && name.utf8.allSatisfy(isHexadecimal) }

  /// Whether a byte is a digit of an identity.
  package static func isHexadecimal(_ byte: UInt8) -> Bool { (0x30...0x39).contains(byte) || (0x61...0x66).contains(byte) }

  /// Whether the files of two experiments would have one name: `table1-small` is what a table of `table1` is called under that profile.
  package static func clash(_ one: String, _ other: String) -> Bool {
    let endings = Profile.allCases.filter { $0 != .pocket }.map { "-\($0.rawValue)" }
    return (endings + (endings + [""]).map { $0 + "-cost" }).contains { one + $0 == other || other + $0 == one }
  }

  private static func name(_ experiment: String, _ profile: Profile) -> String {
    experiment + (profile == .pocket ? "" : joint(experiment) + profile.rawValue)
  }

  /// What stands before a profile in a name: where a setting's value is the end of the experiment's name, as in `table1+rank=8`, a dash
  /// could belong to the value.
  private static func joint(_ experiment: String) -> String { experiment.contains("+") ? "+" : "-" }
}
