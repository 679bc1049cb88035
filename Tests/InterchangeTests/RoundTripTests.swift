// A method's adapter written as the peft library has it, read back, and folded: the same logits throughout.
import Adapters
import Foundation
import Layers
import Models
import Settings
import Storage
import TestSupport
import Testing

@testable import Interchange

/// A method that can be said in the library's terms.
struct ExportCase: Sendable, CustomTestStringConvertible {
  let id: String
  let architecture: Architecture
  /// Of a Llama's head.
  var head = HeadKind.sequences
  var options: [String: OptionValue] = [:]
  var kind = PEFTConfiguration.Kind.lora
  /// Whether B takes in the method's vectors, which rounds.
  var isFolded = false

  /// What tells it from the others.
  var name: String { "\(id)-\(architecture)\(head == .words ? "-words" : "")" }
  var testDescription: String { name }
  /// How far logits may be apart for roundings: a head that tells words has many more of them, of which the largest distance counts, and
  /// what PiSSA leaves of a weight has its own.
  var limit: Float { id == "pissa" ? 2e-5 : head == .words ? 5e-6 : 2e-6 }

  private static let linear = ["rank": OptionValue.integer(3), "targets": .texts(["all-linear"])]

  /// Every method that can be exported.
  static let all = foldable + prompts

  /// What stands before inputs, and can be folded into no weight.
  static let prompts: [ExportCase] = [
    ExportCase(id: "prompt-tuning", architecture: .bert, options: ["virtual_tokens": .integer(5)], kind: .promptTuning),
    ExportCase(id: "prompt-tuning", architecture: .roberta, options: ["virtual_tokens": .integer(5)], kind: .promptTuning),
    ExportCase(id: "prompt-tuning", architecture: .deberta, options: ["virtual_tokens": .integer(5)], kind: .promptTuning),
    ExportCase(id: "prompt-tuning", architecture: .llama, options: ["virtual_tokens": .integer(4)], kind: .promptTuning),
    ExportCase(
      id: "prompt-tuning", architecture: .llama, head: .words, options: ["virtual_tokens": .integer(4)], kind: .promptTuning),
    ExportCase(id: "prefix-tuning", architecture: .bert, options: ["virtual_tokens": .integer(4)], kind: .prefixTuning),
    ExportCase(
      id: "prefix-tuning", architecture: .llama,
      options: ["virtual_tokens": .integer(3), "prefix_projection": .flag(true), "encoder_hidden_size": .integer(5)],
      kind: .prefixTuning),
    ExportCase(
      id: "prefix-tuning", architecture: .llama, head: .words, options: ["virtual_tokens": .integer(4)], kind: .prefixTuning),
  ]

  /// What can be folded into the weights too.
  static let foldable: [ExportCase] = [
    ExportCase(id: "lora", architecture: .roberta, options: ["rank": .integer(3), "alpha": .number(5)]),
    ExportCase(id: "lora", architecture: .deberta, options: linear),
    ExportCase(id: "lora", architecture: .bert, options: linear),
    ExportCase(id: "rslora", architecture: .roberta, options: ["rank": .integer(5), "alpha": .number(7)]),
    ExportCase(id: "lora-plus", architecture: .bert, options: linear),
    ExportCase(id: "dora", architecture: .deberta, options: linear),
    ExportCase(
      id: "adalora", architecture: .deberta, options: ["initial_rank": .integer(4), "target_rank": .integer(2)], kind: .adalora),
    ExportCase(id: "vera", architecture: .deberta, options: linear, kind: .vera),
    ExportCase(id: "aflora", architecture: .roberta, options: ["rank": .integer(3)], isFolded: true),
    ExportCase(id: "tied-lora", architecture: .roberta, options: ["rank": .integer(3)], isFolded: true),
    ExportCase(id: "sora", architecture: .roberta, options: linear, isFolded: true),
    ExportCase(id: "sparseadapter", architecture: .roberta, options: ["rank": .integer(3)]),
    ExportCase(id: "prilora", architecture: .roberta, options: ["rank_first": .integer(2), "rank_last": .integer(5)]),
    ExportCase(id: "loradrop", architecture: .roberta, options: ["rank": .integer(3)]),
    ExportCase(id: "lora", architecture: .llama, options: linear),
    ExportCase(id: "dora", architecture: .llama, head: .words, options: linear),
    ExportCase(
      id: "adalora", architecture: .llama, head: .words, options: ["initial_rank": .integer(4), "target_rank": .integer(2)],
      kind: .adalora),
    ExportCase(id: "vera", architecture: .llama, head: .words, options: linear, kind: .vera),
    ExportCase(id: "tied-lora", architecture: .llama, head: .words, options: ["rank": .integer(3)], isFolded: true),
    ExportCase(id: "prilora", architecture: .llama, head: .words, options: ["rank_first": .integer(2), "rank_last": .integer(5)]),
    ExportCase(
      id: "loradrop", architecture: .llama, head: .words,
      options: ["rank": .integer(3), "targets": .texts(["query", "key", "value", "attention-output", "intermediate", "output"])]),
    ExportCase(id: "ia3", architecture: .bert, kind: .ia3),
    ExportCase(
      id: "ia3", architecture: .deberta,
      options: ["targets": .texts(["all-linear"]), "feedforward": .texts(["attention-output", "output"])], kind: .ia3),
    ExportCase(id: "ia3", architecture: .llama, head: .words, kind: .ia3),
    ExportCase(id: "ln-tuning", architecture: .roberta, kind: .normTuning),
    ExportCase(id: "ln-tuning", architecture: .deberta, options: ["norms": .texts(["*.layer.1.*"])], kind: .normTuning),
    ExportCase(id: "ln-tuning", architecture: .llama, head: .words, kind: .normTuning),
    ExportCase(id: "pissa", architecture: .roberta, options: ["rank": .integer(3), "alpha": .number(5)]),
    ExportCase(id: "pissa", architecture: .llama, head: .words, options: linear),
    ExportCase(id: "lora-fa", architecture: .bert, options: linear),
  ]

