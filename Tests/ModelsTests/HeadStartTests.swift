// Whether a checkpoint's head is taken for a task, and in which order.
import Foundation
import Models
import Storage
import Tensors
import TestSupport
import Testing

@Suite("The head that a model starts from")
struct HeadStartTests {
  private static let names = ["entailment", "neutral", "contradiction"]

  /// Loads the fixture `inference`, whose labels are CONTRADICTION, NEUTRAL, ENTAILMENT, with other words in its configuration.
  private func load(_ target: HeadTarget, _ changes: [String: Any] = [:]) throws -> LoadedModel {
    try withTemporaryFolder { folder in
      let source = fixture("checkpoints/inference")
      var fields = try #require(
        JSONSerialization.jsonObject(with: Data(contentsOf: source.appending(path: "config.json"))) as? [String: Any])
      fields.merge(changes) { $1 }
      try JSONSerialization.data(withJSONObject: fields).write(to: folder.appending(path: "config.json"))
      try FileManager.default.copyItem(
        at: source.appending(path: "model.safetensors"), to: folder.appending(path: "model.safetensors"))
      return try ModelLoader.load(folder: folder, seed: 3, on: makeBackend(), target: target)
    }
  }

  /// The library's logits, three for each row, in another order.
  private func library(_ order: [Int]) throws -> [Float] {
    let logits = try ForeignCheckpoint("inference").logits
    return stride(from: 0, to: logits.count, by: 3).flatMap { start in order.map { logits[start + $0] } }
  }

  private func logits(_ loaded: LoadedModel) throws -> [Float] { try ForeignCheckpoint("inference").logits(of: loaded.model) }

  @Test("labels are found by their names, whatever their case and order")
  func byName() throws {
    for order in [[0, 1, 2], [2, 1, 0], [1, 2, 0], [2, 0, 1]] {
      let stored = ["contradiction", "neutral", "entailment"]
      let loaded = try load(.classes([order.map { stored[$0] }]))
      #expect(loaded.head == .byName(rows: order, stored: stored.map { $0.uppercased() }))
      #expect(isNear(try logits(loaded), try library(order)))
      #expect(loaded.newlyInitialized.isEmpty)
    }
    #expect(!isNear(try library([0, 1, 2]), try library([2, 1, 0])))
  }

  @Test("where classes go by two lists of names, the one that fits is taken, and written")
  func alternatives() throws {
    let loaded = try load(.classes([["0", "1", "2"], Self.names]))
    #expect(isNear(try logits(loaded), try library([2, 1, 0])))
    #expect(loaded.model.configuration.labels == .named(Self.names))
    #expect(try load(.classes([Self.names, ["0", "1", "2"]])).head == loaded.head)
  }

  @Test(
    "without names the outputs are taken in order",
    arguments: [
      #"{"id2label": null, "label2id": null, "num_labels": 3}"#,
      #"{"id2label": {"0": "LABEL_0", "1": "LABEL_1", "2": "LABEL_2"}, "label2id": {"LABEL_0": 0, "LABEL_1": 1, "LABEL_2": 2}}"#,
      #"{"id2label": {"0": "LABEL_0", "1": "LABEL_1", "2": "LABEL_2"}, "label2id": {}}"#,
    ])
  func byIndex(json: String) throws {
    let loaded = try load(.classes([Self.names]), fields(json))
    #expect(loaded.head == .byIndex)
    #expect(isNear(try logits(loaded), try library([0, 1, 2])))
  }

  @Test("one member that names the outputs is enough, and numbers are names too")
  func oneMember() throws {
    let standard: [String: Any] = ["LABEL_0": 0, "LABEL_1": 1, "LABEL_2": 2]
    #expect(isNear(try logits(load(.classes([Self.names]), ["label2id": standard])), try library([2, 1, 0])))
    let numbered: [String: Any] = ["id2label": ["0": 2, "1": 1, "2": 0], "label2id": ["2": 0, "1": 1, "0": 2]]
    let loaded = try load(.classes([["0", "1", "2"]]), numbered)
    #expect(isNear(try logits(loaded), try library([2, 1, 0])))
    let byName: [String: Any] = ["id2label": NSNull(), "num_labels": 3, "label2id": ["not_a": 2, "a": 0, "b": 1]]
    #expect(isNear(try logits(load(.classes([["not_a", "a", "b"]]), byName)), try library([2, 0, 1])))
  }

  @Test("other names, another number or another kind of problem: a new last layer, the same as any new one, and the reason")
  func other() throws {
    func expectNew(_ target: HeadTarget, _ reason: String, _ changes: [String: Any] = [:]) throws {
      let loaded = try load(target, changes)
      #expect(loaded.head == .new(reason), "\(loaded.head)")
      #expect(loaded.newlyInitialized == ["classifier.out_proj.weight", "classifier.out_proj.bias"])
      let body = try load(target, ["id2label": ["0": "x"], "label2id": ["x": 0]])
      #expect(loaded.model.head.output.weight.tensor.values == body.model.head.output.weight.tensor.values)
    }
    try expectNew(
      .classes([["for", "neutral", "against"]]), "the checkpoint's has the labels 'CONTRADICTION', 'NEUTRAL', 'ENTAILMENT'")
    try expectNew(.classes([["entailment", "neutral"]]), "the checkpoint's has 3 outputs, not 2")
    try expectNew(.score, "the checkpoint's has 3 outputs, not 1")
    try expectNew(.classes([Self.names]), "the checkpoint's was trained for regression", ["problem_type": "regression"])
    #expect(try load(.classes([Self.names]), ["problem_type": "multi_label_classification"]).newlyInitialized.isEmpty)
  }

  @Test("one output is a score, unless it was trained for something else")
  func score() throws {
    func load(_ changes: [String: Any]) throws -> LoadedModel {
      try withTemporaryFolder { folder in
        let source = try CheckpointFolder(url: fixture("checkpoints/inference"))
        var fields = try #require(JSONSerialization.jsonObject(with: source.configuration) as? [String: Any])
        fields.merge(["id2label": ["0": "quality"], "label2id": ["quality": 0]]) { $1 }
        fields.merge(changes) { $1 }
        try JSONSerialization.data(withJSONObject: fields).write(to: folder.appending(path: "config.json"))
        let entries = try source.archive.descriptions.map {
          let values = try source.archive.floats($0.name), isOutput = $0.name.hasPrefix("classifier.out_proj.")
          return SafetensorsEntry(
            name: $0.name, shape: isOutput ? [1] + $0.shape.dropFirst() : $0.shape,
            values: isOutput ? Array(values.prefix(values.count / 3)) : values)
        }
        try SafetensorsWriter.write(entries, to: folder.appending(path: "model.safetensors"))
        return try ModelLoader.load(folder: folder, seed: 3, on: makeBackend(), target: .score)
      }
    }
    let first = try ForeignCheckpoint("inference").logits.enumerated().filter { $0.offset % 3 == 0 }.map(\.element)
    for changes in [[:], ["problem_type": "regression"]] {
      let loaded = try load(changes)
      #expect(loaded.head == .score && loaded.newlyInitialized.isEmpty)
      #expect(isNear(try logits(loaded), first))
    }
    let judged = try load(["problem_type": "multi_label_classification"])
    #expect(judged.head == .new("the checkpoint's was trained for multi_label_classification"))
  }

  @Test(
    "names that make no sense are an error where they matter",
    arguments: [
      (
        #"{"label2id": {"CONTRADICTION": 2, "NEUTRAL": 1, "ENTAILMENT": 0}}"#,
        "id2label names the outputs 'CONTRADICTION', 'NEUTRAL', 'ENTAILMENT', but label2id 'ENTAILMENT', 'NEUTRAL', 'CONTRADICTION'"
      ),
      (#"{"id2label": {"1": "a", "2": "b", "3": "c"}}"#, "id2label numbers an output 3, expected 0 to 2"),
      (#"{"id2label": {"0": "a", "1": "b", "two": "c"}}"#, "id2label has no whole number for 'two'"),
      (#"{"id2label": {"0": "a", "1": "b", "01": "c"}}"#, "id2label has two names for output 1"),
      (#"{"id2label": {"0": "a", "1": "b", "2": "a"}}"#, "id2label calls two outputs 'a'"),
      (#"{"id2label": {"0": "a", "1": null, "2": "c"}}"#, "id2label has no name for '1'"),
      (#"{"id2label": {"0": "a", "1": ["b"], "2": "c"}}"#, "id2label has no name for '1'"),
      (#"{"label2id": {"CONTRADICTION": 0, "NEUTRAL": 1, "ENTAILMENT": 1}}"#, "label2id has two names for output 1"),
      (#"{"label2id": {"CONTRADICTION": 0, "NEUTRAL": 1.5, "ENTAILMENT": 2}}"#, "label2id has no whole number for 'NEUTRAL'"),
      (
        #"{"id2label": null, "num_labels": 3, "label2id": {"a": 0, "b": 1}}"#, "it names 2 outputs, but there are 3"
      ),
    ])
  func unclear(json: String, problem: String) throws {
    let fields = try fields(json)
    let text = message { _ = try load(.classes([Self.names]), fields) }
    #expect(
      text.hasSuffix(
        "/config.json: what its labels stand for is unclear: \(problem). Use a model of a supported kind, or correct the file."),
      "\(text)")
    // a new head needs no names
    #expect(try load(.classes([["yes", "no"]]), fields).head == .new("the checkpoint's has 3 outputs, not 2"))
  }

  @Test("a kind of problem that transformers does not know")
  func problemType() {
    let text = message { _ = try load(.classes([Self.names]), ["problem_type": "ranking"]) }
    #expect(
      text.contains(
        "problem_type is ranking; supported are regression, single_label_classification, multi_label_classification"), "\(text)")
  }

  @Test("a written model says what its outputs are, and is read in that order")
  func written() throws {
    try withTemporaryFolder { folder in
      let loaded = try load(.classes([Self.names]))
      try ModelWriter.save(loaded.model, to: folder)
      let fields = try #require(
        JSONSerialization.jsonObject(with: Data(contentsOf: folder.appending(path: "config.json"))) as? [String: Any])
      #expect(fields["id2label"] as? [String: String] == ["0": "entailment", "1": "neutral", "2": "contradiction"])
      #expect(fields["label2id"] as? [String: Int] == ["entailment": 0, "neutral": 1, "contradiction": 2])
      #expect(fields["problem_type"] as? String == "single_label_classification")
      let again = try ModelLoader.load(
        folder: folder, seed: 1, on: makeBackend(), target: .classes([["contradiction", "neutral", "entailment"]]))
      #expect(isNear(try logits(again), try library([0, 1, 2])))
      let score = try load(.score).model.configuration
      let json = try #require(JSONSerialization.jsonObject(with: score.json()) as? [String: Any])
      #expect(json["problem_type"] as? String == "regression" && json["id2label"] as? [String: String] == ["0": "LABEL_0"])
    }
  }

  private func fields(_ json: String) throws -> [String: Any] {
    try #require(JSONSerialization.jsonObject(with: Data(json.utf8)) as? [String: Any])
  }
}
