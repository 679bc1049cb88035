// A pass whose blocks are computed again on the way back, and a batch that is computed in parts.
import CPUBackend
import Models
import Settings
import Tensors
import Testing

@testable import Adapters
@testable import Training

@Suite("Partial passes")
struct PartialPassTests {
  @Test(
    "a pass that recomputes ends with the same bits, and what a method measures is measured once", arguments: MethodCase.onSettings)
  func recomputation(row: MethodCase, setting: MethodSubject.Setting) throws {
    let plain = try MethodSubject(row, setting), again = try MethodSubject(row, setting) { $0.recomputes = true }
    let (expected, found) = (try plain.train(0..<MethodSubject.steps), try again.train(0..<MethodSubject.steps))
    #expect(plain.bits == again.bits)
    #expect(plain.method.diagnostics == again.method.diagnostics)
    #expect(expected == found, "operations too: they are recorded, and it is the same run")
  }

  @Test(
    "a batch in parts has the whole one's loss and gradients, with the same masks, but for roundings",
    arguments: MethodCase.onSettings)
  func parts(row: MethodCase, setting: MethodSubject.Setting) throws {
    let whole = try MethodSubject(row, setting)
    whole.method.beforeStep(0)
    let expected = whole.stepper.gradients(whole.rows(0), pass: .training(seed: 3, step: 0))
    for size in [1, 3] {
      for recomputes in [false, true] {
        let parts = try MethodSubject(row, setting) { ($0.microBatchSize, $0.recomputes) = (size, recomputes) }
        parts.method.beforeStep(0)
        let found = parts.stepper.gradients(parts.rows(0), pass: .training(seed: 3, step: 0))
        #expect(abs(found.taskLoss - expected.taskLoss) < 1e-5 && abs(found.loss - expected.loss) < 1e-5, "\(found), \(expected)")
        for (one, other) in zip(parts.parameters, whole.parameters) {
          let (one, other, name) = (one.gradient?.values ?? [], other.gradient?.values ?? [], one.name)
          let scale = other.reduce(1e-3) { max($0, abs($1)) }
          #expect(
            one.count == other.count && zip(one, other).allSatisfy { abs($0 - $1) < 2e-5 * scale }, "\(name), \(size) at a time")
        }
      }
    }
  }

  @Test("parts as large as the batch are the batch, to the bit")
  func onePart() throws {
    let row = try #require(MethodCase.all.first { $0.id == "lora" })
    let (whole, parts) = (try MethodSubject(row), try MethodSubject(row) { $0.microBatchSize = 4 })
    #expect(try whole.train(0..<3) == parts.train(0..<3))
    #expect(whole.bits == parts.bits)
  }

  @Test("in parts no more than a part's inside is in memory, and recomputing no more than a block's")
  func memory() throws {
    let row = try #require(MethodCase.all.first { $0.id == "lora" })
    func peak(_ adjust: @escaping (inout TrainingSettings) -> Void) throws -> Int {
      var configuration = MethodSubject.configuration(.deberta)
      (configuration.layers, configuration.hiddenSize, configuration.intermediateSize) = (8, 32, 128)
      let subject = try MethodSubject(
        row.method, row.options, configuration: configuration, rows: 8, on: CPUBackend(threads: 1), adjust: adjust)
      try subject.train(0..<1)
      return subject.backend.peakBytes
    }
    let whole = try peak { _ in }, parts = try peak { $0.microBatchSize = 1 }, again = try peak { $0.recomputes = true }
    #expect(parts < whole && again < whole, "\(whole), \(parts) in parts, \(again) again")
  }
}
