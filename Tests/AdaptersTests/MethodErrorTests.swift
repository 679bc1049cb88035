// Options and saved states that do not fit, each with its exact message.
import Models
import Settings
import Tensors
import Testing

@testable import Adapters

@Suite("Options that do not fit")
struct MethodErrorTests {
  private func message(_ id: String, _ options: [String: OptionValue], _ architecture: Architecture = .roberta) throws -> String {
    let backend = PlanningBackend()
    let model = try ModelLoader.random(MethodSubject.configuration(architecture), seed: 5, on: backend)
    do {
      _ = try MethodRegistry.attach(id, options: options, to: MethodSubject.host(model, steps: 10, on: backend))
      return "no error"
    } catch {
      return "\(error)"
    }
  }

  @Test("a method that is none")
  func unknownMethod() throws {
    #expect(
      try message("lroa", [:])
        == "'lroa' is not a method (methods: fft, bitfit, houlsby, pfeiffer, lora, rslora, dora, lora-plus, adalora, sora, "
        + "sparseadapter, vera, tied-lora, aflora, loradrop, prilora, ia3, ln-tuning, pissa, lora-fa, prompt-tuning, prefix-tuning)"
    )
  }

  @Test("an option that is none")
  func unknownOption() throws {
    #expect(
      try message("lora", ["rnak": .integer(8)])
        == "'rnak' is not an option of lora (options: rank, alpha, dropout, targets)")
    #expect(try message("fft", ["rank": .integer(8)]) == "'rank' is not an option of fft (options: none)")
  }

  @Test("inputs that (IA)³ is to scale of modules that it has not")
  func feedForwardElsewhere() throws {
    let found = try message("ia3", ["targets": .texts(["key", "value"]), "feedforward": .texts(["ouput*"])])
    #expect(found == "ia3: option 'feedforward' is ouput*, expected some of the targets")
    #expect(try message("ia3", ["targets": .texts(["key", "value"])]) == "no error", "the default is not asked for")
  }

  @Test(
    "a value that is not allowed",
    arguments: [
      ("lora", "rank", .integer(0), "lora: option 'rank' is 0, expected a whole number from 1 to 4096"),
      ("lora", "rank", .number(2.5), "lora: option 'rank' is 2.5, expected a whole number from 1 to 4096"),
      ("lora", "dropout", .integer(1), "lora: option 'dropout' is 1, expected a number from 0 to 0.99"),
      ("vera", "d_initial", .number(.nan), "vera: option 'd_initial' is \"nan\", expected a number from -10 to 10"),
      ("aflora", "together", .text("yes"), "aflora: option 'together' is \"yes\", expected true or false"),
      (
        "aflora", "score", .text("loudness"),
        "aflora: option 'score' is \"loudness\", expected one of gradient, weight-gradient, gradient-over-weight"
      ),
      ("aflora", "adaptive", .texts([]), "aflora: option 'adaptive' is [], expected a list of names from attention, ffn"),
      (
        "aflora", "order", .text("a-first"),
        "aflora: option 'order' is \"a-first\", expected one of score, scaled-score, random, b-first"
      ),
      (
        "aflora", "rank_first", .integer(2),
        "aflora: option 'rank_first' is given without 'rank_last', expected both, or 'rank' alone"
      ),
      (
        "aflora", "rank_last", .integer(2),
        "aflora: option 'rank_last' is given without 'rank_first', expected both, or 'rank' alone"
      ),
      (
        "vera", "targets", .texts(["query", "query"]),
        "vera: option 'targets' is [\"query\",\"query\"], expected a list of names from query, key, value, attention-output, "
          + "gate, intermediate, output, all-linear, or patterns of module paths with a *"
      ),
      (
        "lora", "targets", .texts(["layer.1"]),
        "lora: option 'targets' is [\"layer.1\"], expected a list of names from query, key, value, attention-output, "
          + "gate, intermediate, output, all-linear, or patterns of module paths with a *"
      ),
      ("houlsby", "width", .integer(0), "houlsby: option 'width' is 0, expected a whole number from 1 to 8192"),
      ("pfeiffer", "width", .integer(8193), "pfeiffer: option 'width' is 8193, expected a whole number from 1 to 8192"),
      (
        "aflora", "final_fraction", .number(0.5),
        "aflora: option 'final_fraction' is 5 of the run's 10 steps, expected fewer than the first 5 steps without freezing "
          + "leave, 5"
      ),
      (
        "aflora", "final_epochs", .number(2),
        "aflora: option 'final_epochs' is 10 of the run's 10 steps, expected fewer than the first 5 steps without freezing "
          + "leave, 5"
      ),
      (
        "aflora", "targets", .text("query"),
        "aflora: option 'adaptive' is [ffn], expected a layer type that is among the targets, or 'trainability: frozen'"
      ),
      ("lora-plus", "ratio", .number(0), "lora-plus: option 'ratio' is 0, expected a number from 0.001 to 1000"),
      (
        "adalora", "target_rank", .integer(13),
        "adalora: option 'target_rank' is 13, expected at most initial_rank, which is 12"
      ),
      (
        "adalora", "initial_rank", .integer(7),
        "adalora: option 'target_rank' is 8, expected at most initial_rank, which is 7"
      ),
      (
        "adalora", "final_fraction", .number(0.95),
        "adalora: option 'final_fraction' is 10 of the run's 10 steps, expected fewer than the first 1 steps without pruning "
          + "leave, 9"
      ),
      (
        "adalora", "final_steps", .integer(10),
        "adalora: option 'final_steps' is 10 of the run's 10 steps, expected fewer than the first 1 steps without pruning "
          + "leave, 9"
      ),
      (
        "ia3", "feedforward", .text("ffn"),
        "ia3: option 'feedforward' is \"ffn\", expected a list of names from query, key, value, attention-output, gate, "
          + "intermediate, output, or patterns of module paths with a *"
      ),
      (
        "ln-tuning", "norms", .text("*.layer.7.*"),
        "ln-tuning: option 'norms' is '*.layer.7.*', which is the path of none, expected all, or patterns of paths such as "
          + "roberta.embeddings.LayerNorm"
      ),
      (
        "pissa", "rank", .integer(9),
        "pissa: option 'rank' is 9, expected at most 8, the smaller side of roberta.encoder.layer.0.attention.self.query"
      ),
      ("pissa", "alpha", .integer(0), "pissa: option 'alpha' is 0, expected a number above 0, at most 65536"),
      ("pissa", "iterations", .integer(0), "pissa: option 'iterations' is 0, expected a whole number from 1 to 1000"),
      (
        "prompt-tuning", "virtual_tokens", .integer(0),
        "prompt-tuning: option 'virtual_tokens' is 0, expected a whole number from 1 to 4096"
      ),
      (
        "prompt-tuning", "initialization", .text("text"),
        "prompt-tuning: option 'initialization' is \"text\", expected one of vocabulary, random"
      ),
      (
        "prefix-tuning", "encoder_hidden_size", .integer(4),
        "prefix-tuning: option 'encoder_hidden_size' is given without 'prefix_projection: true', expected both or neither"
      ),
      ("sora", "xi", .number(-1), "sora: option 'xi' is -1, expected a number from 0 to 100"),
      ("sora", "dead_zone", .integer(1), "sora: option 'dead_zone' is 1, expected true or false"),
      ("sparseadapter", "keep", .number(1.5), "sparseadapter: option 'keep' is 1.5, expected a number from 0 to 1"),
      ("loradrop", "threshold", .number(1.1), "loradrop: option 'threshold' is 1.1, expected a number from 0 to 1"),
      ("loradrop", "sample_ratio", .number(0), "loradrop: option 'sample_ratio' is 0, expected a number from 1e-6 to 1"),
      ("loradrop", "keep", .integer(0), "loradrop: option 'keep' is 0, expected a whole number from 1 to 10000"),
      (
        "loradrop", "variant", .text("best"),
        "loradrop: option 'variant' is \"best\", expected one of share, without-share, inverse, random, top, least, only-most, only-least"
      ),
      (
        "prilora", "concentrated_layers", .integer(3),
        "prilora: option 'concentrated_layers' is 3, expected at most the model's 2 layers"
      ),
      (
        "prilora", "concentrated_in", .text("lower"),
        "prilora: option 'concentrated_in' is given without 'concentrated_layers', expected both or neither"
      ),
      ("prilora", "prune_ratio", .number(1.01), "prilora: option 'prune_ratio' is 1.01, expected a number from 0 to 1"),
      ("prilora", "interval", .integer(0), "prilora: option 'interval' is 0, expected a whole number from 1 to 1000000"),
      (
        "prilora", "prune", .text("most"),
        "prilora: option 'prune' is \"most\", expected one of importance, magnitude, random, none"
      ),
    ] as [(String, String, OptionValue, String)])
  func badOption(id: String, name: String, value: OptionValue, expected: String) throws {
    #expect(try message(id, [name: value]) == expected)
  }

  @Test("two options that exclude each other")
  func exclusion() throws {
    #expect(
      try message("aflora", ["final_fraction": .number(0.5), "final_epochs": .number(1)])
        == "aflora: option 'final_fraction' is given beside 'final_epochs', expected one of the two")
    #expect(
      try message("loradrop", ["keep": .integer(2), "threshold": .number(0.5)])
        == "loradrop: option 'threshold' is given beside 'keep', expected one of the two")
    #expect(
      try message("adalora", ["initial_steps": .integer(1), "initial_fraction": .number(0.1)])
        == "adalora: option 'initial_fraction' is given beside 'initial_steps', expected one of the two")
  }

  @Test("options that are no use together, and a model that lacks what a method hangs on")
  func unsuited() throws {
    #expect(
      try message("lora-fa", ["projected_gradient": .flag(true), "alpha": .number(0)])
        == "lora-fa: option 'alpha' is 0, expected a number above 0 beside 'projected_gradient: true'")
    #expect(try message("lora-fa", ["alpha": .number(0)]) == "no error")
    #expect(
      try message("prefix-tuning", [:], .deberta)
        == "prefix-tuning: this model's attention (DeBERTa's) goes by the distances between tokens, and keys that stand before an "
        + "input have none. Take prompt-tuning, or a BERT, a RoBERTa or a Llama")
  }

  @Test("a whole number stands for a number, a word for a list of one")
  func conversions() throws {
    #expect(try message("lora", ["alpha": .integer(16), "targets": .text("query")]) == "no error")
  }

  @Test("a model without such layers")
  func noProjection() throws {
    let backend = PlanningBackend()
    let model = try ModelLoader.random(MethodSubject.configuration(.roberta), seed: 5, on: backend)
    let whole = MethodSubject.host(model, steps: 10, on: backend)
    let host = MethodHost(
      projections: whole.projections.filter { $0.role == .key }, sublayers: whole.sublayers, norms: whole.norms,
      embedded: whole.embedded, keysAndValues: whole.keysAndValues, backbone: whole.backbone, head: whole.head,
      backend: backend, seed: 0, schedule: whole.schedule)
    for id in ["lora", "vera"] {
      #expect(throws: AdapterError.noProjection(method: id, targets: "query, value")) {
        try MethodRegistry.attach(id, options: [:], to: host)
      }
    }
    #expect(
      AdapterError.noProjection(method: "lora", targets: "query, value").description
        == "lora: the model has no linear layer among the targets query, value")
  }

  @Test("targets that a model has none of")
  func emptyTargets() throws {
    #expect(
      try message("lora", ["targets": .texts(["query", "*.layer.2.*", "*.layer.1.*"])])
        == "lora: the model has no linear layer among the targets *.layer.2.*")
    #expect(
      try message("prilora", ["concentrated_layers": .integer(1), "targets": .texts(["*.layer.0.*"])])
        == "prilora: the model has no linear layer among the targets of the layers that have a rank")
    let backend = PlanningBackend()
    let model = try ModelLoader.random(MethodSubject.configuration(.roberta), seed: 5, on: backend)
    let whole = MethodSubject.host(model, steps: 10, on: backend)
    let host = MethodHost(
      projections: whole.projections, sublayers: whole.sublayers, norms: whole.norms, embedded: whole.embedded,
      keysAndValues: whole.keysAndValues,
      backbone: whole.backbone.filter { !$0.name.hasSuffix("bias") }, head: whole.head, backend: backend, seed: 0,
      schedule: whole.schedule)
    #expect(throws: AdapterError.noBiases(method: "bitfit")) {
      try MethodRegistry.attach("bitfit", options: [:], to: host)
    }
  }

  @Test("a saved state of something else")
  func states() throws {
    let row = try #require(MethodCase.all.first { $0.id == "aflora" })
    let trained = try MethodSubject(row)
    try trained.train(0..<3)
    let state = trained.method.state
    func message(_ id: String, _ state: [Diagnostic]) throws -> String {
      let subject = try MethodSubject(try #require(MethodCase.all.first { $0.id == id }))
      do {
        try subject.method.restore(state)
        _ = subject.method.diagnostics
        return "no error"
      } catch {
        return "\(error)"
      }
    }
    func expected(_ text: String) -> String {
      "the saved state of the method does not fit: \(text)"
    }
    #expect(try message("aflora", state) == "no error")
    #expect(try message("lora", []) == "no error")
    #expect(try message("lora", state) == expected("'scores' unknown to this method"))
    #expect(try message("aflora", []) == expected("'fractions' is missing"))
    #expect(try message("aflora", state + [state[0]]) == expected("'scores' is there twice"))
    var damaged = state
    damaged[0] = Diagnostic("scores", shape: [7], .numbers([Double](repeating: 0, count: 7)), dimensions: ["entry"])
    #expect(try message("aflora", damaged) == expected("'scores' has 7 entries where 24 are expected"))
    damaged = state
    damaged[3] = Diagnostic("frozen_at", shape: [1], .integers([-1]), dimensions: ["matrix"])
    #expect(try message("aflora", damaged) == expected("'frozen_at' has 1 entries where 8 are expected"))
    damaged = state
    damaged[3] = Diagnostic("frozen_at", shape: [8], .numbers([Double](repeating: -1, count: 8)), dimensions: ["matrix"])
    #expect(try message("aflora", damaged) == expected("'frozen_at' is missing"))
    let mean = try #require(state.firstIndex { $0.path.hasPrefix("mean/") })
    damaged = state
    damaged[mean] = Diagnostic(state[mean].path, shape: [2], .numbers([0, 0]), dimensions: ["entry"])
    #expect(
      try message("aflora", damaged)
        == expected("'\(state[mean].path)' has 2 entries where \(state[mean].values.count) are expected"))
  }

  @Test("a saved state that its own method cannot have left", arguments: MethodCase.all)
  func damagedStates(row: MethodCase) throws {
    let trained = try MethodSubject(row)
    try trained.train(0..<4)
    let state = trained.method.state
    func expectRefusal(_ state: [Diagnostic], _ what: String) throws {
      let subject = try MethodSubject(row)
      #expect(throws: AdapterError.self, "\(what)") { try subject.method.restore(state) }
    }
    try expectRefusal(
      state + [Diagnostic("other", shape: [1], .numbers([0]), dimensions: ["entry"])] + state, "a stranger, or all twice")
    for index in state.indices {
      // what a method keeps only for a while may be absent
      let entry = state[index],
        isOptional = ["mean/", "spread/", "norms/", "mask/", "importance/"].contains { entry.path.hasPrefix($0) }
      var damaged = state
      if !(isOptional && ["aflora", "prilora"].contains(row.id)) {
        damaged.remove(at: index)
        try expectRefusal(damaged, "without \(entry.path)")
      }
      damaged = state
      switch entry.values {
      case .numbers(let values):
        damaged[index] = Diagnostic(entry.path, shape: [values.count + 1], .numbers(values + [0]), dimensions: ["entry"])
      case .integers(let values):
        damaged[index] = Diagnostic(entry.path, shape: [values.count + 1], .integers(values + [0]), dimensions: ["entry"])
      }
      try expectRefusal(damaged, "\(entry.path) with an entry too many")
    }
  }

  @Test("saved choices and shapes that mean nothing")
  func meaninglessStates() throws {
    func message(_ id: String, _ state: [Diagnostic]) throws -> String {
      let subject = try MethodSubject(try .named(id))
      do {
        try subject.method.restore(state)
        return "no error"
      } catch {
        return "\(error)"
      }
    }
    func expected(_ text: String) -> String {
      "the saved state of the method does not fit: \(text)"
    }
    func integers(_ name: String, _ values: [Int64]) -> Diagnostic {
      Diagnostic(name, shape: [values.count], .integers(values), dimensions: ["entry"])
    }
    func numbers(_ name: String, _ count: Int) -> Diagnostic {
      Diagnostic(name, shape: [count], .numbers(Array(repeating: 0, count: count)), dimensions: ["entry"])
    }
    let choices = Array(repeating: Int64(1), count: 12)
    #expect(
      try message("loradrop", [integers("selection", choices), numbers("squared_norms", 24), integers("sample_rows", [0, 5])])
        == "no error")
    #expect(
      try message("loradrop", [integers("selection", choices.dropLast() + [3]), numbers("squared_norms", 24)])
        == expected("'selection' has the unknown choice 3"))
    #expect(
      try message("loradrop", [integers("selection", [1]), numbers("squared_norms", 24)])
        == expected("'selection' has 1 entries where 12 are expected"))
    #expect(
      try message("loradrop", [integers("selection", choices), numbers("squared_norms", 25)])
        == expected("'squared_norms' is no whole number of examples"))
    #expect(try message("sora", [integers("open", choices)]) == "no error")
    #expect(try message("sora", [integers("open", choices + [1])]) == expected("'open' is no whole number of steps"))
    #expect(try message("sora", []) == expected("'open' is missing"))
    #expect(
      try message("sparseadapter", [numbers("mask/a", 1)]).hasSuffix("is missing"))
  }
}
