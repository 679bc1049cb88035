// What a task's definition may not say.
import Metrics
import Settings
import Testing

@Suite struct TaskDefinitionTests {
  private let sound = TaskDefinition(
    id: "topics", title: "topics", format: .jsonl, train: "data/train.jsonl",
    validation: [.init(name: "validation", file: "data/dev.jsonl")],
    columns: .init(first: .name("text"), label: .name("topic")), target: .classes(["sport", "7", "true"]), metrics: [.accuracy])

  @Test func everyProblemIsReportedAtOnce() {
    let wrong = TaskDefinition(
      id: "My Task", title: "", hasHeader: false, train: "../train.tsv",
      validation: [.init(name: "dev", file: "~/x"), .init(name: "dev", file: "dev.tsv")],
      columns: .init(first: .index(-1), second: .name("b"), label: .name("b")), target: .classes(["a", "a"]),
      ignoredLabels: ["a"], metrics: [.pearson])
    #expect(
      wrong.problems.map { "\($0.key): \($0.message)" } == [
        "id: an id is made of the letters a-z, digits, '-' and '_'",
        "train: the file '../train.tsv' is not a path within the task's folder",
        "validation: the file '~/x' is not a path within the task's folder",
        "validation: two validation sets are named 'dev'", "columns: column 'b' is used twice",
        "columns: column -1: columns count from 0", "columns: column 'b' needs a header; give its number",
        "columns: column 'b' needs a header; give its number", "labels: the label 'a' is listed twice",
        "ignored_labels: the label 'a' is one of 'labels' too", "metric: the metric 'pearson' is for regression",
      ])
  }

  @Test func lesserContradictions() {
    func problems(_ change: (inout TaskDefinition) -> Void) -> [String] {
      var task = sound
      change(&task)
      return task.problems.map(\.message)
    }
    #expect(problems { _ in } == [])
    #expect(problems { $0.target = .classes(["one"]) } == ["a classification task has two labels or more"])
    #expect(problems { $0.metrics = [.f1] } == ["the metric 'f1' is for two classes"])
    #expect(problems { $0.metrics = [] } == ["there is no metric"])
    #expect(problems { $0.metrics = [.accuracy, .accuracy] } == ["the metric 'accuracy' is listed twice"])
    #expect(problems { $0.target = .regression } == ["the metric 'accuracy' is for classes"])
    #expect(problems { $0.metrics = [.rougeMean] } == ["the metric 'rouge-mean' is for generated text"])
    #expect(
      problems { ($0.target, $0.metrics) = (.regression, [.gsm8k]) } == ["the metric 'gsm8k' is for generated text"])
    #expect(problems { $0.validation = [] } == ["there is no validation file"])
    #expect(
      problems { $0.validation = [.init(name: "train", file: "x")] } == ["'train' cannot name a validation set"])
    #expect(
      problems { $0.columns = .init(first: .index(0), label: .name("topic")) } == [
        "column 0: fields of a JSON object have names, not numbers"
      ])
    for path in ["", "~/x", "a/../b", "..", "a//b", "a\u{0}"] {
      #expect(problems { $0.train = path }.count == 1)
    }
    #expect(problems { $0.train = "/data/train.jsonl" } == [])
  }

  @Test func theProgramsOwnAreSound() {
    for task in GLUETask.allCases {
      #expect(task.definition.problems == [] && task.definition.isBuiltIn && task.definition.isKnownByID)
    }
  }

  @Test func contradictionsOfTextToBeWritten() {
    func problems(_ completion: TaskDefinition.Completion, _ change: (inout TaskDefinition) -> Void = { _ in }) -> [String] {
      var task = TaskDefinition(
        id: "texts", title: "texts", format: .jsonl, train: "train.jsonl",
        validation: [.init(name: "validation", file: "dev.jsonl")],
        columns: nil, target: .text(completion), metrics: [.bleu])
      change(&task)
      return task.problems.map { "\($0.key): \($0.message).\($0.hint)" }
    }
    let sound = TaskDefinition.Completion(prompt: .init("{a}"), references: ["b", "c"], targets: ["d"], rewrites: ["a": .slots])
    #expect(problems(sound) == [])
    #expect(
      problems(.init(prompt: .init("a"), references: [], targets: ["d", "d"])) == [
        "prompt: the prompt names no column: write one as {column}.", "references: there is no column of it.",
        "target: column 'd' is listed twice.",
      ])
    #expect(
      problems(.init(prompt: .init("{a}"), references: ["b"], targets: ["a"]))
        == ["target: column 'a' stands in the prompt too, which would give the answer away."])
    #expect(
      problems(.init(prompt: .init("{question}"), references: ["b"], rewrites: ["questions": .slots, "xyz": .slots])) == [
        "rewrite: column 'questions' is read neither by the prompt nor for an answer. Did you mean 'question'?",
        "rewrite: column 'xyz' is read neither by the prompt nor for an answer.",
      ])
    #expect(problems(sound) { $0.metrics = [.accuracy] } == ["metric: the metric 'accuracy' is for classes."])
    #expect(problems(sound) { $0.metrics = [.pearson] } == ["metric: the metric 'pearson' is for regression."])
    #expect(problems(sound) { $0.ignoredLabels = ["-"] } == ["ignored_labels: text to be written has no labels."])
    #expect(
      problems(sound) { $0.columns = .init(first: .name("a"), label: .name("b")) }
        == ["columns: they are of labels; text to be written has 'prompt' and 'references'."])
    #expect(
      problems(.init(prompt: .init("{triple}"), references: ["text"], targets: ["txt"])) { $0.format = .dart } == [
        "prompt: column 'triple' is none of the format 'dart', which has 'triples' and 'text'. Did you mean 'triples'?",
        "target: column 'txt' is none of the format 'dart', which has 'triples' and 'text'. Did you mean 'text'?",
      ])
    #expect(
      problems(.init(prompt: .init("{a} {1}"), references: ["2"])) {
        $0.format = .csv
        $0.hasHeader = false
      } == ["prompt: column 'a' needs a header; give its number."])
  }

  @Test func labelsNeedColumnsAndMetricsOfTheirKind() {
    var task = sound
    task.columns = nil
    #expect(task.problems.map(\.message) == ["there are no columns of texts and label"])
    task = sound
    task.metrics = [.bleu]
    #expect(task.problems.map(\.message) == ["the metric 'bleu' is for generated text"])
    task = sound
    task.format = .dart
    #expect(task.problems.map(\.message) == ["a file of the format 'dart' has no labels"])
  }
}
