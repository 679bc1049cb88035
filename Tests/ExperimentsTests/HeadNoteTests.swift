// What runs start from, as their plan says it.
import Foundation
import Models
import Objectives
import Settings
import Tensors
import TestSupport
import Testing

@testable import Experiments

@Suite("What runs start from")
struct HeadNoteTests {
  /// What a plan says of heads.
  private func notes(of call: TinyCall) throws -> [String] {
    try call.checked().items.flatMap(\.notes).filter { $0.contains(" head ") }
  }

  @Test("what the runs start from is said once for each model and task, and not of runs that are done")
  func notes() throws {
    let project = try TinyProject(), call = try project.call()
    let start = "warmth: starts from the head of \(project.file("model").standardizedFileURL.path)"
    #expect(
      try notes(of: call) == [
        "\(start), whose outputs have no names in config.json: they are taken in the order of the task's labels, 'cold', 'warm'."
      ])
    func relabelled(_ labels: [String: Int]) throws -> [String] {
      let file = project.file("model/config.json")
      var fields = try #require(JSONSerialization.jsonObject(with: Data(contentsOf: file)) as? [String: Any])
      fields["label2id"] = labels
      fields["id2label"] = Dictionary(uniqueKeysWithValues: labels.map { ("\($1)", $0) })
      try JSONSerialization.data(withJSONObject: fields).write(to: file)
      return try notes(of: project.call())
    }
    #expect(try relabelled(["cold": 0, "warm": 1]) == ["\(start), whose labels in config.json are the task's."])
    #expect(
      try relabelled(["Warm": 0, "Cold": 1]) == [
        "\(start), its outputs put in the task's order: 'cold', 'warm', from 'Warm', 'Cold' in "
          + "\(project.file("model/config.json").standardizedFileURL.path)."
      ])
    let other = try relabelled(["up": 0, "down": 1])
    #expect(other.count == 1 && other[0].hasPrefix("warmth: a new head on "), "\(other)")
    #expect(
      other[0].hasSuffix("/model: the checkpoint's has the labels 'up', 'down', the task's labels are 'cold', 'warm'."), "\(other)")
    _ = try project.call().run()
    #expect(try notes(of: project.call()).isEmpty)
  }

  @Test("labels that contradict each other are a problem of the model, in the plan")
  func contradiction() throws {
    let project = try TinyProject(), file = project.file("model/config.json")
    let text = try String(contentsOf: file, encoding: .utf8)
    try project.write(
      text.replacing("\"LABEL_0\"", with: "\"cold\"").replacing("\"0\" : \"cold\"", with: "\"0\" : \"warm\"")
        .replacing("\"LABEL_1\"", with: "\"hot\""), to: "model/config.json")
    let problems = try project.call().problems()
    #expect(problems.count == 1, "\(problems)")
    #expect(
      problems.first?.contains(
        "model/config.json: what its labels stand for is unclear: id2label names the outputs 'warm', 'hot', but label2id 'cold', 'hot'. "
      )
        == true, "\(problems)")
  }

  @Test("a checkpoint of another head, and one with a part of a head")
  func parts() throws {
    let project = try TinyProject(), source = Repository.root.appending(path: "Tests/Fixtures/checkpoints/answers")
    let task = try #require(try project.call().plan.first).specification.task
    func note(_ folder: URL) throws -> String? {
      let loaded = try ModelLoader.load(folder: folder, seed: 0, on: PlanningBackend(), target: task.headTarget)
      return HeadNote(loaded, for: task, folder: folder)?.text
    }
    #expect(
      try note(source)
        == "warmth: a new head on \(source.path), which has none for sequences; left, because no classifier has them: "
        + "qa_outputs.bias, qa_outputs.weight.")
    let tokens = Repository.root.appending(path: "Tests/Fixtures/checkpoints/tokens")
    #expect(
      try note(tokens)
        == "warmth: a new head on \(tokens.path): the checkpoint's is that of BertForTokenClassification, the task's labels are 'cold', "
        + "'warm'; new, because the checkpoint lacks them: bert.pooler.dense.weight, bert.pooler.dense.bias.")
    // a body alone, as the program's own models are
    #expect(try note(Repository.root.appending(path: "Tests/Fixtures/checkpoints/body")) == nil)
  }

  @Test("GLUE's classes go by the names of the published models too, in the order of the official files")
  func glue() {
    for task in GLUETask.allCases {
      let definition = task.definition
      guard case .classes(let lists) = definition.headTarget, case .classes(let labels) = definition.target else {
        #expect(definition.headTarget == .score && definition.target == .regression)
        continue
      }
      #expect(lists.last == labels && lists.allSatisfy { $0.count == labels.count })
    }
    #expect(GLUETask.mrpc.definition.headTarget == .classes([["not_equivalent", "equivalent"], ["0", "1"]]))
    #expect(GLUETask.mnli.definition.headTarget == .classes([["entailment", "neutral", "contradiction"]]))
    #expect(GLUETask.stsb.definition.headTarget == .score)
  }
}
