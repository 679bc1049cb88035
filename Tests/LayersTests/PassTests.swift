import Tensors
import Testing

@testable import Layers

/// Dropout acts in training alone, each use with a stream of its own.
@Suite struct PassTests {
  @Test func evaluationHasNoDropout() {
    let pass = Pass.evaluation
    #expect(!pass.isTraining && pass.dropout(0.5) == nil)
  }

  @Test func everyUseHasAStream() {
    let draw = { (seed: UInt64, step: Int) -> [Dropout] in
      let pass = Pass.training(seed: seed, step: step)
      return [pass.dropout(0.1), pass.dropout(0), pass.dropout(0.2)].compactMap { $0 }
    }
    let first = draw(1, 0)
    #expect(first.map(\.rate) == [0.1, 0.2])
    // rate 0 takes no stream
    #expect(first.map(\.stream.index) == [0, 1])
    #expect(first.allSatisfy { $0.stream.purpose == .dropout && $0.stream.seed == 1 && $0.stream.step == 0 })
    #expect(draw(1, 0) == first && draw(1, 1) != first && draw(2, 0) != first)
  }
}
