// Parameter counts at the sizes of the papers, on a backend that computes nothing.
import Models
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

  private func trainable(
    _ id: String, _ options: [String: OptionValue], on configuration: EncoderConfiguration = debertaV3Base
  ) throws -> Int {
    let subject = try MethodSubject(id, options, configuration: configuration, on: PlanningBackend())
    return subject.method.parameters.filter(\.isTrainable).reduce(0) { $0 + $1.count }
  }

  @Test("LoRA: r (in + out)")
  func lora() throws {
    #expect(try trainable("lora", ["rank": .integer(8), "targets": .list(["all-linear"])]) == 1_327_104)
    #expect(try trainable("lora", ["rank": .integer(8)], on: Self.robertaBase) == 294_912)
  }

  @Test("VeRA: r + out")
  func vera() throws {
    #expect(try trainable("vera", ["rank": .integer(1024), "targets": .list(["all-linear"])]) == 156_672)
  }

  @Test("AFLoRA: its vectors, and the matrices of the feed-forward half while they learn")
  func aflora() throws {
    #expect(try trainable("aflora", ["trainability": .text("frozen")]) == 83_232)
    #expect(try trainable("aflora", [:]) == 451_872)
    #expect(try trainable("aflora", ["adaptive": .list(["attention"])]) == 83_232 + 12 * 4 * 4 * 1536)
    #expect(
      try trainable("aflora", ["adaptive": .list(["attention", "ffn"])]) == 83_232 + 12 * 4 * (4 * 1536 + 2 * 3840))
  }

  @Test("full fine-tuning: the whole model, 184 million")
  func full() throws {
    let subject = try MethodSubject("fft", [:], configuration: Self.debertaV3Base, on: PlanningBackend())
    let count = subject.model.parameters.filter(\.isTrainable).reduce(0) { $0 + $1.count }
    #expect(count == subject.model.parameters.reduce(0) { $0 + $1.count })
    #expect(count == 184_423_682)
  }

  @Test("AFLoRA needs less memory and fewer operations once it is frozen")
  func freezing() throws {
    func step(_ trainability: String, freezingFirst: Bool = false) throws -> (operations: Int, bytes: Int) {
      let backend = PlanningBackend()
      let subject = try MethodSubject(
        "aflora", ["trainability": .text(trainability)], configuration: Self.debertaV3Base, on: backend)
      if freezingFirst { subject.method.afterUpdate(FinishedUpdate(count: MethodSubject.steps, gradientScale: 1)) }
      let result = try subject.stepper.step(0, MethodSubject.batch(0, rows: 16, classes: 2), pass: .evaluation)
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
