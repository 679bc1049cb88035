// A finished run's model on rows without labels: it says what it said when it was scored.
import CPUBackend
import Foundation
import Models
import Storage
import TestSupport
import Testing

@testable import Datasets
@testable import Experiments

@Suite("Predictions")
struct PredictionsTests {
  /// A project after one run, and the run's folder.
  private static func trained(regression: Bool = false) throws -> (project: TinyProject, folder: URL) {
    let project = try TinyProject(
      TinyProject.manifest.replacing("[lora, {aflora: {initial_epochs: 0.5, final_fraction: 0.3}}]", with: "[lora]"))
    if regression {
      let task = TinyProject.task.replacing("labels: [cold, warm]", with: "regression: true")
      try project.write(task.replacing("[accuracy, f1]", with: "[pearson]"), to: "experiments/tasks/warmth.yaml")
      for (rows, name) in [(0..<24, "train"), (24..<40, "dev")] {
        let text = TinyProject.rows(rows).replacing("\twarm", with: "\t3.5").replacing("\tcold", with: "\t1")
        try project.write(text, to: "experiments/tasks/\(name).tsv")
      }
    }
    let call = try project.call()
    try #require(try call.run().summary.failures.isEmpty)
    return (project, call.folder(0))
  }

  private static func predictions(
    _ project: TinyProject, _ folder: URL, of file: String = "experiments/tasks/dev.tsv", epoch: SavedEpoch = .best
  ) throws -> Predictions {
    let trained = try TrainedRun(folder: folder, epoch: epoch, in: project.workspace(), on: CPUBackend(threads: 1))
    return try Predictions(trained, of: UnlabelledRows(contentsOf: project.file(file), of: trained.specification.task))
  }

  @Test("the answers to the validation rows are those that the run recorded, of either epoch", arguments: [false, true])
  func recorded(regression: Bool) throws {
    let (project, folder) = try Self.trained(regression: regression)
    let recorded = try HDF5File.read(folder.appending(path: "tensors.h5"))
    for epoch in SavedEpoch.allCases {
      let labels = try Self.predictions(project, folder, epoch: epoch).labels
      switch recorded.dataset("predictions/validation/\(epoch.rawValue)")?.values {
      case .int64(let classes)?: #expect(!regression && labels == classes.map { .class(Int($0)) })
      case .float64(let scores)?: #expect(regression && labels == scores.map { .score($0) })
      default: Issue.record("there are no answers")
      }
    }
  }

  @Test("the table: index, label by name, a probability for each label, and the same bytes each time")
  func table() throws {
    let (project, folder) = try Self.trained()
    try project.write("id\tsentence\na1\tthe sky is red warm\nb\\2\tthe\nc3\t\n", to: "rows.tsv")
    let found = try Self.predictions(project, folder, of: "rows.tsv")
    #expect(found.labels.count == 3 && found.logits.count == 6)
    let lines = String(decoding: found.table, as: UTF8.self).split(separator: "\n", omittingEmptySubsequences: false)
    #expect(lines.count == 5 && lines.last == "")
    #expect(lines[0] == "index\tprediction\tprobability(cold)\tprobability(warm)")
    for (row, line) in lines[1...3].enumerated() {
      let fields = line.split(separator: "\t", omittingEmptySubsequences: false)
      #expect(fields[0] == ["a1", "b\\\\2", "c3"][row])
      let values = fields[2...].compactMap { Double($0) }
      #expect(values.count == 2 && abs(values[0] + values[1] - 1) < 2e-6)
      #expect(fields[1] == (values[0] >= values[1] ? "cold" : "warm"))
      let odds = exp(Double(found.logits[2 * row + 1] - found.logits[2 * row]))
      #expect(abs(found.probabilities(of: row)[1] - odds / (1 + odds)) < 1e-6)
    }
    #expect(try Self.predictions(project, folder, of: "rows.tsv").table == found.table)
    let file = project.file("made/here.tsv")
    try found.write(to: file)
    #expect(try Data(contentsOf: file) == found.table)
    #expect(throws: PredictionError.taken(file.path)) { try found.write(to: file) }
  }

  @Test("numbers stand as they are, without probabilities")
  func numbers() throws {
    let (project, folder) = try Self.trained(regression: true)
    let found = try Self.predictions(project, folder)
    let lines = String(decoding: found.table, as: UTF8.self).split(separator: "\n")
    #expect(lines[0] == "index\tprediction" && lines.count == 17)
    #expect(lines[1] == "0\t\(found.logits[0])" && Float(lines[16].dropFirst(3)) == found.logits[15])
  }

  @Test("a task without test file, one of texts, another tokenizer")
  func refusals() throws {
    let (project, folder) = try Self.trained()
    let run = try TrainedRun.finished(folder).run, workspace = try project.workspace()
    #expect(throws: PredictionError.noTestFile(task: "warmth")) { _ = try GLUETests(of: run, data: nil, in: workspace) }
    let vocabulary = try String(contentsOf: project.file("model/vocab.txt"), encoding: .utf8)
    try project.write(vocabulary + "more\n", to: "model/vocab.txt")
    #expect(throws: ExperimentError.changedTokenizer(project.file("model").path)) { _ = try Self.predictions(project, folder) }
    let writing = try TinyProject.writing().call().plan[0].specification
    #expect(throws: PredictionError.texts("places")) { try Predictions.requireLabels(writing) }
    #expect(throws: PredictionError.texts("places")) { _ = try GLUETests(of: writing, data: nil, in: workspace) }
  }
}
