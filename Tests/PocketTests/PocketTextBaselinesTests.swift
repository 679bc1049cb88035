// Baselines of texts on pairs whose answers are known.
import Datasets
import Foundation
import Metrics
import Settings
import Testing

@testable import Pocket

@Suite("Baselines of the pocket profile's texts")
struct PocketTextBaselinesTests {
  private func data(_ training: [(String, String)], _ validation: [(String, [String])]) throws -> PocketTextBaselines {
    let completion = TaskDefinition.Completion(prompt: PromptTemplate("Say: {what}\nText:"), references: ["said"])
    let definition = TaskDefinition(
      id: "saying", title: "saying", folders: ["saying"], format: .csv, train: "train.csv",
      validation: [.init(name: "test", file: "test.csv")], columns: nil, target: .text(completion), metrics: [.multiBLEU])
    func example(_ source: String, _ texts: [String]) -> Example {
      Example(first: completion.prompt.filled([source]), second: nil, label: .texts(texts))
    }
    let file = URL(filePath: "/nowhere")
    let train = ExampleSet(name: "train", file: file, examples: training.map { example($0.0, [$0.1]) })
    let test = ExampleSet(name: "test", file: file, examples: validation.map { example($0.0, $0.1) })
    return try #require(PocketTextBaselines(TaskData(task: definition, train: train, validation: [test])))
  }

  @Test("The source is scored without the template's words, the nearest source by its target")
  func sourceAndNearest() throws {
    let baselines = try data(
      [("a b c d e", "one two three four five"), ("f g h i j", "six seven eight nine ten")],
      [("a b c d x", ["a b c d x", "one two three four five"])])
    #expect(baselines.source == 100)
    #expect(baselines.nearest == 100)
    let other = try data(
      [("a b c d e", "one two three four five"), ("f g h i j", "six seven eight nine ten")],
      [("f g h i x", ["one two three four five"])])
    #expect(other.source == 0 && other.nearest == 0)
  }

  @Test("A template puts a new source's words where an old one's stood, with their endings, and keeps the rest")
  func template() throws {
    let names = ["dog", "fox", "cow", "hen", "owl", "elk"], verbs = ["chase", "watch", "carry", "guard", "greet", "visit"]
    let training = names.indices.map { index in
      ("who [ \(names[index]) ] does [ \(verbs[index]) ]", "they say that the \(names[index]) \(verbs[index])s it .")
    }
    let baselines = try data(training, [("who [ ant ] does [ praise ]", ["they say that the ant praises it ."])])
    #expect(baselines.slotTemplate == 100)
    #expect(baselines.nearest < 100)
  }

  @Test("Of templates that fit alike, the text that most of them give")
  func frequent() throws {
    let sources = ["dog", "fox", "cow", "hen", "owl", "elk"]
    let training = sources.enumerated().map { index, name in
      ("who [ \(name) ]", index % 3 == 0 ? "some say it may be \(name)" : "the one who came first is \(name)")
    }
    let baselines = try data(training, [("who [ ant ]", ["the one who came first is ant"])])
    #expect(baselines.slotTemplate == 100)
  }

  @Test("A task with labels has none of these")
  func labels() {
    let set = ExampleSet(name: "train", file: URL(filePath: "/nowhere"), examples: [])
    #expect(PocketTextBaselines(TaskData(task: GLUETask.sst2.definition, train: set, validation: [])) == nil)
  }

  @Test("Words are letters, digits and number signs that stand together; other characters stand alone")
  func words() {
    #expect(
      PocketTextBaselines.words("#Person1#: no, 3 + 4\n#### 7") == ["#Person1#", ":", "no", ",", "3", "+", "4", "####", "7"])
  }
}