  /// The method on a model, as training left it.
  func adapted(isHalf: Bool = false, in folder: URL) throws -> AdaptedModel {
    let adapted = try AdaptedModel(id, options, architecture, kind: head, isHalf: isHalf, in: folder)
    if id == "adalora" {
      // one layer's components are partly gone, another's all
      for (index, values) in [(0, [0, 0.5, 0, -0.3]), (1, [0, 0, 0, 0])] as [(Int, [Float])] {
        adapted.method.parameters.filter { $0.name.hasSuffix("lora_E") }[index].tensor.assign(values)
      }
    }
    return adapted
  }
}

@Suite("To and from the peft library's terms")
struct RoundTripTests {
  @Test("what is exported computes the same when it is read back", arguments: ExportCase.all, [false, true])
  func exportAndImport(_ row: ExportCase, isHalf: Bool) throws {
    try withTemporaryFolder { folder in
      let adapted = try row.adapted(isHalf: isHalf, in: folder)
      let target = folder.appending(path: "new/adapter")
      try PEFTAdapter(adapted.method, on: adapted.model, baseModel: "base").write(to: target)
      #expect(
        try FileManager.default.contentsOfDirectory(atPath: target.path).sorted() == [
          "adapter_config.json", "adapter_model.safetensors", "config.json",
        ])
      let read = try PEFTAdapter(folder: target)
      #expect(read.configuration.kind == row.kind)
      let model = try read.load(onto: adapted.base, on: adapted.backend)
      #expect(distance(adapted.logits, AdaptedModel.logits(model, on: adapted.backend)) < row.limit)
      // the base model gives other numbers: the adapter matters
      for projection in model.projections { projection.adapter = nil }
      model.backbone.embedded.adapter = nil
      for place in model.backbone.keysAndValues { place.adapter = nil }
      let base = try ModelLoader.load(folder: adapted.base, seed: 0, on: adapted.backend).model
      for (parameter, plain) in zip(model.backbone.parameters, base.backbone.parameters) {
        parameter.tensor.assign(plain.tensor.values)
      }
      #expect(distance(adapted.logits, AdaptedModel.logits(model, on: adapted.backend)) > 1e-3)
    }
  }

  @Test(
    "what is merged computes the same as a plain model",
    arguments: ExportCase.foldable + [
      ExportCase(id: "fft", architecture: .deberta), ExportCase(id: "bitfit", architecture: .deberta),
      ExportCase(id: "fft", architecture: .llama, head: .words),
    ], [false, true])
  func merge(_ row: ExportCase, isHalf: Bool) throws {
    try withTemporaryFolder { folder in
      let adapted = try row.adapted(isHalf: isHalf, in: folder)
      let expected = adapted.logits
      try Data("[PAD]\n".utf8).write(to: adapted.base.appending(path: "vocab.txt"))
      try Data("{}".utf8).write(to: adapted.base.appending(path: "generation_config.json"))
      try MergedModel.fold(adapted.model, method: row.id)
      let target = folder.appending(path: "merged")
      try MergedModel.write(adapted.model, tokenizerFrom: adapted.base, to: target)
      #expect(
        try FileManager.default.contentsOfDirectory(atPath: target.path).sorted() == [
          "config.json"
        ] + (row.head == .words ? ["generation_config.json"] : []) + ["model.safetensors", "vocab.txt"])
      let merged = try ModelLoader.load(folder: target, seed: 0, on: adapted.backend)
      #expect(merged.newlyInitialized.isEmpty && merged.model.head.outputs == (row.head == .words ? 40 : 3))
      #expect(distance(expected, AdaptedModel.logits(merged.model, on: adapted.backend)) < row.limit)
    }
  }

  @Test("prompts are equal bytes when they are written again", arguments: ExportCase.prompts)
  func promptBytes(_ row: ExportCase) throws {
    try withTemporaryFolder { folder in
      let adapted = try row.adapted(in: folder)
      try PEFTAdapter(adapted.method, on: adapted.model, baseModel: "base").write(to: folder.appending(path: "first"))
      try PEFTAdapter(folder: folder.appending(path: "first")).write(to: folder.appending(path: "second"))
      for name in ["adapter_config.json", "adapter_model.safetensors", "config.json"] {
        let files = try ["first", "second"].map { try Data(contentsOf: folder.appending(path: "\($0)/\(name)")) }
        #expect(files[0] == files[1])
      }
    }
  }

  @Test("PiSSA is a LoRA of twice the rank on the checkpoint's own weights") func principal() throws {
    try withTemporaryFolder { folder in
      let adapted = try AdaptedModel("pissa", ["rank": .integer(3), "alpha": .number(5), "targets": .texts(["query"])], in: folder)
      let adapter = try PEFTAdapter(adapted.method, on: adapted.model, baseModel: "base")
      #expect(adapter.configuration.rank == 6 && adapter.configuration.alpha == 10)
      let path = adapted.model.projections[0].path
      #expect(
        adapter.tensors["\(path).lora_A.weight"]?.shape == [6, 16] && adapter.tensors["\(path).lora_B.weight"]?.shape == [16, 6])
      // untrained it changes nothing
      let model = try ModelLoader.load(folder: adapted.base, seed: 6, on: adapted.backend).model
      let host = MethodHost(model, backend: adapted.backend, seed: 3, schedule: TrainingLength(stepsPerEpoch: 10, epochs: 4))
      let fresh = try PEFTAdapter(MethodRegistry.attach("pissa", options: [:], to: host), on: model, baseModel: "base")
      let plain = try ModelLoader.load(folder: adapted.base, seed: 6, on: adapted.backend).model
      let expected = AdaptedModel.logits(plain, on: adapted.backend)
      try fresh.attach(to: plain)
      #expect(distance(expected, AdaptedModel.logits(plain, on: adapted.backend)) < 1e-6)
    }
  }

  @Test("prompts that a model has no place for, or that are not as many as said") func promptRefusals() throws {
    try withTemporaryFolder { folder in
      let row = ExportCase(
        id: "prefix-tuning", architecture: .bert, options: ["virtual_tokens": .integer(4)], kind: .prefixTuning)
      let adapted = try row.adapted(in: folder)
      let adapter = try PEFTAdapter(adapted.method, on: adapted.model, baseModel: "base"),
        target = folder.appending(path: "adapter")
      try adapter.write(to: target)
      let deberta = try AdaptedModel("lora", [:], .deberta, in: folder.appending(path: "other"))
      #expect(throws: InterchangeError.self) { try PEFTAdapter(folder: target).attach(to: deberta.model) }
      let file = target.appending(path: PEFTAdapterFolder.configurationName)
      let text = try String(contentsOf: file, encoding: .utf8)
      func problem(_ number: String) throws -> String {
        try Data(text.replacing("\"num_virtual_tokens\" : 4", with: "\"num_virtual_tokens\" : \(number)").utf8).write(to: file)
        do {
          _ = try PEFTAdapter(folder: target).load(onto: adapted.base, on: adapted.backend)
          return "none"
        } catch {
          return "\(error)"
        }
      }
      #expect(try problem("4") == "none")
      #expect(try problem("5").contains("'prompt_embeddings' is [4, 96], expected [5, 96]"))
      #expect(try problem("0").contains("num_virtual_tokens is 0, expected 1 to 65536"))
      #expect(try problem("null").contains("num_virtual_tokens is missing"))
    }
  }

  @Test("equal adapters are equal bytes, and a low-rank adapter's are its own") func bytes() throws {
    try withTemporaryFolder { folder in
      let adapted = try AdaptedModel("lora", ["rank": .integer(2), "alpha": .number(3)], in: folder)
      let adapter = try PEFTAdapter(adapted.method, on: adapted.model, baseModel: "base")
      for parameter in adapted.method.parameters { #expect(adapter.tensors[parameter.name]?.values == parameter.tensor.values) }
      #expect(adapter.configuration.alpha == 3 && adapter.configuration.alphaPattern.isEmpty)
      #expect(adapter.configuration.savedModules == ["classifier"])
      try adapter.write(to: folder.appending(path: "first"))
      try PEFTAdapter(folder: folder.appending(path: "first")).write(to: folder.appending(path: "second"))
      for name in ["adapter_config.json", "adapter_model.safetensors", "config.json"] {
        let files = try ["first", "second"].map { try Data(contentsOf: folder.appending(path: "\($0)/\(name)")) }
        #expect(files[0] == files[1])
      }
    }
  }

  @Test("ranks and alphas that differ are patterns") func patterns() throws {
    try withTemporaryFolder { folder in
      let adapted = try AdaptedModel(
        "prilora", ["rank_first": .integer(2), "rank_last": .integer(4), "alpha": .number(6), "targets": .texts(["query"])],
        in: folder)
      let configuration = try PEFTAdapter(adapted.method, on: adapted.model, baseModel: "base").configuration
      let paths = adapted.model.projections.filter { $0.role == .query }.map(\.path)
      #expect(configuration.rank == 2 && configuration.rankPattern.dictionary == [paths[1]: 3, paths[2]: 4])
      #expect(configuration.alpha == 6 && configuration.alphaPattern.isEmpty)
    }
  }

  @Test("LoRA-drop takes up its selection from the names it saved, and its shared pair is written out") func loraDrop() throws {
    try withTemporaryFolder { folder in
      let adapted = try AdaptedModel("loradrop", ["rank": .integer(2), "targets": .texts(["query"])], in: folder)
      let paths = adapted.model.projections.filter { $0.role == .query }.map(\.path)
      adapted.method.adopt(savedNames: ["\(paths[1]).lora_A", "shared.query.lora_A"])
      #expect(
        adapted.method.parameters.map(\.name) == [
          "shared.query.lora_A", "shared.query.lora_B", "\(paths[1]).lora_A", "\(paths[1]).lora_B",
        ])
      for parameter in adapted.method.parameters { parameter.tensor.assign(parameter.tensor.values.map { $0 + 0.1 }) }
      let adapter = try PEFTAdapter(adapted.method, on: adapted.model, baseModel: "base")
      let rows = paths.map { adapter.tensors["\($0).lora_A.weight"]?.values }
      #expect(rows[0] == rows[2] && rows[0] != rows[1])
      adapted.method.adopt(savedNames: ["\(paths[1]).lora_A"])
      #expect(adapted.model.projections.filter { $0.adapter != nil }.map(\.path) == [paths[1]])
    }
  }

  @Test("what the library has no form for is refused by name") func refusals() throws {
    try withTemporaryFolder { folder in
      for id in ["fft", "bitfit"] {
        let adapted = try AdaptedModel(id, in: folder)
        #expect(
          throws: InterchangeError.notExpressible(method: id, reason: "it trains the model's own weights", canBeMerged: true)
        ) { try PEFTAdapter(adapted.method, on: adapted.model, baseModel: "base") }
      }
      for id in ["houlsby", "pfeiffer"] {
        let adapted = try AdaptedModel(id, in: folder)
        let reason = "it puts layers of its own between those of the model"
        #expect(throws: InterchangeError.notExpressible(method: id, reason: reason, canBeMerged: false)) {
          try PEFTAdapter(adapted.method, on: adapted.model, baseModel: "base")
        }
        #expect(throws: InterchangeError.notFoldable(method: id, reason: reason)) {
          try MergedModel.fold(adapted.model, method: id)
        }
      }
    }
    for (id, reason) in [
      ("prompt-tuning", "it puts virtual tokens before each input"),
      ("prefix-tuning", "it puts keys and values of its own before each input's"),
    ] {
      try withTemporaryFolder { folder in
        let adapted = try AdaptedModel(id, in: folder)
        #expect(throws: InterchangeError.notFoldable(method: id, reason: reason)) {
          try MergedModel.fold(adapted.model, method: id)
        }
      }
    }
    #expect(
      "\(InterchangeError.notExpressible(method: "fft", reason: "it trains the model's own weights", canBeMerged: true))"
        == "fft cannot be exported: it trains the model's own weights, for which the peft library has no form. 'lowrank merge' "
        + "writes it as a plain model")
    #expect(
      "\(InterchangeError.notFoldable(method: "houlsby", reason: "it puts layers of its own between those of the model"))"
        == "houlsby cannot be merged: it puts layers of its own between those of the model, which no plain model has. The run keeps "
        + "its weights")
  }

  @Test("a target with files in it stays as it is") func occupiedTarget() throws {
    try withTemporaryFolder { folder in
      let adapted = try AdaptedModel("lora", in: folder)
      let adapter = try PEFTAdapter(adapted.method, on: adapted.model, baseModel: "base")
      let target = folder.appending(path: "target")
      try Folder.make(at: target)
      try adapter.write(to: target)
      #expect(
        throws: StorageError.cannotWrite(
          path: target.path, reason: "the folder is there and not empty", advice: "Name a folder that is not there yet.")
      ) { try MergedModel.write(adapted.model, tokenizerFrom: adapted.base, to: target) }
      #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted() == ["base", "target"])
    }
  }
}
