// The list of all experiments with how far each is, as the report page begins with it. A call that has run one experiment reads it back
// and changes that one's line.
import Foundation
import Manifests
import Records
import Settings

/// What the page's first view shows.
struct PageList: Codable, Sendable, Equatable {
  /// How the runs of a table stand.
  struct Counts: Codable, Sendable, Equatable {
    /// Runs that are planned.
    var planned: Int
    /// Runs that are in the table's cells.
    var counted: Int
    /// Runs of each other state, and those in the cells whose models answer everything alike; a state without any is left out.
    var states: [State]

    /// A state with its runs.
    struct State: Codable, Sendable, Equatable {
      var name: String
      var runs: Int
    }
  }

  /// An experiment under one profile.
  struct Part: Codable, Sendable, Equatable {
    var profile: Profile
    var counts: Counts
    /// The file of its table; nil where there is no record of any run.
    var file: String?
    /// The command that makes what is missing; folders that only the reader knows stand there as `FOLDER`.
    var command: String
  }

  /// An experiment.
  struct Entry: Codable, Sendable, Equatable {
    var id: String
    var aliases: [String]
    var title: String
    var parts: [Part]
  }

  /// The experiments of one paper.
  struct Group: Codable, Sendable, Equatable {
    var heading: String
    var entries: [Entry]
  }

  /// A file that stands among the manifests and cannot be used.
  struct Broken: Codable, Sendable, Equatable {
    var file: String
    var message: String
  }

  /// The program that wrote the page.
  struct Program: Codable, Sendable, Equatable {
    var version: String
    var commit: String?
    var isModified: Bool
    var numerics: Int

    /// A program of this version.
    init(_ program: ProgramVersion) {
      (version, commit, isModified, numerics) = (program.version, program.commit, program.isModified, Numerics.version)
    }
  }

  /// The version of what the page's files hold.
  var format = PageScript.format
  var program: Program
  var groups: [Group] = []
  var broken: [Broken] = []
  /// Folders of tables in the results of which no manifest is known.
  var unknown: [String] = []

  /// The heading of experiments with other settings than their manifests'.
  static let otherSettings = "with other settings"

  /// The names of the files that its lines lead to.
  var files: [String] { groups.flatMap(\.entries).flatMap(\.parts).compactMap(\.file) }

  /// Puts an experiment's line in place of what was said of it under its profile.
  mutating func replace(_ part: Part, of experiment: Experiment) {
    for group in groups.indices {
      for entry in groups[group].entries.indices where groups[group].entries[entry].id == experiment.id {
        groups[group].entries[entry].title = experiment.title
        groups[group].entries[entry].replace(part)
        return
      }
    }
    let entry = Entry(id: experiment.id, aliases: [], title: experiment.title, parts: [part])
    let heading = experiment.id.contains("+") ? Self.otherSettings : ExperimentList.noPaper
    guard let group = groups.firstIndex(where: { $0.heading == heading }) else {
      groups.append(Group(heading: heading, entries: [entry]))
      return
    }
    groups[group].entries.append(entry)
    groups[group].entries.sort { $0.id < $1.id }
  }
}

extension PageList.Entry {
  /// Puts a profile's line in its place.
  fileprivate mutating func replace(_ part: PageList.Part) {
    let order = Profile.allCases
    parts.removeAll { $0.profile == part.profile }
    parts.append(part)
    parts.sort { (order.firstIndex(of: $0.profile) ?? 0) < (order.firstIndex(of: $1.profile) ?? 0) }
  }
}

extension PageList.Part {
  /// The line of an experiment.
  /// - Parameters:
  ///   - table: its table; nil where no run has a record.
  ///   - file: the file of what the page shows of it.
  init(_ experiment: Experiment, _ table: TableModel?, file: String?) {
    profile = experiment.profile
    counts = table.map { PageList.Counts($0) } ?? PageList.Counts(missing: experiment.runs.count)
    self.file = file
    command = PageCommand.run(experiment)
  }
}

extension PageList.Counts {
  /// Counts the runs of a table, each once.
  init(_ table: TableModel) {
    let runs = table.rows.flatMap { row in zip(table.tasks, row.cells).filter(\.0.isFirst).flatMap(\.1.runs) }
    planned = runs.count
    counted = runs.count { $0.state.counts }
    let collapsed = State(name: CellRun.State.collapsed.rawValue, runs: runs.count { $0.state == .collapsed })
    let others = CellState.allCases.map { state in State(name: state.rawValue, runs: runs.count { CellState($0.state) == state }) }
    states = ([collapsed] + others).filter { $0.runs > 0 }
  }

  /// The counts of runs of which none has a record.
  init(missing: Int) {
    (planned, counted) = (missing, 0)
    states = missing > 0 ? [State(name: CellState.missing.rawValue, runs: missing)] : []
  }
}
