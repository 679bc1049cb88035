import Testing

@testable import CPUBackend
@testable import Tensors

/// One result, whatever the number of threads.
@Suite struct DeterminismTests {
  struct Size: CustomTestStringConvertible {
    var lengths: [Int]
    var hidden: Int, inner: Int, heads: Int, rank: Int
    var testDescription: String { "\(lengths.reduce(0, +)) tokens, \(hidden) by \(inner), \(heads) heads" }

    static let all = [
      Size(lengths: [300, 17, 1, 499], hidden: 769, inner: 771, heads: 1, rank: 5),
      Size(lengths: [128, 128, 128, 128], hidden: 128, inner: 512, heads: 4, rank: 8),
      Size(lengths: [1], hidden: 48, inner: 80, heads: 3, rank: 4),
      Size(lengths: [63, 2, 65], hidden: 33, inner: 17, heads: 3, rank: 1),
    ]
  }

  /// Forward and backward pass of a block with every kind of operation; a digest of the output and all gradients.
  private func run(_ size: Size, threads: Int) throws -> [UInt64] {
    let backend = try backend(threads: threads)
    let tokens = size.lengths.reduce(0, +), (hidden, inner) = (size.hidden, size.inner)
    let offsets = AttentionTests.offsets(size.lengths), reach = (size.lengths.max() ?? 1) - 1
    let index = AttentionTests.index(reach: reach, buckets: 20), rows = Int(index[2 * reach]) + 1
    var parameters: [Tensor] = []
    let parameter = { (shape: [Int], deviation: Float) -> Tensor in
      let stream = RandomStream(seed: 4, purpose: .initialization, index: UInt32(parameters.count))
      let tensor = Tensor.normal(stream, deviation: deviation, shape: shape, on: backend)
      tensor.requiresGradient = true
      parameters.append(tensor)
      return tensor
    }
    var streams: UInt32 = 0
    let dropout = { () -> Dropout in
      streams += 1
      return Dropout(rate: 0.1, stream: RandomStream(seed: 4, purpose: .dropout, index: streams))
    }
    let table = parameter([100, hidden], 1)
    let x = table.rows((0..<tokens).map { Int32($0 * 7 % 100) })
    let (query, key) = (parameter([hidden, hidden], 0.05), parameter([hidden, hidden], 0.05))
    let branch = LowRankBranch(
      a: parameter([size.rank, hidden], 0.1), b: parameter([hidden, size.rank], 0.1), inner: parameter([size.rank], 1),
      outer: parameter([hidden], 1), scale: 2, dropout: dropout())
    let relative = Tensor.RelativeTerms(query: parameter([rows, hidden], 0.3), key: parameter([rows, hidden], 0.3), index: index)
    let context = x.linear(weight: query, bias: parameter([hidden], 0.1), branch: branch).attention(
      key: x.linear(weight: key, bias: nil), value: x, queryOffsets: Offsets(offsets), keyOffsets: Offsets(offsets),
      heads: size.heads, factor: 0.1,
      relative: relative, dropout: dropout())
    let (gain, bias) = (parameter([hidden], 1), parameter([hidden], 1))
    let normed = context.layerNorm(residual: x, gain: gain, bias: bias, epsilon: 1e-7, dropout: dropout())
    let wide = normed.linear(weight: parameter([inner, hidden], 0.05), bias: parameter([inner], 0.1)).activated(.gelu)
    let y = wide.linear(weight: parameter([hidden, inner], 0.05), bias: nil).layerNorm(
      residual: normed, gain: gain, bias: bias, epsilon: 1e-7, dropout: dropout())
    y.multiplied(by: y).mean().backward()
    let gradients = try parameters.map { try #require($0.gradient) }
    for (parameter, gradient) in zip(parameters, gradients) {
      parameter.updateAdamW(
        gradient: gradient, first: .zeros(parameter.shape, on: backend), second: .zeros(parameter.shape, on: backend),
        AdamWSettings(learningRate: 0.01, beta1: 0.9, beta2: 0.999, epsilon: 1e-8, weightDecay: 0.01, step: 1, gradientScale: 0.5))
    }
    #expect(y.isFinite)
    let squares = Scalars(1, on: backend)
    for gradient in gradients { squares.add(.sumOfSquares, of: gradient, at: 0) }
    let norm = squares.values[0].bitPattern
    return [digest(y.values), norm] + gradients.map { digest($0.values) } + parameters.map { digest($0.values) }
  }

  @Test(arguments: Size.all)
  func equalBitsWithAnyNumberOfThreads(_ size: Size) throws {
    let one = try run(size, threads: 1)
    #expect(try run(size, threads: 1) == one)
    #expect(try run(size, threads: 2) == one)
    #expect(try run(size, threads: 3) == one)
  }

  /// Two backends at work at the same time do not disturb each other.
  @Test func backendsSideBySide() async throws {
    let size = Size.all[1]
    let alone = try run(size, threads: 2)
    let results = try await withThrowingTaskGroup(of: [UInt64].self) { group in
      for _ in 0..<4 { group.addTask { try run(size, threads: 2) } }
      return try await group.reduce(into: []) { $0.append($1) }
    }
    #expect(results.allSatisfy { $0 == alone })
  }

  /// Thousands of short jobs through the workers: each block runs exactly once.
  @Test func everyBlockRunsOnce() throws {
    let backend = try backend(threads: 3)
    for blocks in [0, 1, 2, 3, 7, 64] {
      for _ in 0..<2000 {
        var runs = [UInt8](repeating: 0, count: blocks)
        runs.withUnsafeMutableBufferPointer { runs in
          nonisolated(unsafe) let runs = runs
          backend.parallel(blocks) { runs[$0] += 1 }
        }
        #expect(runs.allSatisfy { $0 == 1 })
      }
    }
  }

  @Test(arguments: [1, 63, 64, 127, 128, 200, 512, 513, 817, 2048, 5000])
  func productsOfAnyNumberOfRows(rows: Int) throws {
    let (inner, columns) = (64, 64)
    let a = Operand.spread([rows, inner], seed: 41).values, b = Operand.spread([inner, columns], seed: 42).values
    let products = try [1, 2, 3, 5].map { threads in
      let backend = try backend(threads: threads)
      return Tensor(a, shape: [rows, inner], on: backend).matmul(Tensor(b, shape: [inner, columns], on: backend)).values
    }
    expectClose(products[0], product(a.map(Double.init), b.map(Double.init), m: rows, k: inner, n: columns), 2e-6, "\(rows) rows")
    #expect(products.allSatisfy { $0.map(\.bitPattern) == products[0].map(\.bitPattern) })
  }
}
