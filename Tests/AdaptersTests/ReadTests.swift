// What a step brings back from where the tensors lie: a backend that runs ahead must wait for each read.
import CPUBackend
import Datasets
import Models
import Objectives
import Settings
import Tensors
import Testing

@testable import Adapters
@testable import Training

@Suite("Reads")
struct ReadTests {
  /// The reads of every step of a method on a model of this width.
  private func reads(_ row: MethodCase, width: Int) throws -> [Reads] {
    var configuration = MethodSubject.configuration(row.encoder)
    (configuration.hiddenSize, configuration.intermediateSize) = (width, 2 * width)
    let subject = try MethodSubject(row.method, row.options, configuration: configuration, on: CPUBackend(threads: 1))
    return try (0..<MethodSubject.steps).map { step in
      let before = subject.backend.reads
      try subject.train(step..<step + 1)
      var taken = Reads()
      (taken.count, taken.bytes) = (subject.backend.reads.count - before.count, subject.backend.reads.bytes - before.bytes)
      return taken
    }
  }

  @Test("at most three a step: numbers and decisions, as many whatever a matrix's size", arguments: MethodCase.all)
  func ofSteps(row: MethodCase) throws {
    let narrow = try reads(row, width: 8), wide = try reads(row, width: 24)
    #expect(narrow.allSatisfy { $0.count <= 3 }, "\(narrow)")
    #expect(narrow == wide)
  }

  @Test("three a batch of evaluation, of classes, logits and loss, and one a batch of measurement")
  func ofBatches() throws {
    let row = try #require(MethodCase.all.first { $0.id == "loradrop" }), subject = try MethodSubject(row)
    let examples = (0..<70).map { EncodedExample(tokens: [0, Int32(3 + $0 % 30), 2], segments: [0, 0, 0], label: .class($0 % 3)) }
    let objective = Classification(
      LabelledSets(training: [], validation: [("validation", examples)]), classes: 3, metrics: [.accuracy])
    let before = subject.backend.reads
    _ = try Evaluation.run(subject.model, objective, set: 0, backend: subject.backend)
    #expect(subject.backend.reads.count == before.count + 9 && subject.backend.reads.bytes == before.bytes + 70 * 4 * 4 + 3 * 4)

    let sample = TrainingSample(batches: [subject.rows(0), subject.rows(1)], stepper: subject.stepper, backend: subject.backend)
    let pairs = try LoRA.attach(
      MethodOptions(["rank": .integer(2)], for: LoRA.description), scale: 1, method: LoRA.description,
      on: MethodSubject.host(subject.model, steps: 10, on: subject.backend))
    let start = subject.backend.reads
    _ = try OutputNorms.measure(pairs, on: sample)
    #expect(subject.backend.reads.count == start.count + 2 && subject.backend.reads.bytes == start.bytes + pairs.count * 8 * 8)
  }
}
