import Testing

@testable import CPUBackend
@testable import Tensors

/// Long sequences, whose probabilities are not kept but computed again, block by block.
@Suite struct AttentionBlockTests {
  static let cases: [AttentionCase] = [AttentionMask.none, .causal].flatMap { mask in
    [Float(0), 0.2].flatMap { rate in
      [
        AttentionCase(
          name: "short, \(mask), \(rate)", queries: [20, 1, 0, 33], keys: [20, 1, 0, 33], heads: 4, headSize: 8, mask: mask,
          rate: rate),
        AttentionCase(
          name: "long, \(mask), \(rate)", queries: [700, 3, 513], keys: [700, 3, 513], heads: 4, headSize: 16, mask: mask,
          rate: rate),
        AttentionCase(
          name: "last queries, \(mask), \(rate)", queries: [1, 130, 129], keys: [600, 640, 129], starts: [599, 510, 0], heads: 2,
          keyHeads: 1, headSize: 8, mask: mask, rate: rate),
        AttentionCase(
          name: "keys that none sees, \(mask), \(rate)", queries: [140, 0, 5], keys: [700, 20, 0], starts: [30, 0, 0], heads: 3,
          keyHeads: 3, headSize: 8, mask: mask, rate: rate),
      ]
    }
  }

  @Test(arguments: cases)
  func computedAgainEqualsKept(_ c: AttentionCase) throws {
    let backend = try backend(threads: 2)
    let kept = c.pass(keeping: true, on: backend).map(digest)
    #expect(c.pass(keeping: false, on: backend).map(digest) == kept)
  }

  @Test(arguments: cases, [true, false])
  func equalBitsWithAnyNumberOfThreads(_ c: AttentionCase, keeping: Bool) throws {
    let one = c.pass(keeping: keeping, on: try backend())
    #expect(one.allSatisfy { $0.allSatisfy(\.isFinite) })
    for threads in [2, 3, 7] {
      #expect(c.pass(keeping: keeping, on: try backend(threads: threads)).map(digest) == one.map(digest), "\(threads) threads")
    }
  }

  /// A sequence's context has the bits that it has alone, whatever stands beside it: long ones, short ones, none.
  @Test(arguments: [AttentionMask.none, .causal])
  func neighboursChangeNothing(mask: AttentionMask) throws {
    let backend = try backend(), width = 16
    let whole = AttentionCase(name: "", queries: [30, 600, 7], keys: [30, 600, 7], heads: 2, headSize: 8, mask: mask)
    let operands = whole.operands()
    let all = whole.attention(operands.map { Tensor($0.values, shape: $0.shape, on: backend) }).values
    for sequence in 0..<3 {
      let rows = whole.queryOffsets[sequence] * width..<whole.queryOffsets[sequence + 1] * width
      let tokens = whole.queries[sequence]
      let one = AttentionCase(name: "", queries: [tokens], keys: [tokens], heads: 2, headSize: 8, mask: mask)
      let alone = one.attention(operands.map { Tensor(Array($0.values[rows]), shape: [tokens, width], on: backend) }).values
      #expect(alone == Array(all[rows]))
    }
  }

  /// Twice the length takes about twice the memory, not four times as much: in both passes, scratch included.
  @Test(arguments: [AttentionMask.none, .causal])
  func memoryIsLinear(mask: AttentionMask) throws {
    let peaks = try [1024, 2048].map { tokens in
      let backend = try backend(threads: 2)
      let c = AttentionCase(
        name: "", queries: [tokens], keys: [tokens], heads: 4, keyHeads: 4, headSize: 16, mask: mask, rate: 0.1)
      let tensors = c.operands().map { operand in
        let tensor = Tensor(operand.values, shape: operand.shape, on: backend)
        tensor.requiresGradient = true
        return tensor
      }
      c.attention(tensors).sum().backward()
      return Double(backend.peakBytes)
    }
    #expect(peaks[1] < 2.3 * peaks[0], "\(peaks)")
    // the probabilities alone
    #expect(peaks[1] < 4 * 4 * 2048 * 2048)
  }

