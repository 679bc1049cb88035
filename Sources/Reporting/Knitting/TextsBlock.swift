// What the rows of a table wrote after the same prompts, beside what was right.
import Manifests
import Records
import Settings

/// The first texts of a task, as Markdown: a table for each prompt.
enum TextsBlock {
  private static let prompts = 2

  /// What the rows' last models wrote with the first seed; nil where no run of the task has left texts.
  ///
  /// - Throws: `ReportError.unknownTask`.
  static func markdown(
    _ task: String, of experiment: Experiment, _ findings: RunFindings, in results: ResultsFolder
  ) throws(ReportError) -> String? {
    guard let first = experiment.runs.first(where: { $0.task.id == task }) else {
      let known = experiment.runs.map(\.task.id).reduce(into: [String]()) { if !$0.contains($1) { $0.append($1) } }
      throw .unknownTask(task, experiment: experiment.id, known: known)
    }
    var written: [(label: String, texts: [WrittenText])] = []
    for run in experiment.runs where run.task.id == task && run.seed == first.seed && findings.difference(run) == nil {
      guard let record = findings.records[RunKey(run)] else { continue }
      let texts = WrittenText.first(prompts, of: .lastTexts, in: results.layout.run(record.identity), record)
      if !texts.isEmpty { written.append((run.label, texts)) }
    }
    guard let shown = written.first?.texts else { return nil }
    let plain = MarkdownText.plain
    let tables = shown.indices.map { place -> String in
      let rights = shown[place].references.enumerated().map { ($0.offset == 0 ? "right" : "or", $0.element) }
      let rows = rights + written.filter { $0.texts.count > place }.map { ($0.label, $0.texts[place].output) }
      let lines = rows.map { "| \(plain($0.0)) | \(plain($0.1)) |\n" }
      return "| prompt | \(plain(shown[place].source)) |\n|---|---|\n" + lines.joined()
    }
    return
      "**\(plain(experiment.id))** (\(experiment.profile.rawValue) profile), \(plain(task)), \(first.seed.phrase): what was written after "
      + "the last epoch for the first prompts.\n\n" + tables.joined(separator: "\n")
  }
}
