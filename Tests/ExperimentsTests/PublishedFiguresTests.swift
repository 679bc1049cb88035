// The shipped file of published figures: every table of it can be named by a manifest of this program.
import Experiments
import Foundation
import Manifests
import Metrics
import Testing

@Suite struct PublishedFiguresTests {
  private static let file = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent().appending(path: "experiments/published.yaml")

  /// The table, as a manifest beside a copy of the shipped file reads it.
  private func table(_ id: String) throws -> PublishedTable {
    let folder = URL(filePath: NSTemporaryDirectory()).appending(path: "lowrank-published-" + UUID().uuidString)
    try FileManager.default.createDirectory(at: folder.appending(path: "recipes"), withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    try FileManager.default.copyItem(at: Self.file, to: folder.appending(path: "published.yaml"))
    try Data("defaults: {epochs: 1, batch: 16, learning_rate: 5e-4}\n".utf8).write(to: folder.appending(path: "recipes/plain.yaml"))
    let manifest = folder.appending(path: "m.yaml")
    try Data(
      "id: m\nmodel: x\nrecipe: plain\ntasks: [rte]\nseeds: [0]\nmethods: [lora]\nreport: {published: \(id)}\n".utf8
    ).write(to: manifest)
    let loaded = try Manifest.load(path: manifest.path, methods: .registered)
    return try #require(try loaded.experiment(.paper).published)
  }

  @Test(arguments: [
    ("aflora-1", 6), ("aflora-2", 3), ("aflora-3", 3), ("aflora-6", 2), ("loradrop-1", 7), ("loradrop-2", 3), ("loradrop-3", 3),
    ("loradrop-4", 5), ("loradrop-5", 5), ("loradrop-6", 3), ("loradrop-7", 3), ("loradrop-8", 3), ("adalora-1", 12),
  ])
  func everyTableIsWhole(id: String, rows: Int) throws {
    let table = try table(id)
    #expect(table.rows.count == rows)
    let scores = table.rows.first?.scores.map { [$0.task, $0.metric, $0.split ?? ""] }
    for row in table.rows {
      #expect(row.scores.map { [$0.task, $0.metric, $0.split ?? ""] } == scores, "\(row.method) \(row.setting ?? "")")
    }
  }

  /// Averages are of one value for a task, and these are the ones that the papers got otherwise.
  @Test(arguments: [
    ("aflora-1", []), ("aflora-2", ["pm-adaptive"]), ("aflora-3", ["ffn+attn", "ffn-only"]), ("aflora-6", ["independent"]),
    ("loradrop-1", []), ("loradrop-4", ["T=1"]), ("loradrop-5", []), ("loradrop-6", []),
    ("loradrop-7", []), ("adalora-1", []),
  ])
  func averagesAreThoseOfTheFigures(id: String, exceptions: [String]) throws {
    var found: [String] = []
    for row in try table(id).rows {
      let tasks = row.scores.map(\.task).reduce(into: [String]()) { if !$0.contains($1) { $0.append($1) } }
      let means = tasks.compactMap { task in mean(row.scores.filter { $0.task == task }.map(\.value)) }
      let average = try #require(mean(means))
      if abs(average - (try #require(row.average))) > 0.0512 { found.append(row.setting ?? row.method) }
    }
    #expect(found == exceptions)
  }
}