  /// One that asks for the probabilities gets them, whether they are kept or not, and the gradients stay as they are.
  @Test(arguments: [AttentionMask.none, .causal])
  func observed(mask: AttentionMask) throws {
    let backend = try backend()
    let c = AttentionCase(name: "", queries: [600, 9], keys: [600, 9], heads: 2, headSize: 4, mask: mask, rate: 0.1)
    func gradients(_ observe: ((Tensor) -> Void)?) throws -> [[Float]] {
      let tensors = c.operands().map { operand in
        let tensor = Tensor(operand.values, shape: operand.shape, on: backend)
        tensor.requiresGradient = true
        return tensor
      }
      let y = c.attention(tensors, probabilities: observe)
      y.multiplied(by: y).sum().backward()
      return try [y.values] + tensors.map { try #require($0.gradient).values }
    }
    var seen: [Float] = []
    let watched = try gradients { seen = $0.values }
    #expect(try gradients(nil) == watched)
    #expect(seen.count == 2 * (600 * 600 + 81))
    for row in 0..<600 {
      let probabilities = seen[row * 600..<(row + 1) * 600]
      #expect(abs(probabilities.reduce(0, +) - 1) < 1e-5)
      if mask == .causal { #expect(probabilities.suffix(599 - row).allSatisfy { $0 == 0 }) }
    }
  }

  /// What is kept is a function of the shape.
  @Test func keeping() {
    let keeps = { (keys: [Int], size: Int, mask: AttentionMask) in
      AttentionCase(name: "", queries: keys, keys: keys, headSize: size, mask: mask).shape.keepsProbabilities
    }
    #expect(keeps([512, 3], 4, .none) && !keeps([3, 513], 4, .none))
    #expect(keeps([128, 3], 64, .causal) && !keeps([3, 129], 64, .causal))
    #expect(keeps([512], 300, .causal) && !keeps([513], 300, .causal))
    let relative = AttentionShape(
      queryOffsets: [0, 600], keyOffsets: [0, 600], heads: 1, headSize: 1, factor: 1,
      relativeIndex: [Int32](repeating: 0, count: 1199))
    #expect(relative.keepsProbabilities)
  }

  /// A part of a batch drops what it drops in the whole batch.
  @Test(arguments: [AttentionMask.none, .causal], [[9, 4, 20, 1, 13], [600, 3, 150, 0, 40]])
  func microBatchesDropAsTheirBatch(mask: AttentionMask, lengths: [Int]) throws {
    let backend = try backend(threads: 2)
    let whole = AttentionCase(name: "", queries: lengths, keys: lengths, heads: 4, mask: mask, rate: 0.3)
    let width = 12, keyWidth = 6, perHead = whole.shape.scoresPerHead
    let operands = whole.operands()
    // what values of one make of the probabilities shows the mask, where the rows' sums are one without it
    func run(_ c: AttentionCase, _ rows: Range<Int>) throws -> [[Float]] {
      let widths = [width, keyWidth, keyWidth]
      let tensors = zip(operands, widths).map { operand, width in
        let values = Array(operand.values[rows.lowerBound * width..<rows.upperBound * width])
        let tensor = Tensor(values, shape: [rows.count, width], on: backend)
        tensor.requiresGradient = true
        return tensor
      }
      let y = c.attention(tensors)
      y.multiplied(by: y).sum().backward()
      return try [y.values] + tensors.map { try #require($0.gradient).values }
    }
    let expected = try run(whole, 0..<lengths.reduce(0, +))
    var parts = [[Float]](repeating: [], count: 4)
    for sequences in [0..<2, 2..<5] {
      let part = Array(lengths[sequences])
      let before = lengths[..<sequences.lowerBound].reduce(0) { $0 + $1 * $1 }
      let c = AttentionCase(
        name: "", queries: part, keys: part, heads: 4, mask: mask, rate: 0.3, places: .init(perHead: perHead, first: before))
      let first = lengths[..<sequences.lowerBound].reduce(0, +)
      for (index, values) in try run(c, first..<first + part.reduce(0, +)).enumerated() { parts[index] += values }
    }
    #expect(parts == expected)
    // and it matters where they draw
    let elsewhere = AttentionCase(
      name: "", queries: Array(lengths[2...]), keys: Array(lengths[2...]), heads: 4, mask: mask, rate: 0.3)
    let rows = lengths[0] + lengths[1]..<lengths.reduce(0, +)
    #expect(try run(elsewhere, rows)[0] != Array(expected[0].suffix(rows.count * width)))
  }
}
