import Foundation
import Metrics
import Settings
import TestSupport
import Testing

@testable import Datasets

@Suite struct GLUETaskTests {
  @Test(arguments: GLUETask.allCases) func definitionsHoldTogether(task: GLUETask) {
    #expect(task.definition.problems == [])
    #expect(task.definition.id == task.rawValue)
  }

  @Test func titlesFoldersAndPrimaryMetrics() {
    let tasks = GLUETask.allCases.map(\.definition)
    #expect(tasks.map(\.title) == ["CoLA", "SST-2", "MRPC", "QQP", "STS-B", "MNLI", "QNLI", "RTE"])
    #expect(GLUETask.sst2.definition.folders == ["SST-2", "sst-2", "sst2"])
    #expect(GLUETask.mrpc.definition.folders == ["MRPC", "mrpc"])
    #expect(
      tasks.map(\.primaryMetric) == [
        .matthews, .accuracy, .accuracy, .accuracy, .pearsonSpearmanMean, .accuracy, .accuracy, .accuracy,
      ])
    #expect(tasks.map(\.outputCount) == [2, 2, 2, 2, 1, 3, 2, 2])
  }

  /// Row and class counts of the official files, or of samples of them (QQP, MNLI, QNLI, RTE).
  @Test(
    .requires(.published("data/glue")),
    arguments: [
      (GLUETask.cola, [[2528, 6023], [322, 721]]), (.sst2, [[29780, 37569], [428, 444]]),
      (.mrpc, [[1194, 2474], [129, 279]]), (.qqp, [[122, 78], [65, 35]]),
      (.mnli, [[74, 52, 74], [31, 35, 34], [31, 29, 40]]), (.qnli, [[106, 94], [45, 55]]),
      (.rte, [[95, 105], [52, 48]]),
    ]) func realFiles(task: GLUETask, counts: [[Int]]) throws
  {
    let data = try TaskLoader.load(task.definition, from: PublishedFiles.glue)
    let sets = [data.train] + data.validation
    #expect(sets.map { $0.classCounts(counts[0].count) } == counts)
    #expect(sets.map(\.examples.count) == counts.map { $0.reduce(0, +) })
    #expect(sets.allSatisfy { $0.unlabelledRows == 0 && $0.irregularRows == 0 })
    #expect(sets.allSatisfy { $0.examples.allSatisfy { !$0.first.isEmpty && $0.second != "" } })
  }

  @Test(.requires(.published("data/glue")))
  func realSTSB() throws {
    let data = try TaskLoader.load(GLUETask.stsb.definition, from: PublishedFiles.glue)
    #expect(data.train.examples.count == 5749)
    #expect(data.validation.map(\.examples.count) == [1500])
    let scores = data.train.examples.compactMap { example -> Double? in
      if case .score(let score) = example.label { score } else { nil }
    }
    #expect(scores.count == 5749 && scores.min() == 0 && scores.max() == 5)
    #expect(data.train.examples[0].first == "A plane is taking off.")
    #expect(data.train.examples[0].label == .score(5))
  }

  @Test(.requires(.published("data/glue")))
  func realRowsAreReadToTheirEdges() throws {
    let glue = PublishedFiles.glue
    let cola = try TaskLoader.load(GLUETask.cola.definition, from: glue)
    #expect(cola.validation[0].examples[0].first == "The sailors rode the breeze clear of the rocks.")
    let sst2 = try TaskLoader.load(GLUETask.sst2.definition, from: glue)
    #expect(sst2.train.examples.allSatisfy { $0.first.hasSuffix(" ") })
    #expect(sst2.train.examples.count - Set(sst2.train.examples).count == 366)
    let mrpc = try TaskLoader.load(GLUETask.mrpc.definition, from: glue)
    #expect(mrpc.train.examples.contains { $0.first.hasPrefix("\"") })
  }

  @Test func filesAreListedInAFixedOrder() throws {
    let folder = try TaskFolder()
    try folder.write("", to: "MNLI/none")
    let files = try DatasetFiles(of: GLUETask.mnli.definition, in: folder.url)
    #expect(files.files[1].url.path == folder.url.appending(path: "MNLI/dev_matched.tsv").path)
    #expect(
      files.summary { $0.lastPathComponent }
        == "train\ttrain.tsv\nmatched\tdev_matched.tsv\nmismatched\tdev_mismatched.tsv\n")
  }
}
