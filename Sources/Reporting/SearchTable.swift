// What a search found as people and programs read it: a row for each method, its candidates side by side, the best marked.
import Manifests
import Settings

extension TunedSettings {
  /// The outcome as text. Equal outcomes are equal bytes.
  /// - Parameters:
  ///   - labels: the methods' names for people, by id.
  ///   - layout: how plain text is laid out.
  /// - Throws: where a value cannot be written as JSON.
  package func rendered(_ format: TableFormat, labels: [String: String], layout: TextTable.Layout = .init()) throws -> String {
    let table = table(labels)
    switch format {
    case .markdown:
      return "**\(MarkdownText.plain(title))**\n\n" + MarkdownTable.markup(table) + "\n"
        + MarkdownText.lines(notes.map(MarkdownText.paragraph))
    case .text:
      let blocks = [
        TextTable.wrapped(title, layout), TextTable.lines(table, layout), notes.flatMap { TextTable.wrapped($0, layout) },
      ]
      return blocks.map { $0.joined(separator: "\n") + "\n" }.joined(separator: "\n")
    case .latex:
      return (["% " + LaTeXText.oneLine(title)] + LaTeXTable.tabular(table) + notes.map { "% " + LaTeXText.oneLine($0) })
        .joined(separator: "\n") + "\n"
    case .csv: return data.csv
    case .json: return try JSONTable.text(self)
    }
  }

  private var title: String { "\(search): the \(settingNames) of each method (\(profile.rawValue) profile)" }

  private func table(_ labels: [String: String]) -> DisplayTable {
    let count = candidateCount
    return DisplayTable(
      header: ["method", "best \(settingNames)"] + (0..<count).map { "candidate \($0 + 1)" },
      rows: methods.map { method in
        let winner = method.winner
        let name = winner.map { phrase($0.values) + (method.edges.isEmpty ? "" : " (edge)") } ?? "—"
        return [DisplayCell(labels[method.id] ?? method.id), DisplayCell(name)]
          + method.candidates.map { candidate in
            let score = candidate.score.map(NumberText.percent) ?? "diverged"
            return DisplayCell("\(phrase(candidate.values)): \(score)", rank: candidate == winner ? .best : nil)
          }
      })
  }

  private var notes: [String] {
    let isHeldOut = tasks.allSatisfy { $0.sets == [TaskDefinition.tuningSet] }
    let sets = isHeldOut ? "held-out training rows" : "validation rows"
    var notes = [
      "Cells: a candidate and its score, the mean over \(tasks.map(\.id).joined(separator: ", ")) of the mean over seeds "
        + "\(seeds.list), of the \(epoch.rawValue) epoch on \(sets), in percent. The best is marked, "
        + "of equals the lower."
    ]
    if methods.contains(where: { !$0.edges.isEmpty }) {
      notes.append("Edge: the best is the least or the greatest that was tried; a better one may lie beyond.")
    }
    if methods.contains(where: { $0.candidates.contains { $0.score == nil } }) {
      notes.append("Diverged: a run of it did, so it cannot win.")
    }
    return notes + ["Search digest \(digest)."]
  }

  /// Every score: a row for each candidate, task and seed, and one for each candidate's own.
  var data: FigureData {
    let rows = methods.flatMap { method in
      method.candidates.flatMap { candidate -> [[String]] in
        let head = [method.id] + candidate.values.map(\.readable), mark = candidate == method.winner ? "1" : "0"
        func row(_ task: String, _ seed: String, _ score: Double?) -> [String] {
          head + [task, seed, CSVText.number(score.map { $0 * 100 }), mark]
        }
        return zip(tasks, candidate.scores).flatMap { task, scores in zip(seeds, scores).map { row(task.id, $0.description, $1) } }
          + [row("average", "", candidate.score)]
      }
    }
    return FigureData(columns: ["method"] + settings + ["task", "seed", "percent", "best"], rows: rows)
  }
}
