import CPUBackend
import Tensors
import Testing

@testable import Layers

/// The two places of a half's norm, and what changes its end or its norm from outside.
@Suite struct SublayerTests {
  private let backend: CPUBackend

  init() throws { backend = try CPUBackend(threads: 1) }

  private func parameter(_ name: String, _ values: [Float], _ shape: [Int]) -> Parameter {
    Parameter(name, Tensor(values, shape: shape, on: backend), group: .backbone, decays: true)
  }

  private func sublayer(_ placement: NormPlacement) -> Sublayer {
    let linear = Linear(weight: parameter("x.output.dense.weight", [2, 0, 0, 4], [2, 2]), bias: nil)
    let norm = LayerNorm(
      gain: parameter("x.output.LayerNorm.weight", [1, 2], [2]), bias: parameter("x.output.LayerNorm.bias", [0, 5], [2]), epsilon: 0
    )
    return Sublayer(
      Projection(linear, layer: 0, role: .output, path: "x.output.dense"), norm: norm, placement: placement, dropout: 0)
  }

  @Test func normAfterTheSum() {
    let half = sublayer(.afterSum), x = Tensor([1, 3], shape: [1, 2], on: backend)
    #expect(half.input(x) === x)
    // norm([2, 12] + [1, 3])
    #expect(half(x, residual: x, pass: .evaluation).values == [-1, 7])
    #expect(half.path == "x.output" && half.norm.path == "x.output.LayerNorm")
    #expect(half.norm.parameters.map(\.name) == ["x.output.LayerNorm.weight", "x.output.LayerNorm.bias"])
  }

  @Test func normBeforeTheLayers() {
    let half = sublayer(.beforeLayers), x = Tensor([1, 3], shape: [1, 2], on: backend)
    #expect(half.input(x).values == [-1, 7])
    // [2, 12] + [1, 3]
    #expect(half(x, residual: x, pass: .evaluation).values == [3, 15])
  }

  @Test func adaptersKeepTheModelsEnd() {
    final class Doubling: SublayerAdapter {
      func forward(_ z: Tensor, residual: Tensor, end: SublayerEnd) -> Tensor { end(z.scaled(by: 2), residual: residual) }
    }
    let x = Tensor([1, 3], shape: [1, 2], on: backend)
    for (placement, expected) in [(NormPlacement.afterSum, [-1, 7] as [Float]), (.beforeLayers, [5, 27])] {
      let half = sublayer(placement)
      half.adapter = Doubling()
      #expect(half(x, residual: x, pass: .evaluation).values == expected)
    }
  }

  @Test func anAdapterFollowsANorm() {
    final class Negation: NormAdapter {
      func forward(_ y: Tensor) -> Tensor { y.scaled(by: -1) }
    }
    let half = sublayer(.afterSum), x = Tensor([1, 3], shape: [1, 2], on: backend)
    half.norm.adapter = Negation()
    #expect(half(x, residual: x, pass: .evaluation).values == [1, -7])
    half.norm.adapter = nil
    #expect(half(x, residual: x, pass: .evaluation).values == [-1, 7])
  }
}
