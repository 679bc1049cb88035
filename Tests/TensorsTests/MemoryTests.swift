import CPUBackend
import Testing

@testable import Tensors

/// Frozen means free, and a step in the steady state takes no memory from the system.
@Suite struct MemoryTests {
  /// Feed-forward layers with a branch each; returns the peak of one pass.
  private func peak(frozen: Bool) throws -> Int {
    let backend = try backend()
    let tokens = 256, width = 64
    let x = Tensor.filled(0.1, shape: [tokens, width], on: backend)
    let layers = (0..<8).map { layer -> (Tensor, LowRankBranch) in
      let branch = LowRankBranch(a: .filled(0.1, shape: [2, width], on: backend), b: .zeros([width, 2], on: backend))
      branch.a.requiresGradient = !frozen
      branch.b.requiresGradient = !frozen || layer == 7
      return (Tensor.filled(0.01, shape: [width, width], on: backend), branch)
    }
    var y = x
    for (weight, branch) in layers { y = y.linear(weight: weight, bias: nil, branch: branch).activated(.gelu) }
    y.sum().backward()
    for (layer, (_, branch)) in layers.enumerated() {
      #expect((branch.a.gradient != nil) == !frozen)
      #expect((branch.b.gradient != nil) == (!frozen || layer == 7))
    }
    return backend.peakBytes
  }

  @Test func frozenLayersKeepNothing() throws {
    let (learning, frozen) = (try peak(frozen: false), try peak(frozen: true))
    let activation = 256 * 64 * 4
    #expect(learning > 14 * activation)  // two activations of eight layers
    #expect(frozen < 8 * activation)
  }

  /// How far the peak rises when all but the parameter's own memory of the peak is asked for again.
  private func rise(freezing: Bool) throws -> Int {
    let backend = try backend()
    let parameter = Tensor.zeros([1 << 16], on: backend)
    parameter.requiresGradient = true
    parameter.sum().backward()
    let peak = backend.peakBytes, arrays = peak / (4 << 16)
    #expect(arrays >= 2, "the parameter and its gradient")
    if freezing { parameter.requiresGradient = false }
    let others = (1..<arrays).map { _ in Tensor.zeros([1 << 16], on: backend) }
    return withExtendedLifetime((parameter, others)) { backend.peakBytes - peak }
  }

  @Test func freezingFreesTheGradient() throws {
    #expect(try rise(freezing: true) == 0)
    #expect(try rise(freezing: false) > 0)
  }

  private func step(_ lengths: [Int], _ parameters: [Tensor], on backend: CPUBackend) {
    let tokens = lengths.reduce(0, +), width = 32
    let offsets = lengths.reduce(into: [0]) { $0.append(($0.last ?? 0) + $1) }
    let x = parameters[0].rows((0..<tokens).map { Int32($0 % 50) })
    let dropout = Dropout(rate: 0.1, stream: RandomStream(seed: 1, purpose: .dropout))
    let context = x.linear(weight: parameters[1], bias: nil).attention(
      key: x, value: x, queryOffsets: Offsets(offsets), keyOffsets: Offsets(offsets), heads: 4, factor: 0.3, dropout: dropout)
    let normed = context.layerNorm(residual: x, gain: parameters[2], bias: parameters[3], epsilon: 1e-5, dropout: dropout)
    normed.linear(weight: parameters[1], bias: parameters[3]).activated(.gelu).reshaped([tokens, width]).mean().backward()
    for parameter in parameters { parameter.clearGradient() }
  }

  private func parameters(on backend: CPUBackend) -> [Tensor] {
    [[50, 32], [32, 32], [32], [32]].enumerated().map { index, shape in
      let tensor = Tensor.uniform(
        RandomStream(seed: 1, purpose: .initialization, index: UInt32(index)), low: -0.3, high: 0.3, shape: shape, on: backend)
      tensor.requiresGradient = true
      return tensor
    }
  }

  @Test func equalStepsAllocateNothing() throws {
    let backend = try backend(threads: 2)
    let parameters = parameters(on: backend)
    for _ in 0..<2 { step([20, 31, 7], parameters, on: backend) }
    let before = backend.allocations
    for _ in 0..<50 { step([20, 31, 7], parameters, on: backend) }
    #expect(backend.allocations == before)
  }

  @Test func stepsOfVaryingLengthAllocateLittle() throws {
    let backend = try backend(threads: 2)
    let parameters = parameters(on: backend)
    var generator = Numbers(seed: 3)
    let lengths = { (0..<8).map { _ in 5 + Int(generator.next() * 60) } }
    for _ in 0..<100 { step(lengths(), parameters, on: backend) }
    let before = backend.allocations
    for _ in 0..<100 { step(lengths(), parameters, on: backend) }
    // about 40 buffers a step
    #expect(backend.allocations - before < 200, "\(backend.allocations - before) allocations in 100 steps")
  }

  /// An eighth at most, or what fills the last cache lines of a small one.
  @Test(arguments: [1, 63, 64, 65, 100, 511, 513, 1000, 4097, 100_000, 1_234_567])
  func anArrayTakesLittleMoreThanItsNumbers(count: Int) throws {
    let backend = try backend()
    let tensor = Tensor.zeros([count], on: backend)
    let bytes = withExtendedLifetime(tensor) { backend.peakBytes }
    #expect(bytes >= 4 * count && Double(bytes) <= max(Double(4 * count + 256), 1.13 * Double(4 * count)))
  }
}
