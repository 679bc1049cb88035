import Testing

@testable import CPUBackend
@testable import Tensors

/// Causal masks, heads of keys that several heads of queries share, and queries that stand anywhere among their keys.
@Suite struct AttentionMaskTests {
  static let cases = [
    AttentionCase(name: "causal", queries: [4], keys: [4]),
    AttentionCase(name: "causal, packed sequences", queries: [3, 1, 0, 5], keys: [3, 1, 0, 5]),
    AttentionCase(name: "causal, longer than a vector", queries: [35], keys: [35], heads: 1, keyHeads: 1),
    AttentionCase(name: "causal, last queries", queries: [1, 2, 3], keys: [5, 2, 18], starts: [4, 0, 15]),
    AttentionCase(name: "causal, one new token each", queries: [1, 1], keys: [1, 20], starts: [0, 19]),
    AttentionCase(name: "causal, queries amid their keys", queries: [2, 3], keys: [6, 7], starts: [1, 2]),
    AttentionCase(name: "causal, queries behind their keys", queries: [3, 2], keys: [2, 3], starts: [0, 7]),
    AttentionCase(name: "causal, sequences without queries or keys", queries: [2, 0, 3, 1], keys: [2, 4, 0, 2]),
    AttentionCase(name: "causal, dropout", queries: [5, 3], keys: [5, 7], starts: [0, 4], rate: 0.3),
    AttentionCase(name: "causal, dropout, keys that none sees", queries: [2, 3], keys: [6, 7], starts: [1, 2], rate: 0.3),
    AttentionCase(name: "grouped heads", queries: [3, 4], keys: [5, 4], heads: 4, mask: .none),
    AttentionCase(
      name: "grouped heads, one of keys", queries: [3, 4], keys: [3, 4], heads: 3, keyHeads: 1, mask: .none, rate: 0.2),
    AttentionCase(name: "grouped heads, causal", queries: [6, 1, 2], keys: [6, 1, 9], starts: [0, 0, 7], heads: 6),
    AttentionCase(
      name: "grouped heads, causal, dropout", queries: [4, 2], keys: [4, 5], starts: [0, 3], heads: 4, keyHeads: 1, rate: 0.25),
  ]

  @Test(arguments: cases, [1, 2])
  func formula(_ c: AttentionCase, threads: Int) throws {
    let factors = try mask(c.dropout, count: c.heads * c.shape.scoresPerHead)
    try checkGradients(c.operands(), on: try backend(threads: threads)) {
      c.attention($0)
    } reference: {
      c.context($0, factors: factors)
    }
  }

  /// More queries than one block has, and products that end at the diagonal; gradients at the operands' corners.
  @Test(arguments: [AttentionMask.causal, .none])
  func blocks(mask: AttentionMask) throws {
    let c = AttentionCase(
      name: "long", queries: [2, 261], keys: [2, 530], starts: [0, 269], heads: 2, keyHeads: 1, headSize: 2, mask: mask, factor: 2)
    let backend = try backend(threads: 2), operands = c.operands()
    let found = c.pass(keeping: false, on: backend), count = operands[0].values.count
    let slopes = Operand.spread([count], seed: 77).values.map(Double.init)
    let factors = [Double](repeating: 1, count: c.heads * c.shape.scoresPerHead)
    var inputs = operands.map { $0.values.map(Double.init) }
    expectClose(found[0], c.context(inputs, factors: factors), 2e-6, "context")
    let loss = { zip(c.context(inputs, factors: factors), slopes).reduce(0) { $0 + $1.0 * $1.1 } }
    for operand in 0..<3 {
      let last = inputs[operand].count - 1, places = [0, 4, 5, last / 2, last - 1, last]
      let differences = places.map { place in
        let value = inputs[operand][place]
        defer { inputs[operand][place] = value }
        inputs[operand][place] = value + 1e-5
        let above = loss()
        inputs[operand][place] = value - 1e-5
        return (above - loss()) / 2e-5
      }
      expectClose(places.map { found[1 + operand][$0] }, differences, 2e-5, "gradient of operand \(operand)")
    }
  }

  /// A mask is exactly that: what a query does not see changes no bit of its context, and its probability is zero.
  @Test func hiddenKeysHaveNoPart() throws {
    let backend = try backend()
    let c = AttentionCase(name: "", queries: [40], keys: [40])
    var seen: [Float] = []
    func context(_ change: (inout [Float]) -> Void) -> [Float] {
      let tensors = c.operands().enumerated().map { index, operand in
        var values = operand.values
        if index > 0 { change(&values) }
        return Tensor(values, shape: operand.shape, on: backend)
      }
      return c.attention(tensors) { seen = $0.values }.values
    }
    let plain = context { _ in }
    let changed = context { for place in 25 * 6..<$0.count { $0[place] *= 1000 } }
    #expect(plain[..<(25 * 6)] == changed[..<(25 * 6)])
    #expect(plain != changed)
    for head in 0..<2 {
      for i in 0..<40 {
        let row = seen[(head * 40 + i) * 40..<(head * 40 + i + 1) * 40]
        #expect(row.suffix(39 - i).allSatisfy { $0 == 0 })
        #expect(abs(row.reduce(0, +) - 1) < 1e-6)
      }
    }
  }

