// The figures of an experiment as the report page shows them: those that its manifest names, in their order, and what else lies in
// their folder.
import Foundation
import Manifests
import Records

extension PageTable.Figure {
  /// The kinds of files that a figure is drawn as, the page's own first.
  private static let kinds = ["svg", "png", "csv"]

  /// The figures of an experiment, as far as they have been drawn.
  static func all(of experiment: Experiment, in layout: ResultsLayout) -> [PageTable.Figure] {
    let folder = layout.figure(experiment.id, experiment.profile, "", "svg").deletingLastPathComponent()
    let names = Set((try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? [])
    let named = experiment.figures.map { (id: $0.id, title: $0.title) }
    let found = names.filter { $0.hasSuffix(".svg") && !$0.hasPrefix(".") }.map { String($0.dropLast(4)) }.sorted()
    let others = found.filter { id in !named.contains { $0.id == id } }.map { (id: $0, title: $0) }
    return (named + others).map { id, title in
      let files = kinds.filter { names.contains("\(id).\($0)") }.map { folder.appending(path: "\(id).\($0)") }
      let ways = files.compactMap { layout.path(of: $0) }
      let picture = ways.first { $0.hasSuffix(".svg") }
      return PageTable.Figure(id: id, title: title, picture: picture, others: ways.filter { $0 != picture })
    }
  }
}
