// Products and attention while text is generated: a row has the same bits alone and among others.
import Testing

@testable import CPUBackend
@testable import Tensors

@Suite("Decoding")
struct DecodingTests {
  private static let rows = [1, 2, 3, 4, 5, 7, 16, 40]

  private func bits(_ values: some Sequence<Float>) -> [UInt32] { values.map(\.bitPattern) }

  @Test(
    "each row of a layer is what it is alone, with any number of rows and threads, in both element types",
    arguments: [(1, 1), (8, 70), (16, 3), (33, 65), (96, 130), (770, 12)], [false, true])
  func rows(sizes: (input: Int, output: Int), isHalf: Bool) throws {
    let (input, output) = (sizes.input, sizes.output)
    let x = Operand.spread([40, input], seed: 1).values, w = Operand.spread([output, input], seed: 2).values
    let bias = Operand.spread([output], seed: 3).values
    func layer(_ rows: [Int], threads: Int) throws -> [Float] {
      let backend = try backend(threads: threads), weight = Tensor(w, shape: [output, input], on: backend)
      if isHalf { weight.roundToHalf() }
      let chosen = rows.flatMap { x[$0 * input..<($0 + 1) * input] }
      return backend.decoding {
        Tensor(chosen, shape: [rows.count, input], on: backend)
          .linear(weight: weight, bias: Tensor(bias, shape: [output], on: backend)).values
      }
    }
    let alone = try (0..<40).map { try layer([$0], threads: 1) }
    for count in Self.rows {
      for threads in [1, 2, 3] {
        let rows = (0..<count).map { ($0 * 7 + count) % 40 }
        #expect(try bits(layer(rows, threads: threads)) == bits(rows.flatMap { alone[$0] }), "\(count) rows, \(threads) threads")
      }
    }
    let kept = isHalf ? w.map { Double(Float(bitPattern: UInt32($0.roundedToHalf) << 16)) } : w.map { Double($0) }
    let expected = product(x.map { Double($0) }, transposed(kept, rows: output, columns: input), m: 40, k: input, n: output)
    expectClose(
      alone.flatMap { $0 }, expected.enumerated().map { $1 + Double(bias[$0 % output]) }, 2e-7 * Double(input).squareRoot() + 2e-7,
      "the layer")
  }

  @Test("bfloat16 weights give the bits of the same numbers as float32", arguments: [1, 4, 9], [(8, 5), (100, 13), (333, 64)])
  func halves(rows: Int, sizes: (input: Int, output: Int)) throws {
    let backend = try backend(),
      half = Tensor(Operand.spread([sizes.output, sizes.input], seed: 5).values, shape: [sizes.output, sizes.input], on: backend)
    half.roundToHalf()
    let x = Tensor(Operand.spread([rows, sizes.input], seed: 6).values, shape: [rows, sizes.input], on: backend)
    backend.decoding {
      #expect(bits(x.linear(weight: half, bias: nil).values) == bits(x.linear(weight: half.widened, bias: nil).values))
    }
  }

  @Test("a low-rank branch and a plain product keep their rows apart, too", arguments: [1, 8, 20])
  func forms(rank: Int) throws {
    let backend = try backend(threads: 2), (input, output) = (40, 24)
    func tensor(_ shape: [Int], _ seed: UInt64) -> Tensor {
      Tensor(Operand.spread(shape, seed: seed).values, shape: shape, on: backend)
    }
    let weight = tensor([output, input], 1), square = tensor([output, output], 2)
    let branch = LowRankBranch(
      a: tensor([rank, input], 3), b: tensor([output, rank], 4), inner: tensor([rank], 5), outer: tensor([output], 6), scale: 0.7)
    let x = tensor([9, input], 7)
    func result(_ x: Tensor) -> [Float] { x.linear(weight: weight, bias: nil, branch: branch).matmul(square).values }
    let together = backend.decoding { result(x) }, alone = backend.decoding { (0..<9).map { result(x.rows([Int32($0)])) } }
    #expect(bits(together) == bits(alone.flatMap { $0 }))
    expectClose(together, result(x).map { Double($0) }, 2e-6, "as outside of it")
    #expect(!backend.keepsRowsApart)
  }

  @Test("all ways in which factors lie give the same product")
  func transpositions() throws {
    let backend = try backend(), (m, n, k) = (5, 7, 21)
    let a = Operand.spread([m, k], seed: 1).values, b = Operand.spread([k, n], seed: 2).values
    func turned(_ x: [Float], _ rows: Int, _ columns: Int) -> [Float] {
      (0..<columns).flatMap { c in (0..<rows).map { x[$0 * columns + c] } }
    }
    let start = Operand.spread([m, n], seed: 3).values
    var found: [[UInt32]] = []
    for (at, left) in [(Transposition.none, a), (.transposed, turned(a, m, k))] {
      for (bt, right) in [(Transposition.none, b), (.transposed, turned(b, k, n))] {
        let c = backend.upload(start)
        backend.decoding {
          backend.matmul(
            backend.upload(left), at, backend.upload(right), bt, into: c, m: m, n: n, k: k, factor: 0.5, accumulate: true, bias: nil
          )
        }
        found.append(bits(backend.download(c) as [Float]))
      }
    }
    #expect(found.allSatisfy { $0 == found[0] })
    let plain = product(a.map { Double($0) }, b.map { Double($0) }, m: m, k: k, n: n)
    expectClose(found[0].map { Float(bitPattern: $0) }, zip(plain, start).map { $0 / 2 + Double($1) }, 1e-6, "the product")
  }

  @Test("a product whose terms are one is its factors', and one without terms is zero")
  func edges() throws {
    let backend = try backend()
    backend.decoding {
      let x = Tensor([3, -2], shape: [2, 1], on: backend), w = Tensor([0.5, 4, 1], shape: [3, 1], on: backend)
      #expect(x.linear(weight: w, bias: nil).values == [1.5, 12, 3, -1, -8, -2])
      let c = backend.upload([7 as Float])
      backend.matmul(
        backend.allocate(0), .none, backend.allocate(0), .none, into: c, m: 1, n: 1, k: 0, factor: 1, accumulate: false, bias: nil)
      #expect(backend.download(c) == [0 as Float])
    }
  }

  @Test("the scope ends with an error, too")
  func scope() throws {
    struct Stop: Error {}
    let backend = try backend()
    #expect(throws: Stop.self) { try backend.decoding { throw Stop() } }
    #expect(!backend.keepsRowsApart)
    backend.decoding {
      backend.decoding {}; #expect(backend.keepsRowsApart)
    }
  }
}

extension Float {
  /// The upper half, rounded to nearest, ties to even.
  fileprivate var roundedToHalf: UInt16 { UInt16((bitPattern + 0x7fff + (bitPattern >> 16 & 1)) >> 16) }
}