  /// Where no key is hidden, the mask changes nothing but rounding.
  @Test func lastQuerySeesAll() throws {
    let backend = try backend()
    var c = AttentionCase(name: "", queries: [1, 1], keys: [33, 7], starts: [32, 6], heads: 4)
    let tensors = c.operands().map { Tensor($0.values, shape: $0.shape, on: backend) }
    let causal = c.attention(tensors).values
    c.mask = .none
    expectClose(causal, c.attention(tensors).values.map(Double.init), 1e-6, "one query")
  }

  /// Grouped heads give the values of key heads that are repeated for each head of their group, and the sums of their gradients.
  @Test(arguments: [AttentionMask.none, .causal], [Float(0), 0.3])
  func repeatedHeads(mask: AttentionMask, rate: Float) throws {
    let backend = try backend()
    let c = AttentionCase(name: "", queries: [9, 20], keys: [9, 20], heads: 6, headSize: 4, mask: mask, rate: rate)
    let shares = c.heads / c.keyHeads, size = c.headSize
    let repeating = { (values: [Float]) -> [Float] in
      stride(from: 0, to: values.count, by: size).flatMap { start in
        (0..<shares).flatMap { _ in values[start..<start + size] }
      }
    }
    func run(_ c: AttentionCase, _ operands: [Operand]) throws -> [[Float]] {
      let tensors = operands.map { operand in
        let tensor = Tensor(operand.values, shape: operand.shape, on: backend)
        tensor.requiresGradient = true
        return tensor
      }
      let y = c.attention(tensors)
      y.multiplied(by: y).sum().backward()
      return try [y.values] + tensors.map { try #require($0.gradient).values }
    }
    let operands = c.operands()
    var whole = c
    whole.keyHeads = c.heads
    let repeated = operands.enumerated().map { index, operand in
      index == 0 ? operand : Operand(values: repeating(operand.values), shape: [29, 24])
    }
    let (found, expected) = (try run(c, operands), try run(whole, repeated))
    #expect(found[0] == expected[0])
    #expect(found[1] == expected[1])
    for operand in 2...3 {
      let sums = found[operand].indices.map { place in
        (0..<shares).reduce(0) { $0 + Double(expected[operand][(place / size * shares + $1) * size + place % size]) }
      }
      expectClose(found[operand], sums, 1e-6, "gradient of operand \(operand - 1)")
    }
  }

  /// Token by token with the keys so far gives the rows of the pass over all tokens.
  @Test(arguments: [1, 7, 150])
  func incremental(tokens: Int) throws {
    let backend = try backend()
    let c = AttentionCase(name: "", queries: [tokens], keys: [tokens], heads: 4, headSize: 8)
    let operands = c.operands()
    let whole = c.attention(operands.map { Tensor($0.values, shape: $0.shape, on: backend) }).values
    let width = c.heads * c.headSize, keyWidth = c.keyHeads * c.headSize
    for last in 0..<tokens {
      let step = AttentionCase(name: "", queries: [1], keys: [last + 1], starts: [last], heads: 4, headSize: 8)
      let y = step.attention([
        Tensor(Array(operands[0].values[last * width..<(last + 1) * width]), shape: [1, width], on: backend),
        Tensor(Array(operands[1].values[..<((last + 1) * keyWidth)]), shape: [last + 1, keyWidth], on: backend),
        Tensor(Array(operands[2].values[..<((last + 1) * keyWidth)]), shape: [last + 1, keyWidth], on: backend),
      ])
      expectClose(y.values, whole[last * width..<(last + 1) * width].map(Double.init), 2e-6, "token \(last)")
    }
  }

  /// A plan counts what the kernels compute: nothing behind the mask but the corners of the blocks on the diagonal.
  @Test(arguments: [AttentionMask.none, .causal], [100, 600])
  func operations(mask: AttentionMask, tokens: Int) throws {
    let c = AttentionCase(name: "", queries: [tokens], keys: [tokens], heads: 4, headSize: 8, mask: mask)
    let backend = try backend(), planning = PlanningBackend()
    let counts = [backend as any Backend, planning].map { backend in
      let tensors = c.operands().map { operand in
        let tensor = Tensor(operand.values, shape: operand.shape, on: backend)
        tensor.requiresGradient = true
        return tensor
      }
      c.attention(tensors).sum().backward()
      return backend.operations
    }
    let pairs = mask == .none || tokens == 100 ? tokens * tokens : 128 * (128 + 256 + 384 + 512) + 88 * 600
    // four products of the backward pass, and one more where probabilities are computed again
    let again = tokens == 600 || mask == .causal ? 1 : 0
    #expect(counts == [2 * 32 * (6 + again) * pairs, 2 * 32 * (6 + again) * pairs])
  }
}
