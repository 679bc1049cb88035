// Options and saved states that do not fit, each with its exact message.
import Models
import Tensors
import Testing

@testable import Adapters

@Suite("Options that do not fit")
struct MethodErrorTests {
  private func message(_ id: String, _ options: [String: OptionValue]) throws -> String {
    let backend = PlanningBackend()
    let model = try ModelLoader.random(MethodSubject.configuration(.roberta), seed: 5, on: backend)
    do {
      _ = try MethodRegistry.attach(id, options: options, to: MethodSubject.host(model, steps: 10, on: backend))
      return "no error"
    } catch {
      return "\(error)"
    }
  }

  @Test("a method that is none")
  func unknownMethod() throws {
    #expect(try message("lroa", [:]) == "'lroa' is not a method (methods: fft, lora, vera, aflora)")
  }

  @Test("an option that is none")
  func unknownOption() throws {
    #expect(
      try message("lora", ["rnak": .integer(8)])
        == "'rnak' is not an option of lora (options: rank, alpha, dropout, targets)")
    #expect(try message("fft", ["rank": .integer(8)]) == "'rank' is not an option of fft (options: none)")
  }

  @Test(
    "a value that is not allowed",
    arguments: [
      ("lora", "rank", .integer(0), "lora: option 'rank' is 0, expected a whole number from 1 to 4096"),
      ("lora", "rank", .number(2.5), "lora: option 'rank' is 2.5, expected a whole number from 1 to 4096"),
      ("lora", "dropout", .integer(1), "lora: option 'dropout' is 1, expected a number from 0.0 to 0.99"),
      ("vera", "d_initial", .number(.nan), "vera: option 'd_initial' is nan, expected a number from -10.0 to 10.0"),
      ("aflora", "together", .text("yes"), "aflora: option 'together' is 'yes', expected true or false"),
      (
        "aflora", "score", .text("loudness"),
        "aflora: option 'score' is 'loudness', expected one of gradient, weight-gradient, gradient-over-weight"
      ),
      ("aflora", "adaptive", .list([]), "aflora: option 'adaptive' is [], expected a list of some of attention, ffn"),
      (
        "vera", "targets", .list(["query", "query"]),
        "vera: option 'targets' is [query, query], expected a list of some of query, key, value, attention-output, "
          + "intermediate, output, all-linear"
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
      projections: whole.projections.filter { $0.role == .key }, sublayers: whole.sublayers, backbone: whole.backbone,
      head: whole.head,
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
      "the saved state of the method does not fit: \(text). Delete the run's checkpoint to start it again"
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
}
