// Parameter counts at the sizes of the papers, on a backend that computes nothing.
import Models
import Settings
import Tensors
import Testing

@testable import Adapters
@testable import Training

@Suite("Parameters at the published sizes")
struct PublishedSizeTests {
  static let debertaV3Base = EncoderConfiguration(
    architecture: .deberta, vocabularySize: 128_100, hiddenSize: 768, layers: 12, heads: 12, intermediateSize: 3072,
    maximumPositions: 512)
  static let robertaBase = EncoderConfiguration(
    architecture: .roberta, vocabularySize: 50_265, hiddenSize: 768, layers: 12, heads: 12, intermediateSize: 3072,
    maximumPositions: 514)

  static let robertaLarge = EncoderConfiguration(
    architecture: .roberta, vocabularySize: 50_265, hiddenSize: 1024, layers: 24, heads: 16, intermediateSize: 4096,
    maximumPositions: 514)
  private let allLinear: OptionValue = .texts(["all-linear"])

  private func subject(
    _ id: String, _ options: [String: OptionValue], on configuration: EncoderConfiguration = debertaV3Base
  ) throws -> MethodSubject {
    try MethodSubject(id, options, configuration: configuration, epochs: 10, on: PlanningBackend())
  }

  /// Entries of the method's own that learn.
  private func trainable(
    _ id: String, _ options: [String: OptionValue], on configuration: EncoderConfiguration = debertaV3Base
  ) throws -> Int {
    let method = try subject(id, options, on: configuration).method
    return method.parameters.filter(\.isTrainable).reduce(0) { $0 + $1.count } - method.idleParameters
  }

  @Test("LoRA: r (in + out); 0.29M, 0.79M, 1.33M")
  func lora() throws {
    #expect(try trainable("lora", ["rank": .integer(8), "targets": allLinear]) == 1_327_104)
    #expect(try trainable("lora", ["rank": .integer(4), "targets": allLinear]) == 663_552)
    #expect(try trainable("lora", ["rank": .integer(2), "targets": allLinear]) == 331_776)
    #expect(try trainable("lora", ["rank": .integer(8)], on: Self.robertaBase) == 294_912)
    #expect(try trainable("lora", ["rank": .integer(8)], on: Self.robertaLarge) == 786_432)
  }

