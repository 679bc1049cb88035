// What a training step says it computed, against the count by hand.
import CPUBackend
import Layers
import Models
import Settings
import Tensors
import Testing

@testable import Adapters
@testable import Training

@Suite("Operations of a step")
struct StepOperationsTests {
  private let configuration = EncoderConfiguration(
    architecture: .roberta, vocabularySize: 40, hiddenSize: 8, layers: 2, heads: 2, intermediateSize: 12, maximumPositions: 24,
    initializerRange: 0.3, classes: 3)

  /// Of one step on batch 0, on both backends.
  private func operations(_ id: String, _ options: [String: OptionValue], on configuration: EncoderConfiguration) throws -> [Int] {
    let backends: [any Backend] = [try CPUBackend(threads: 1), PlanningBackend()]
    return try backends.map { backend in
      let subject = try MethodSubject(id, options, configuration: configuration, epochs: 10, on: backend)
      return try subject.stepper.step(0, subject.rows(0), pass: .evaluation).floatingPointOperations
    }
  }

  private func expect(
    _ id: String, _ options: [String: OptionValue], sourceLocation: SourceLocation = #_sourceLocation,
    _ shape: (inout StepOperations) -> Void
  ) throws {
    for layers in [1, 2, 3] {
      var configuration = configuration
      configuration.layers = layers
      var expected = StepOperations(configuration, MethodSubject.batch(0))
      shape(&expected)
      let count = expected.count()
      #expect(
        try operations(id, options, on: configuration) == [count, count], "\(id), \(layers) layers",
        sourceLocation: sourceLocation)
    }
  }

  private let allLinear: [String: OptionValue] = ["rank": .integer(3), "targets": .texts(["all-linear"])]

  @Test("a step of LoRA, number by number")
  func numbers() throws {
    // one layer; sequences of 4 to 7 tokens: 22 tokens, 4 first ones; 8 wide, 12 inside, rank 3 on query and value
    var configuration = configuration
    configuration.layers = 1
    let forward: [Int] = [
      2 * 4 * 8 * 8, 2 * 22 * 8 * 8, 2 * 22 * 8 * 8,  // query of the first tokens, key, value
      2 * 4 * 3 * 16, 2 * 22 * 3 * 16,  // their branches
      2 * 22 * 8, 2 * 22 * 8,  // scores, context
      2 * 4 * 8 * 8, 2 * 4 * 8 * 12, 2 * 4 * 12 * 8,  // attention output, intermediate, output
      2 * 4 * 8 * 8, 2 * 4 * 8 * 3,  // head
    ]
    let backward: [Int] = [
      2 * 4 * 8 * 8, 2 * 4 * 8 * 8, 2 * 4 * 8 * 3, 2 * 4 * 8 * 3,  // head: weights and inputs
      2 * 4 * 12 * 8, 2 * 4 * 8 * 12, 2 * 4 * 8 * 8,  // inputs of output, intermediate, attention output
      3 * 2 * 22 * 8,  // value, probabilities, query; the key depends on nothing that learns
      2 * 4 * 3 * 24, 2 * 22 * 3 * 24,  // B, back through B, A
    ]
    let expected = (forward + backward).reduce(0, +)
    #expect(try operations("lora", ["rank": .integer(3)], on: configuration) == [expected, expected])
  }

  @Test("LoRA")
  func lora() throws {
    try expect("lora", allLinear) { $0.branch = { _ in Branch(rank: 3) } }
    try expect("lora", ["rank": .integer(3)]) { $0.branch = { [.query, .value].contains($0) ? Branch(rank: 3) : nil } }
    try expect("lora", ["rank": .integer(5), "targets": .texts(["output"])]) {
      $0.branch = { $0 == .output ? Branch(rank: 5) : nil }
    }
  }

  @Test("what is like LoRA", arguments: ["rslora", "lora-plus", "sora", "sparseadapter", "tied-lora", "loradrop"])
  func kin(id: String) throws {
    let vectors = ["sora", "tied-lora"].contains(id)
    try expect(id, allLinear) { $0.branch = { _ in Branch(rank: 3, vectors: vectors) } }
  }

  @Test("VeRA, whose matrices never learn")
  func vera() throws {
    try expect("vera", allLinear) { $0.branch = { _ in Branch(rank: 3, matrices: false, vectors: true) } }
  }

  @Test("AFLoRA, whose attention matrices never learn, and the others until they freeze")
  func aflora() throws {
    let rank: [String: OptionValue] = ["rank": .integer(3)]
    try expect("aflora", rank) {
      $0.branch = { Branch(rank: 3, matrices: $0.layerType == .feedForward, vectors: true) }
    }
    try expect("aflora", rank.merging(["trainability": .text("frozen")]) { $1 }) {
      $0.branch = { _ in Branch(rank: 3, matrices: false, vectors: true) }
    }
    // the step after everything froze
    var expected = StepOperations(configuration, MethodSubject.batch(0))
    expected.branch = { _ in Branch(rank: 3, matrices: false, vectors: true) }
    let subject = try MethodSubject("aflora", rank, configuration: configuration, epochs: 10, on: CPUBackend(threads: 1))
    subject.method.afterUpdate(FinishedUpdate(count: MethodSubject.steps, gradientScale: 1))
    let result = try subject.stepper.step(0, subject.rows(0), pass: .evaluation)
    #expect(result.floatingPointOperations == expected.count())
  }

  @Test("PRILoRA, which measures every token unless it does not prune")
  func priLoRA() throws {
    let options: [String: OptionValue] = ["rank_first": .integer(3), "rank_last": .integer(3)]
    try expect("prilora", options) {
      $0.branch = { _ in Branch(rank: 3) }
      $0.everyToken = true
    }
    try expect("prilora", options.merging(["prune": .text("none")]) { $1 }) { $0.branch = { _ in Branch(rank: 3) } }
  }

  @Test("AdaLoRA, whose regulariser multiplies A and B with themselves")
  func adaLoRA() throws {
    let options: [String: OptionValue] = ["initial_rank": .integer(3), "target_rank": .integer(2)]
    for gamma in [0.5, 0] {
      try expect("adalora", options.merging(["orthogonality": .number(gamma)]) { $1 }) {
        $0.branch = { role in
          let sizes = role.layerType == .attention ? 8 + 8 : 8 + 12
          // A Aᵀ and Bᵀ B, and each once more for the gradient
          return Branch(rank: 3, vectors: true, once: gamma == 0 ? 0 : 2 * 2 * 3 * 3 * sizes)
        }
      }
    }
  }

  @Test("DoRA, whose norms take W Aᵀ, A Aᵀ and B (A Aᵀ)")
  func doRA() throws {
    try expect("dora", allLinear) {
      $0.branch = { role in
        let input = role == .output ? 12 : 8, output = role == .intermediate ? 12 : 8
        return Branch(rank: 3, once: 2 * output * 3 * input + 2 * 3 * 3 * input + 2 * output * 3 * 3)
      }
    }
  }

  @Test("bottlenecks")
  func bottlenecks() throws {
    try expect("houlsby", ["width": .integer(5)]) { $0.bottleneck = BottleneckShape(width: 5, afterAttention: true) }
    try expect("pfeiffer", ["width": .integer(5)]) { $0.bottleneck = BottleneckShape(width: 5, afterAttention: false) }
  }

  @Test("(IA)³, whose factors take no product, on what goes in or comes out")
  func ia3() throws {
    try expect("ia3", [:]) { $0.factors = { [.key: .output, .value: .output, .output: .input][$0] } }
    try expect("ia3", ["targets": .texts(["all-linear"]), "feedforward": .texts(["attention-output", "output"])]) {
      $0.factors = { $0 == .attentionOutput || $0 == .output ? .input : .output }
    }
  }

  @Test("PiSSA has LoRA's products, LoRA-FA all but those of A's gradient")
  func frozenParts() throws {
    try expect("pissa", allLinear) { $0.branch = { _ in Branch(rank: 3) } }
    try expect("lora-fa", allLinear) { $0.branch = { _ in Branch(rank: 3, matrices: false, vectors: true) } }
    // the projected gradient multiplies each B's by a matrix of 3 by 3
    let projected = allLinear.merging(["projected_gradient": .flag(true)]) { $1 }
    try expect("lora-fa", projected) { shape in
      shape.branch = { role in
        let output = role == .intermediate ? 12 : 8
        return Branch(rank: 3, matrices: false, vectors: true, once: 2 * 3 * 3 * output)
      }
    }
  }

  @Test("virtual tokens make every sequence longer; keys and values before it make its attention wider")
  func prompts() throws {
    for count in [1, 4] {
      try expect("prompt-tuning", ["virtual_tokens": .integer(count)]) {
        $0.virtualTokens = count
        $0.embeddingsLearn = true
      }
      try expect("prefix-tuning", ["virtual_tokens": .integer(count)]) { $0.keysBefore = count }
    }
    try expect(
      "prefix-tuning", ["virtual_tokens": .integer(4), "prefix_projection": .flag(true), "encoder_hidden_size": .integer(5)]
    ) {
      $0.keysBefore = 4
      // for each layer the first layer of the network, then its part of the last: forward, and back to weights and inputs
      $0.once = $0.configuration.layers * 3 * 2 * 4 * 5 * (8 + 2 * 8)
    }
  }

  @Test("full fine-tuning, BitFit and LN-Tuning")
  func backbone() throws {
    for id in ["bitfit", "ln-tuning"] { try expect(id, [:]) { $0.embeddingsLearn = true } }
    try expect("fft", [:]) {
      $0.embeddingsLearn = true
      $0.weightsLearn = true
    }
  }
}
