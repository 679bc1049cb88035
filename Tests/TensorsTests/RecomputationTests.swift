// Parts of a pass that are computed again: the same bits, less memory.
import Testing

@testable import CPUBackend
@testable import Tensors

@Suite struct RecomputationTests {
  /// A stack of blocks that share a table of positions, one pair of low-rank matrices, and have weights of their own: each sends its
  /// input and the table through the shared pair, so that gradients gather from all blocks, from deep and shallow places.
  private struct Stack {
    let backend: CPUBackend
    let hidden = 48, tokens = 37, rows = 9
    var parameters: [Tensor] = []
    var visits: [Bool] = []

    init(threads: Int, blocks: Int, learning: Set<Int>) throws {
      backend = try CPUBackend(threads: threads)
      let shapes =
        [[tokens, hidden], [rows, hidden], [2, hidden], [hidden, 2]] + (0..<2 * blocks).map { _ in [hidden, hidden] }
      for (index, shape) in shapes.enumerated() {
        let values = Operand.spread(shape, seed: UInt64(index + 1)).values.map { $0 * 0.4 }
        let tensor = Tensor(values, shape: shape, on: backend)
        tensor.requiresGradient = learning.contains(index)
        parameters.append(tensor)
      }
    }

    private func projected(_ x: Tensor, _ weight: Tensor) -> Tensor {
      x.linear(weight: weight, bias: nil, branch: LowRankBranch(a: parameters[2], b: parameters[3], scale: 0.5))
    }

    private func block(_ index: Int, _ x: Tensor, _ table: Tensor) -> Tensor {
      let (one, two) = (parameters[4 + 2 * index], parameters[5 + 2 * index])
      let stream = RandomStream(seed: 1, purpose: .dropout, index: UInt32(index))
      let positions = projected(table.dropped(Dropout(rate: 0.2, stream: stream)), one)
      let mixed = projected(x, one).matmul(positions.matmulTransposedForTest())
      let wide = mixed.matmul(positions).activated(.gelu)
      return projected(wide, two).adding(x)
    }

    /// Bits of the loss and all gradients, and the most memory.
    mutating func run(recomputing: Bool) -> (bits: [[UInt32]], peak: Int) {
      for parameter in parameters { parameter.clearGradient() }
      visits = []
      var x = parameters[0].scaled(by: 0.5)
      let table = parameters[1].activated(.tanh)
      for index in 0..<(parameters.count - 4) / 2 {
        if recomputing {
          let this = self
          x = .recomputed([x, table]) { inputs, _ in this.block(index, inputs[0], inputs[1]) }
        } else {
          x = block(index, x, table)
        }
      }
      let loss = x.multiplied(by: x).mean()
      loss.backward()
      return ([loss.values.map(\.bitPattern)] + parameters.map { $0.gradient?.values.map(\.bitPattern) ?? [] }, backend.peakBytes)
    }
  }

  @Test(
    "the same bits, whatever learns", arguments: [1, 3], [Set(0..<12), [2, 3], [1, 2, 3], [9], [0], [4, 5]] as [Set<Int>])
  func sameBits(threads: Int, learning: Set<Int>) throws {
    var plain = try Stack(threads: threads, blocks: 4, learning: learning)
    var again = try Stack(threads: threads, blocks: 4, learning: learning)
    let (expected, found) = (plain.run(recomputing: false), again.run(recomputing: true))
    let (isSame, isSameAgain) = (expected.bits == found.bits, again.run(recomputing: true).bits == expected.bits)
    #expect(isSame && isSameAgain)
    #expect(expected.bits.contains { !$0.isEmpty })
  }

  @Test("the memory of one block's inside is needed at a time")
  func memory() throws {
    var plain = try Stack(threads: 1, blocks: 16, learning: [2, 3])
    var again = try Stack(threads: 1, blocks: 16, learning: [2, 3])
    let (kept, recomputed) = (plain.run(recomputing: false).peak, again.run(recomputing: true).peak)
    #expect(recomputed < kept * 3 / 4, "\(recomputed) of \(kept) bytes")
  }

  @Test("a part is computed twice where something before or within it learns, once where not, and once without gradients")
  func visits() throws {
    let backend = try CPUBackend(threads: 1), x = Tensor([1, 2], shape: [2], on: backend)
    let weight = Tensor([3, 4], shape: [2], on: backend)
    var visits: [Bool] = []
    let part = { (inputs: [Tensor], again: Bool) -> Tensor in
      visits.append(again)
      return inputs[0].multiplied(by: weight)
    }
    #expect(Tensor.recomputed([x], part).values == [3, 8] && visits == [false])
    weight.requiresGradient = true
    visits = []
    backend.withoutGradients { _ = Tensor.recomputed([x], part) }
    #expect(visits == [false])
    visits = []
    Tensor.recomputed([x], part).sum().backward()
    #expect(visits == [false, true] && weight.gradient?.values == [1, 2])
  }

  @Test("parts within parts")
  func nested() throws {
    let backend = try CPUBackend(threads: 1), weight = Tensor([0.5, -2, 3], shape: [3], on: backend)
    weight.requiresGradient = true
    let inner = { (inputs: [Tensor], _: Bool) -> Tensor in inputs[0].multiplied(by: weight).activated(.tanh) }
    let outer = { (inputs: [Tensor], _: Bool) -> Tensor in
      Tensor.recomputed([Tensor.recomputed(inputs, inner)], inner).multiplied(by: weight)
    }
    let x = Tensor([1, 2, 3], shape: [3], on: backend)
    Tensor.recomputed([x], outer).sum().backward()
    let found = weight.gradient?.values
    weight.clearGradient()
    inner([inner([x], false)], false).multiplied(by: weight).sum().backward()
    #expect(found == weight.gradient?.values)
  }
}

extension Tensor {
  /// `[rows, columns]` → `[columns, rows]` within the graph, by products that exist: for tests alone.
  fileprivate func matmulTransposedForTest() -> Tensor {
    let identity = Tensor(
      (0..<shape[1] * shape[1]).map { $0 % (shape[1] + 1) == 0 ? 1 : 0 }, shape: [shape[1], shape[1]], on: backend)
    return identity.linear(weight: self, bias: nil)
  }
}
