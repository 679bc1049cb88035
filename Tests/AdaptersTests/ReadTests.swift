// What a step brings back from where the tensors lie: a backend that runs ahead must wait for each read.
import CPUBackend
import Models
import Tensors
import Testing

@testable import Adapters
@testable import Training

@Suite("Reads")
struct ReadTests {
  /// The reads of every step of a method on a model of this width.
  private func reads(_ row: MethodCase, width: Int) throws -> [Reads] {
    var configuration = MethodSubject.configuration(.deberta)
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
}
