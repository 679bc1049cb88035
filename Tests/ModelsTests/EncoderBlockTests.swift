// A block with its norms after the sums, and before the layers, against its formula.
import Layers
import Tensors
import Testing

@testable import Models

@Suite("Encoder blocks")
struct EncoderBlockTests {
  private let configuration = EncoderConfiguration(
    architecture: .bert, vocabularySize: 10, hiddenSize: 8, layers: 1, heads: 2, intermediateSize: 12, maximumPositions: 8,
    hiddenDropout: 0, attentionDropout: 0, initializerRange: 0.4)

  @Test("the norms' two places", arguments: [NormPlacement.afterSum, .beforeLayers])
  func placement(placement: NormPlacement) throws {
    let backend = try makeBackend()
    let builder = ParameterBuilder(InitialValues(seed: 3, deviation: 0.4, on: backend))
    let block = try EncoderBlock(configuration, layer: 0, placement: placement, builder)
    for norm in block.sublayers.map(\.norm) {
      let drawn = Tensor.normal(
        .initialization(seed: 4, name: norm.path), mean: 1, deviation: 0.3, shape: norm.parameters[0].shape, on: backend)
      norm.parameters[0].tensor.assign(drawn.values)
    }
    let x = Tensor.normal(.initialization(seed: 5, name: "x"), deviation: 1, shape: [5, 8], on: backend)
    let offsets: Offsets = [0, 3, 5], found = block(x, offsets: offsets, rows: nil, relative: nil, pass: .evaluation)

    let (q, k, v, o, inner, out) = (
      block.projections[0], block.projections[1], block.projections[2], block.projections[3], block.projections[4],
      block.projections[5]
    )
    let norms = block.sublayers.map(\.norm)
    func attention(_ x: Tensor) -> Tensor {
      o.linear(
        q.linear(x).attention(
          key: k.linear(x), value: v.linear(x), queryOffsets: offsets, keyOffsets: offsets, heads: 2, factor: 0.5))
    }
    func feedForward(_ x: Tensor) -> Tensor { out.linear(inner.linear(x).activated(.gelu)) }
    let expected: Tensor
    switch placement {
    case .afterSum:
      let a = norms[0](x.adding(attention(x)))
      expected = norms[1](a.adding(feedForward(a)))
    case .beforeLayers:
      let a = x.adding(attention(norms[0](x)))
      expected = a.adding(feedForward(norms[1](a)))
    }
    #expect(zip(found.values, expected.values).allSatisfy { abs($0 - $1) < 1e-5 })
    let rows = QueryRows([1, 4], bounds: offsets, on: backend)
    let cut = block(x, offsets: offsets, rows: rows, relative: nil, pass: .evaluation)
    #expect(zip(cut.values, expected.rows([1, 4]).values).allSatisfy { abs($0 - $1) < 1e-5 })
  }

  @Test("a linear layer has a bias, or none")
  func bias() throws {
    let builder = ParameterBuilder(InitialValues(seed: 3, deviation: 0.4, on: try makeBackend()))
    #expect(try builder.linear("a", from: 2, to: 3).bias?.shape == [3])
    #expect(try builder.linear("b", from: 2, to: 3, hasBias: false).bias == nil)
    #expect(builder.parameters.map(\.name) == ["a.weight", "a.bias", "b.weight"])
  }
}
