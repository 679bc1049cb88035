// Tasks of the user's own.
import Foundation
import Records
import Settings
import Testing

@testable import Manifests

@Suite struct TaskFileTests {
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
    let runs = try folder.load("e/m.yaml").experiment(.paper).runs
    #expect(runs.map(\.task.id) == ["rte", "reviews"])
    #expect(runs.map(\.training.epochs) == [3, 1])
    let task = runs[1].task
    #expect(task.train == folder.path + "/data/train.tsv")
    #expect(task.validation == [.init(name: "validation", file: "/data/reviews/dev.tsv")])
    #expect(task.target == .classes(["no", "yes"]))
    #expect(task.metrics == [.accuracy, .f1])
    #expect(task.hasHeader)
    #expect(runs[1].identityJSON.contains(#""task_definition":{"format":"tsv","header":true,"id":"reviews","#))
    #expect(!runs[1].identityJSON.contains("train.tsv"))
    #expect(try folder.load("e/m.yaml").experiment(.paper).sources.contains(folder.path + "/e/../reviews.yaml"))
  }

  @Test("rows that choose nothing have a file of their own, or one for each validation set")
  func testRows() throws {
    let single = try folder(Self.good + "\ntest: data/test.tsv\n")
    let task = try single.load("e/m.yaml").experiment(.paper).runs[1].task
    #expect(task.heldOut == .init(files: [.init(name: "test", file: single.path + "/data/test.tsv")]))
    let several = try folder(
      Self.good.replacing(
        "validation: /data/reviews/dev.tsv", with: "validation: {films: a.tsv, books: b.tsv}\ntest: {films: c.tsv}"))
    #expect(try several.load("e/m.yaml").experiment(.paper).runs[1].task.heldOut?.files.map(\.name) == ["test_films"])
    let outside = try folder(Self.good + "\ntest: ../test.tsv\n")
    #expect(outside.complaint("e/m.yaml").contains("'test' may not leave the folder of this file by '..'"))
  }

  @Test func problems() throws {
    let folder = try folder(
      """
      id: rte
      train: ../train.tsv
      format: cvs
      columns: {text: [a, b, c], labels: x}
      regression: no
      metric: [accuracy, f2]
      """)
    #expect(
      folder.complaint("e/m.yaml").replacing("e/../", with: "") == """
        e/m.yaml:6:26: task 'reviews' is not known. (known: cola, sst2, mrpc, qqp, stsb, mnli, qnli, rte, e2e, dart, dialogsum, gsm8k)
        reviews.yaml:1:1: 'validation' is missing: the file of validation rows, or several by name.
        reviews.yaml:1:5: 'rte' is a built-in task; choose another id.
        reviews.yaml:2:8: 'train' may not leave the folder of this file by '..'; write the path from the root instead.
        reviews.yaml:3:9: 'format' must be one of tsv, jsonl, csv, dart, but is 'cvs'. Did you mean 'csv'?
        reviews.yaml:4:10: 'label' is missing: the column of the label.
        reviews.yaml:4:17: 'text' must name one or two columns, but names 3.
        reviews.yaml:4:28: 'labels' is not a key of 'columns'. Did you mean 'label'? (known: text, label)
        reviews.yaml:5:13: 'regression' must be true or false, but is 'no'. Write false.
        reviews.yaml:6:20: metric 'f2' is not known. Did you mean 'f1'? (known: accuracy, f1, matthews, pearson, spearman, pearson-spearman-mean, accuracy-f1-mean, bleu, multi-bleu, rouge1, rouge2, rougeL, rouge-mean, rouge1-best, rouge2-best, rougeL-best, gsm8k, gsm8k-flexible)
        10 problems; nothing was run.
        """)
  }

  @Test func specificationsReadBackWithTheirPlaces() throws {
    let several = Self.good.replacing("validation: /data/reviews/dev.tsv", with: "validation: {near: near.tsv, far: /far.tsv}")
      .replacing("metric:", with: "ignored_labels: [maybe]\nmetric:")
    for text in [
      Self.good, several,
      Self.good.replacing("labels: [no, yes]", with: "regression: true").replacing("[accuracy, f1]", with: "pearson"),
    ] {
      let run = try folder(text).load("e/m.yaml").experiment(.paper).runs[1]
      #expect(try JSONDecoder().decode(RunSpecification.self, from: JSONEncoder().encode(run)) == run)
      // a record names no place, and is else the same
      let recorded = try JSONDecoder().decode(RunSpecification.self, from: Data(run.canonicalJSON.utf8))
      #expect(recorded.identityJSON == run.identityJSON && recorded.task.train.isEmpty)
    }
    #expect(try folder(several).load("e/m.yaml").experiment(.paper).runs[1].task.validation.map(\.name) == ["near", "far"])
  }

  @Test(arguments: [
    ("metric: [accuracy, f1]", "metric: pearson", "8:9: the metric 'pearson' is for regression."),
    ("labels: [no, yes]", "regression: true", "8:9: the metric 'accuracy' is for classes."),
    ("labels: [no, yes]", "labels: [no]", "7:9: a classification task has two labels or more."),
    ("label: verdict", "label: review", "6:10: column 'review' is used twice."),
    ("format: tsv", "format: jsonl\nheader: false", ""),
    ("format: tsv", "format: tsv\nheader: false", "7:10: column 'review' needs a header; give its number."),
  ]) func contradictionsHaveTheirPlace(old: String, new: String, message: String) throws {
    let complaint = try folder(Self.good.replacing(old, with: new)).complaint("e/m.yaml").replacing("e/../", with: "")
    #expect(
      complaint.isEmpty == message.isEmpty && (message.isEmpty || complaint.hasPrefix("reviews.yaml:" + message)), "\(complaint)")
  }

  private static let texts = """
    id: questions
    train: train.csv
    validation: {test: test.csv}
    format: csv
    prompt: "Question: {question}\\nAnswer:"
    references: [short, long]
    target: long
    rewrite: {long: without-calculations}
    metric: [rouge-mean, rougeL]
    """

  private func textFolder(_ text: String) throws -> TestFolder {
    try TestFolder([
      "e/m.yaml": Self.manifest.replacing("reviews: {epochs", with: "questions: {epochs"),
      "recipes/plain.yaml": TestFolder.plainRecipe,
      "reviews.yaml": text,
    ])
  }

  @Test func textToBeWritten() throws {
    let run = try textFolder(Self.texts).load("e/m.yaml").experiment(.paper).runs[1]
    #expect(run.task.columns == nil)
    #expect(
      run.task.target
        == .text(
          .init(
            prompt: .init("Question: {question}\nAnswer:"), references: ["short", "long"], targets: ["long"],
            rewrites: ["long": .withoutCalculations])))
    #expect(run.task.metrics == [.rougeMean, .rougeL])
    #expect(
      run.identityJSON.contains(
        #""task_definition":{"format":"csv","header":true,"id":"questions","metrics":["rouge-mean","rougeL"],"prompt":"Question: {question}\nAnswer:","references":["short","long"],"rewrite":{"long":"without-calculations"},"target":["long"],"validation_sets":["test"]}"#
      ))
    #expect(try JSONDecoder().decode(RunSpecification.self, from: JSONEncoder().encode(run)) == run)
    let recorded = try JSONDecoder().decode(RunSpecification.self, from: Data(run.canonicalJSON.utf8))
    #expect(recorded.identityJSON == run.identityJSON && recorded.task.train.isEmpty)
    let plain = try textFolder(
      Self.texts.replacing("[short, long]", with: "long").replacing("target: long\n", with: "").replacing(
        "rewrite: {long: without-calculations}\n", with: "")
    ).load("e/m.yaml").experiment(.paper).runs[1]
    #expect(plain.task.target == .text(.init(prompt: .init("Question: {question}\nAnswer:"), references: ["long"])))
  }

  @Test(arguments: [
    (
      "\"Question: {question}\\nAnswer:\"", "{question}",
      "5:9: 'prompt' must be a text: put it in quotes, since a brace begins a mapping."
    ),
    ("{question}", "question", "5:9: the prompt names no column: write one as {column}."),
    (
      "{question}", "{question",
      "5:9: the prompt has a '{' without its '}' at character 11: one that belongs to the text is written '{{'."
    ),
    ("{question}", "{long}", "6:13: column 'long' stands in the prompt too, which would give the answer away."),
    ("references: [short, long]\n", "", "5:1: 'references' is missing: the column of the right text, or a list of them."),
    (
      "prompt: ", "promt: ",
      "1:1: 'columns' is missing: the columns of the texts and of the label (or 'prompt' and 'references', where text is to be written)."
    ),
    (
      "target: long", "target: long\nlabels: [a, b]",
      "8:1: 'labels' and 'prompt' cannot be given together: a task has labels, or text to be written."
    ),
    (
      "target: long", "target: long\ncolumns: {text: [a], label: b}",
      "8:1: 'columns' and 'prompt' cannot be given together: a task has labels, or text to be written."
    ),
    (
      "target: long", "target: long\nregression: true",
      "8:1: 'regression' and 'prompt' cannot be given together: a task has labels, or text to be written."
    ),
    ("target: long", "target: []", "7:9: 'target' is an empty list."),
    (
      "{long: without-calculations}", "{lon: slots}",
      "8:10: column 'lon' is read neither by the prompt nor for an answer. Did you mean 'long'?"
    ),
    (
      "without-calculations", "without-calculation",
      "8:17: 'long' must be one of slots, without-calculations, but is 'without-calculation'. Did you mean 'without-calculations'?"
    ),
    ("[rouge-mean, rougeL]", "accuracy", "9:9: the metric 'accuracy' is for classes."),
    ("format: csv", "format: dart", "5:9: column 'question' is none of the format 'dart', which has 'triples' and 'text'."),
  ]) func contradictionsOfTextToBeWritten(old: String, new: String, message: String) throws {
    let complaint = try textFolder(Self.texts.replacing(old, with: new)).complaint("e/m.yaml").replacing("e/../", with: "")
    #expect(complaint.contains("reviews.yaml:" + message + "\n"), "\(complaint)")
  }

  @Test("of a built-in task the id is the whole of GLUE's; what else is written is told with its prompt")
  func builtIn() throws {
    let manifest = Self.manifest.replacing("../reviews.yaml", with: "e2e").replacing("reviews: {epochs", with: "e2e: {epochs")
    let folder = try TestFolder(["e/m.yaml": manifest, "recipes/plain.yaml": TestFolder.plainRecipe])
    let runs = try folder.load("e/m.yaml").experiment(.paper).runs
    #expect(runs.map(\.task) == [GLUETask.rte.definition, NLGTask.e2e.definition])
    #expect(!runs[0].identityJSON.contains("task_definition"))
    #expect(runs[1].identityJSON.contains(#""task":"e2e","task_definition":{"format":"csv","header":true,"id":"e2e","#))
    #expect(runs[1].identityJSON.contains(#""prompt":"{mr}\nText:""#))
    for run in runs {
      #expect(try JSONDecoder().decode(RunSpecification.self, from: JSONEncoder().encode(run)) == run)
      #expect(try JSONDecoder().decode(RunSpecification.self, from: Data(run.canonicalJSON.utf8)) == run)
    }
  }

  @Test func keysOfTextToBeWrittenWithoutAPrompt() throws {
    let complaint = try folder(Self.good + "\ntarget: review\nrewrite: {}").complaint("e/m.yaml").replacing("e/../", with: "")
    #expect(
      complaint.contains(
        """
        reviews.yaml:9:1: 'target' is for text to be written: give 'prompt' too.
        reviews.yaml:10:1: 'rewrite' is for text to be written: give 'prompt' too.

        """), "\(complaint)")
  }
}
