import ArgumentParser
import Experiments
import Foundation
import Manifests
import Reporting

/// `lowrank published aflora-5`
struct Published: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Print a paper's table that takes no run, of data, settings or sizes, beside what this program has.",
    discussion:
      "What is printed stands in published.yaml among the manifests; beside it stands what the plan of the table's experiment has under the "
      + "paper profile, by the published sizes of its model and data. Nothing is fetched, nothing is trained.")

  @Argument(help: "The table's id, as aflora-5; by default all are listed.")
  var table: String?

  @OptionGroup var project: ProjectOptions

  func run() throws {
    let workspace = try project.workspace()
    let folder = ExperimentFolder(path: project.readable(workspace.experiments))
    guard let table else {
      let tables = try folder.staticTables(methods: .registered), width = tables.map(\.id.count).max() ?? 0
      for table in tables {
        let id = table.id.padding(toLength: width, withPad: " ", startingAt: 0)
        say("\(id)  \(table.title) (\(table.paper.id), Table \(table.number))")
      }
      return
    }
    let found = try folder.staticTable(named: table, methods: .registered)
    say(try StaticTableText(found.table, beside: found.experiment, facts: .published).markdown(), terminator: "")
  }
}

extension PlannedFacts {
  /// By the published sizes of models and tasks.
  static let published = PlannedFacts(
    rows: { PublishedFacts.rows(of: $0) }, meanTrainable: { try PublishedFacts.meanTrainable(of: $0) })
}
