import CPUBackend
import Tensors
import Testing

@testable import Layers

/// Parameters, linear layers and norms, and the projection that an adapter wraps.
@Suite struct LayerTests {
  private func parameter(_ name: String, _ values: [Float], _ shape: [Int], on backend: CPUBackend) -> Parameter {
    Parameter(name, Tensor(values, shape: shape, on: backend), group: .backbone, decays: true)
  }

  @Test func linear() throws {
    let backend = try CPUBackend(threads: 1)
    let layer = Linear(
      weight: parameter("weight", [1, 2, 3, 4, 5, 6], [3, 2], on: backend), bias: parameter("bias", [10, 20, 30], [3], on: backend))
    #expect(layer.inputSize == 2 && layer.outputSize == 3)
    let x = Tensor([1, 1, 2, 0], shape: [2, 2], on: backend)
    #expect(layer(x).values == [13, 27, 41, 12, 26, 40])
    let branch = LowRankBranch(
      a: Tensor([1, 0], shape: [1, 2], on: backend), b: Tensor([1, 0, -1], shape: [3, 1], on: backend), scale: 2)
    #expect(layer(x, branch: branch).values == [15, 27, 39, 16, 26, 36])
    #expect(Linear(weight: layer.weight, bias: nil)(x).values == [3, 7, 11, 2, 6, 10])
  }

  @Test func layerNorm() throws {
    let backend = try CPUBackend(threads: 1)
    let norm = LayerNorm(
      gain: parameter("gain", [1, 2], [2], on: backend), bias: parameter("bias", [0, 5], [2], on: backend), epsilon: 0)
    let x = Tensor([1, 3, 8, 2], shape: [2, 2], on: backend)
    #expect(norm(x).values == [-1, 7, 1, 3])
    #expect(norm(x, residual: Tensor([4, 0, 0, 0], shape: [2, 2], on: backend)).values == [1, 3, 1, 3])
  }

  @Test func rmsNorm() throws {
    final class Negation: NormAdapter {
      func forward(_ y: Tensor) -> Tensor { y.scaled(by: -1) }
    }
    let backend = try CPUBackend(threads: 1)
    let norm = RMSNorm(gain: parameter("model.norm.weight", [1, 2], [2], on: backend), epsilon: 0)
    #expect(norm.path == "model.norm" && norm.parameters.map(\.name) == ["model.norm.weight"])
    // the roots of the mean squares are 5 and 1
    let x = Tensor([1, 7, 1, -1], shape: [2, 2], on: backend)
    func isNear(_ found: [Float], _ expected: [Float]) -> Bool { zip(found, expected).allSatisfy { abs($0 - $1) < 1e-6 } }
    #expect(isNear(norm(x).values, [0.2, 2.8, 1, -2]))
    #expect(isNear(norm(x, residual: Tensor([6, -6, 0, 0], shape: [2, 2], on: backend)).values, [1.4, 0.4, 1, -2]))
    norm.adapter = Negation()
    #expect(isNear(norm(x).values, [-0.2, -2.8, -1, 2]))
  }

  @Test func freezingAParameterDropsItsGradient() throws {
    let backend = try CPUBackend(threads: 1)
    let weight = parameter("weight", [2], [1], on: backend)
    #expect(!weight.isTrainable && weight.gradient == nil && weight.count == 1)
    weight.isTrainable = true
    weight.tensor.multiplied(by: weight.tensor).sum().backward()
    #expect(weight.gradient?.values == [4])
    weight.isTrainable = false
    #expect(weight.gradient == nil)
  }

  @Test func adapterWrapsAProjection() throws {
    final class Doubling: ProjectionAdapter {
      var inputs: [ProjectionInput] = []
      var weightChange: Tensor? { nil }
      func forward(_ x: Tensor, through linear: Linear, input: ProjectionInput, pass: Pass) -> Tensor {
        inputs.append(input)
        return linear(x).scaled(by: 2)
      }
    }
    let backend = try CPUBackend(threads: 1)
    let projection = Projection(
      Linear(weight: parameter("weight", [3], [1, 1], on: backend), bias: nil), layer: 0, role: .query, path: "layer.0.query")
    let x = Tensor([5], shape: [1, 1], on: backend)
    #expect(projection(x, pass: .evaluation).values == [15])
    let adapter = Doubling()
    projection.adapter = adapter
    #expect(projection(x, input: .relativePositions, pass: .evaluation).values == [30])
    #expect(adapter.inputs == [.relativePositions])
    projection.adapter = nil
    #expect(projection(x, pass: .evaluation).values == [15])
  }

  @Test func rolesBelongToHalvesOfABlock() {
    #expect(ProjectionRole.allCases.filter { $0.layerType == .attention } == [.query, .key, .value, .attentionOutput])
    #expect(ProjectionRole.allCases.filter { $0.layerType == .feedForward } == [.gate, .intermediate, .output])
    #expect(ProjectionRole(rawValue: "attention-output") == .attentionOutput && LayerType(rawValue: "ffn") == .feedForward)
  }
}