  @Test("rsLoRA and LoRA+ are of LoRA's size; DoRA has a magnitude for each output more")
  func kin() throws {
    for id in ["rslora", "lora-plus"] { #expect(try trainable(id, ["rank": .integer(8)], on: Self.robertaBase) == 294_912) }
    #expect(try trainable("dora", ["rank": .integer(8)], on: Self.robertaBase) == 294_912 + 24 * 768)
    #expect(try trainable("dora", ["rank": .integer(8), "targets": allLinear]) == 1_327_104 + 12 * (5 * 768 + 3072))
  }

  @Test("BitFit: every bias of the backbone, 0.1M")
  func bitFit() throws {
    let model = try subject("bitfit", [:]).model
    let biases = model.parameters.filter { $0.group == .backbone && $0.isTrainable }
    let count = biases.reduce(0) { $0 + $1.count }
    // of each layer q, k, v, o, f1, f2 and two norms; then the norms of the embeddings and of the relative table
    let layer: Int = 4 * 768 + 3072 + 768 + 2 * 768
    #expect(count == 12 * layer + 2 * 768)
    #expect(count == 102_912)
  }

  @Test("bottlenecks: 2 h d + d + h, twice in a layer or once", arguments: [(8, 0), (16, 304_320), (32, 599_424), (64, 1_189_632)])
  func bottlenecks(width: Int, pfeiffer: Int) throws {
    let one = 2 * 768 * width + width + 768
    #expect(try trainable("houlsby", ["width": .integer(width)]) == 2 * 12 * one)
    #expect(try trainable("pfeiffer", ["width": .integer(width)]) == 12 * one)
    if pfeiffer > 0 { #expect(12 * one == pfeiffer) }
    // printed 0.31M, 0.61M, 1.22M
    let houlsby = [8: 313_536, 16: 608_640, 32: 1_198_848]
    if let count = houlsby[width] { #expect(2 * 12 * one == count) }
  }

  @Test("AdaLoRA: r₀ triplets of in + out + 1 in every layer")
  func adaLoRA() throws {
    let method = try subject("adalora", ["initial_rank": .integer(12), "target_rank": .integer(8)]).method
    let count = method.parameters.filter(\.isTrainable).reduce(0) { $0 + $1.count }
    #expect(count == 12 * 12 * (13_824 + 6))
    #expect(count == 1_991_520)
    #expect(method.keptParameters == count)
    // with even ranks the budget of 576 is 8 in each of 72 layers: 1.33M; the printed 1.27M has fewer in the wide ones
    #expect(12 * 8 * 13_824 == 1_327_104)
  }

  @Test("SoRA: LoRA and a gate for each rank")
  func soRA() throws {
    #expect(try trainable("sora", ["rank": .integer(8)]) == 1_327_104 + 72 * 8)
    #expect(
      try trainable("sora", ["rank": .integer(8), "targets": .texts(["query", "value"])], on: Self.robertaBase)
        == 294_912 + 24 * 8)
  }

  @Test("SparseAdapter: half of LoRA, 0.15M")
  func sparseAdapter() throws {
    #expect(try trainable("sparseadapter", ["rank": .integer(8), "keep": .number(0.5)], on: Self.robertaBase) == 147_456)
  }

  @Test("VeRA: r + out; 0.03M and 0.16M")
  func vera() throws {
    #expect(try trainable("vera", ["rank": .integer(512)], on: Self.robertaBase) == 24 * (512 + 768))
    #expect(try trainable("vera", ["rank": .integer(512)], on: Self.robertaBase) == 30_720)
    #expect(try trainable("vera", ["rank": .integer(1024), "targets": allLinear]) == 156_672)
  }

  @Test("Tied-LoRA: one A, one B for each role, vectors of each module; 0.15M")
  func tiedLoRA() throws {
    #expect(try trainable("tied-lora", ["rank": .integer(56)], on: Self.robertaBase) == 3 * 56 * 768 + 24 * (56 + 768))
    #expect(try trainable("tied-lora", ["rank": .integer(56)], on: Self.robertaBase) == 148_800)
  }

  @Test("AFLoRA: its vectors, and the matrices of the feed-forward half while they learn; 0.08M and 0.45M")
  func aflora() throws {
    #expect(try trainable("aflora", ["trainability": .text("frozen")]) == 83_232)
    #expect(try trainable("aflora", [:]) == 451_872)
    #expect(try trainable("aflora", ["adaptive": .texts(["attention"])]) == 83_232 + 12 * 4 * 4 * 1536)
    #expect(
      try trainable("aflora", ["adaptive": .texts(["attention", "ffn"])]) == 83_232 + 12 * 4 * (4 * 1536 + 2 * 3840))
  }

  @Test("AFLoRA's average over training: 0.13M and 0.14M", arguments: [(20, 0.117, 0.135), (10, 0.132, 0.147)])
  func average(epochs: Int, low: Double, high: Double) {
    // of 48 matrices, half of 4 · 768 entries and half of 4 · 3072, floor(48 r(t)) are frozen; the order decides which
    let freezing = Freezing(
      initialSteps: 1000, finalSteps: 700 * epochs, totalSteps: 1000 * epochs, beta1: 0.85, beta2: 0.95, sensitivity: .gradient)
    var total = 0.0
    for step in 0..<1000 * epochs {
      let open = 48 - Int(freezing.fraction(step) * 48 + 1e-9)
      total += 83_232 + Double(open) * 368_640 / 48
    }
    let average = total / Double(1000 * epochs) / 1e6
    #expect(average > low && average < high, "\(average)")
  }

  @Test("LoRA-drop: as many pairs as layers keep one, and one more where others share")
  func loraDrop() throws {
    let pair = 8 * (768 + 768)
    func count(_ options: [String: OptionValue]) throws -> Int { try trainable("loradrop", options, on: Self.robertaBase) }
    // the published 12 of 24 modules, printed 0.15M without the two shared ones
    #expect(try count(["keep": .integer(6), "variant": .text("without-share")]) == 12 * pair)
    #expect(12 * pair == 147_456)
    #expect(try count(["keep": .integer(6)]) == 14 * pair)
    #expect(try count(["keep": .integer(5), "variant": .text("inverse")]) == (2 * 7 + 2) * pair)
    #expect(try count(["keep": .integer(5), "variant": .text("top")]) == 12 * pair)
    #expect(try count(["threshold": .number(1)]) == 294_912)
    // where nothing is measured importances are even: 11 of 12 reach 0.9
    #expect(try count([:]) == 24 * pair)
  }

  @Test("PRILoRA: ranks 4 to 12 are as large as rank 8; 1.33M, and 1.0M that is not zero")
  func priLoRA() throws {
    let subject = try subject("prilora", [:])
    #expect(subject.method.parameters.reduce(0) { $0 + $1.count } == 1_327_104)
    let ranks = try #require(subject.method as? PRILoRA).ranks.map(\.rank)
    #expect(ranks == [4, 5, 5, 6, 7, 8, 8, 9, 10, 11, 11, 12].flatMap { Array(repeating: $0, count: 6) })
    #expect(try trainable("prilora", ["concentrated_layers": .integer(3)]) == 1_327_104)
  }

  @Test("(IA)³: a vector for keys, one for values, one within the feed-forward half of each layer")
  func ia3() throws {
    #expect(try trainable("ia3", [:]) == 12 * (768 + 768 + 3072))
    #expect(try trainable("ia3", [:], on: Self.robertaLarge) == 24 * (1024 + 1024 + 4096))
    // the library's choice for encoders has the end of attention too
    let ends: OptionValue = .texts(["attention-output", "output"])
    let options: [String: OptionValue] = ["targets": .texts(["key", "value", "attention-output", "output"]), "feedforward": ends]
    #expect(try trainable("ia3", options) == 12 * (3 * 768 + 3072))
  }

  @Test("LN-Tuning: gain and bias of each norm; 0.04M")
  func lnTuning() throws {
    func count(_ configuration: EncoderConfiguration, _ options: [String: OptionValue] = [:]) throws -> Int {
      let model = try subject("ln-tuning", options, on: configuration).model
      return model.parameters.filter { $0.group == .backbone && $0.isTrainable }.reduce(0) { $0 + $1.count }
    }
    // the embeddings' and two in each layer; DeBERTa's table of relative positions has one more
    #expect(try count(Self.robertaBase) == (2 * 12 + 1) * 2 * 768)
    #expect(try count(Self.debertaV3Base) == (2 * 12 + 2) * 2 * 768)
    #expect(try count(Self.robertaBase, ["norms": .texts(["*.layer.11.*"])]) == 2 * 2 * 768)
  }

  @Test("PiSSA is of LoRA's size, LoRA-FA of its Bs")
  func frozenParts() throws {
    #expect(try trainable("pissa", ["rank": .integer(8)], on: Self.robertaBase) == 294_912)
    #expect(try trainable("pissa", ["rank": .integer(8), "iterations": .integer(2)], on: Self.robertaBase) == 294_912)
    #expect(try trainable("lora-fa", ["rank": .integer(8)], on: Self.robertaBase) == 24 * 8 * 768)
    let method = try subject("lora-fa", ["rank": .integer(8), "targets": allLinear]).method
    #expect(method.keptParameters == 12 * 8 * (5 * 768 + 3072))
  }

  @Test("prompt tuning: an embedding for each virtual token; prefix tuning: a key and a value for each in every layer")
  func prompts() throws {
    #expect(try trainable("prompt-tuning", [:]) == 20 * 768)
    #expect(try trainable("prompt-tuning", ["virtual_tokens": .integer(100)]) == 100 * 768)
    // as the library counts a BERT of this size: 370,178 with a classifier of 2 · 769
    #expect(try trainable("prefix-tuning", [:], on: Self.robertaBase) == 368_640)
    let projected: [String: OptionValue] = ["prefix_projection": .flag(true), "encoder_hidden_size": .integer(512)]
    let all = 12 * 2 * 768, network = (768 + 1) * 512 + (512 + 1) * all
    #expect(try trainable("prefix-tuning", projected, on: Self.robertaBase) == 20 * 768 + network)
  }

  @Test("full fine-tuning: the whole model, 184 million")
  func full() throws {
    let subject = try subject("fft", [:])
    let count = subject.model.parameters.filter(\.isTrainable).reduce(0) { $0 + $1.count }
    #expect(count == subject.model.parameters.reduce(0) { $0 + $1.count })
    #expect(count == 184_423_682)
  }

  @Test("AFLoRA needs less memory and fewer operations once it is frozen")
  func freezing() throws {
    func step(_ trainability: String, freezingFirst: Bool = false) throws -> (operations: Int, bytes: Int) {
      let backend = PlanningBackend()
      let subject = try MethodSubject(
        "aflora", ["trainability": .text(trainability)], configuration: Self.debertaV3Base, epochs: 10, rows: 16, on: backend)
      if freezingFirst { subject.method.afterUpdate(FinishedUpdate(count: MethodSubject.steps, gradientScale: 1)) }
      let result = try subject.stepper.step(0, subject.rows(0), pass: .evaluation)
      return (result.floatingPointOperations, backend.peakBytes)
    }
    let learning = try step("trainable"), frozen = try step("adaptive", freezingFirst: true)
    #expect(frozen.operations < learning.operations)
    #expect(frozen.bytes < learning.bytes)
    let never = try step("frozen")
    #expect(frozen.operations == never.operations)
    #expect(frozen.bytes == never.bytes)
    let adaptive = try step("adaptive")
    #expect(adaptive.operations == learning.operations)
  }
}
