import Testing

@testable import Layers
@testable import Tensors

/// Dropout acts in training alone, each use with a stream of its own.
@Suite struct PassTests {
  @Test func evaluationHasNoDropout() {
    let pass = Pass.evaluation
    #expect(pass.dropout(0.5) == nil && Pass.training(seed: 1, step: 1, drops: false).dropout(0.5) == nil)
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

  @Test("a part that is computed again draws what it drew before, and is known to be a repetition")
  func recomputation() throws {
    let backend = PlanningBackend(), weight = Tensor.filled(1, shape: [2], on: backend)
    weight.requiresGradient = true
    var drawn: [Dropout?] = [], repeats: [Bool] = []
    let body = { (inputs: [Tensor], pass: Pass) -> Tensor in
      drawn.append(pass.dropout(0.3))
      repeats.append(pass.isRepetition)
      return inputs[0].multiplied(by: weight)
    }
    for recomputes in [false, true] {
      (drawn, repeats) = ([], [])
      let plain = Pass.training(seed: 1, step: 2), pass = recomputes ? plain.recomputing : plain, before = pass.dropout(0.3)
      pass.recomputable([weight], body).sum().backward()
      #expect(drawn.count == (recomputes ? 2 : 1) && drawn.allSatisfy { $0 == drawn[0] && $0 != before })
      #expect(repeats == (recomputes ? [false, true] : [false]))
      #expect(pass.dropout(0.3)?.stream.index == 2, "the second time takes no stream of the pass's")
    }
  }

  @Test("rows of a part of a batch draw by their place in the whole")
  func parts() {
    let part = BatchPart(1..<3, ofLengths: [5, 2, 4, 3], selected: [2, 1, 0, 3])
    let pass = Pass.training(seed: 1, step: 0).of(part)
    let firstRow = { (pass: Pass) in pass.dropout(0.1)?.firstRow }
    #expect(firstRow(pass) == 5 && firstRow(pass.on(.sequences)) == 1 && firstRow(pass.on(.selection)) == 2)
    #expect(firstRow(pass.on(.table)) == 0)
    #expect(firstRow(pass.prefixed(by: 3)) == 8 && firstRow(pass.prefixed(by: 3).on(.own)) == 5)
    #expect(pass.attentionPlaces() == .init(perHead: 25 + 4 + 16 + 9, first: 25))
    #expect(pass.on(.sequences).attentionPlaces(keysBefore: 2) == .init(perHead: 7 + 4 + 6 + 5, first: 7))
    #expect(Pass.training(seed: 1, step: 0).attentionPlaces() == nil)
    #expect((0..<4).map { _ in pass.dropout(0.1)?.stream.index } == [6, 7, 8, 9], "all take from one")
  }
}
