// Weights that stay bfloat16: the bits of the same numbers as float32, in half the memory.
import Testing

@testable import CPUBackend
@testable import Tensors

@Suite("bfloat16")
struct HalfTests {
  private func pair(_ shape: [Int], seed: UInt64, on backend: any Backend) -> (half: Tensor, wide: Tensor) {
    let half = Tensor(Operand.spread(shape, seed: seed).values, shape: shape, on: backend)
    half.roundToHalf()
    return (half, half.widened)
  }

  @Test("numbers are rounded to nearest, ties to even, and what is no number stays none")
  func rounding() throws {
    let cases: [(UInt32, UInt16)] = [
      (0x3f80_0000, 0x3f80), (0x3f80_7fff, 0x3f80), (0x3f80_8000, 0x3f80), (0x3f80_8001, 0x3f81), (0x3f81_8000, 0x3f82),
      (0xbf81_8000, 0xbf82), (0x7f7f_ffff, 0x7f80), (0x7f80_0000, 0x7f80), (0xff80_0000, 0xff80), (0x0000_8000, 0),
      (0x8000_0001, 0x8000),
    ]
    let backend = try backend()
    let x = Tensor(
      cases.map { Float(bitPattern: $0.0) } + [.nan, Float(bitPattern: 0x7f80_0001)], shape: [cases.count + 2], on: backend)
    x.roundToHalf()
    let values = x.values
    #expect(values.prefix(cases.count).map(\.bitPattern) == cases.map { UInt32($0.1) << 16 })
    #expect(values.suffix(2).allSatisfy { $0.isNaN })
  }

  @Test(
    "a layer computes, and passes gradients back, as with the widened weight", arguments: [1, 2, 7, 64, 300],
    [(1, 4), (8, 3), (96, 130), (770, 300)])
  func linear(tokens: Int, sizes: (input: Int, output: Int)) throws {
    let backend = try backend(threads: 2), (half, wide) = pair([sizes.output, sizes.input], seed: 1, on: backend)
    let x = Operand.spread([tokens, sizes.input], seed: 2).values
    let results = [half, wide].map { weight -> [[UInt32]] in
      let input = Tensor(x, shape: [tokens, sizes.input], on: backend)
      input.requiresGradient = true
      let y = input.linear(weight: weight, bias: nil)
      y.multiplied(by: y).sum().backward()
      return [y.values, input.gradient?.values ?? []].map { $0.map(\.bitPattern) }
    }
    #expect(half.isHalf && !wide.isHalf)
    #expect(results[0] == results[1])
  }

  @Test("rows are gathered, values read, copied and compared as those of the widened table")
  func rows() throws {
    let backend = try backend(), (half, wide) = pair([50, 7], seed: 3, on: backend)
    #expect(half.rows([4, 0, 49, 4]).values == wide.rows([4, 0, 49, 4]).values)
    #expect(half.values == wide.values && half.copied().values == wide.values && half.isFinite)
    #expect(half.copied().isHalf)
    let product = Tensor(wide.values, shape: [7, 50], on: backend)
    #expect(half.matmul(product).values == wide.matmul(product).values, "also as the left factor")
  }

  @Test("what learns is widened, and keeps its numbers")
  func learning() throws {
    let backend = try backend(), (half, wide) = pair([5, 3], seed: 4, on: backend)
    half.requiresGradient = true
    #expect(!half.isHalf && half.values == wide.values)
    half.requiresGradient = false
    half.roundToHalf()
    half.assign([Float](repeating: 0.1, count: 15))
    #expect(!half.isHalf && half.values == [Float](repeating: 0.1, count: 15), "what is assigned is not rounded")
  }

  @Test("it takes half the memory, in plans too")
  func memory() throws {
    for backend in [try backend(), PlanningBackend()] as [any Backend] {
      let before = backend.peakBytes
      let weights = Tensor(shape: [1024, 1024], .bfloat16, on: backend) { $0.initializeMemory(as: UInt16.self, repeating: 0) }
      #expect((2 << 20...(2 << 20) + 4096).contains(backend.peakBytes - before) && weights.count == 1 << 20)
    }
  }
}
