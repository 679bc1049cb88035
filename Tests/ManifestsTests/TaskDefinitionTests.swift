// Tasks of the user's own.
import Testing

@testable import Manifests

@Suite struct TaskDefinitionTests {
  private static let good = """
    id: reviews
    title: Reviews of films
    train: data/train.tsv
    validation: /data/reviews/dev.tsv
    format: tsv
    columns: {text: [review], label: verdict}
    labels: [no, yes]
    metric: [accuracy, f1]
    """

  private static let manifest =
    "id: m\nmodel: x\nrecipe: plain\ntasks: [rte, ../reviews.yaml]\nseeds: [0]\nmethods: [{fft: {tasks: {reviews: {epochs: 1}}}}]\n"

  private func folder(_ task: String) throws -> TestFolder {
    try TestFolder(["e/m.yaml": Self.manifest, "recipes/plain.yaml": TestFolder.plainRecipe, "reviews.yaml": task])
  }

  @Test func definitionBecomesPartOfTheRun() throws {
    let folder = try folder(Self.good)
    let runs = try folder.load("e/m.yaml").resolve(profile: .paper)
    #expect(runs.map(\.task) == ["rte", "reviews"])
    #expect(runs.map(\.training.epochs) == [3, 1])
    let task = try #require(runs[1].taskDefinition)
    #expect(task.trainingFile == folder.path + "/e/../data/train.tsv")
    #expect(task.validationFile == "/data/reviews/dev.tsv")
    #expect(task.target == .classification(labels: ["no", "yes"]))
    #expect(task.metrics == ["accuracy", "f1"])
    #expect(task.hasHeader)
    #expect(runs[1].identityJSON.contains(#""task_definition":{"format":"tsv","header":true,"id":"reviews","#))
    #expect(!runs[1].identityJSON.contains("train.tsv"))
    #expect(try folder.load("e/m.yaml").sources.contains(folder.path + "/e/../reviews.yaml"))
  }

  @Test func problems() throws {
    let folder = try folder(
      """
      id: rte
      train: ../train.tsv
      format: csv
      columns: {text: [a, b, c], labels: x}
      regression: no
      metric: [accuracy, f2]
      """)
    #expect(
      folder.complaint("e/m.yaml").replacing("e/../", with: "") == """
        e/m.yaml:6:26: task 'reviews' is not known. (known: cola, sst2, mrpc, qqp, stsb, mnli, qnli, rte)
        reviews.yaml:1:1: 'validation' is missing.
        reviews.yaml:1:5: 'rte' is a built-in task; choose another id.
        reviews.yaml:2:8: 'train' may not leave the folder of this file by '..'; write the path from the root instead.
        reviews.yaml:3:9: 'format' must be one of tsv, jsonl, but is 'csv'. Did you mean 'tsv'?
        reviews.yaml:4:10: 'label' is missing: the column of the label.
        reviews.yaml:4:17: 'text' must name one or two columns, but names 3.
        reviews.yaml:4:28: 'labels' is not a key of 'columns'. Did you mean 'label'? (known: text, label)
        reviews.yaml:5:13: 'regression' must be true or false, but is 'no'. Write false.
        reviews.yaml:6:20: metric 'f2' is not known. Did you mean 'f1'? (known: matthews, accuracy, f1, pearson, spearman)
        10 problems; nothing was run.
        """)
  }
}
