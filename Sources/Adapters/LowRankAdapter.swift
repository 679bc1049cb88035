import Layers
import Tensors

/// The wrapper of every method whose change to a layer is `scale · outer ⊙ B (inner ⊙ A x)`.
final class LowRankAdapter: ProjectionAdapter {
  let a: Tensor
  let b: Tensor
  let inner: Tensor?
  let outer: Tensor?
  let scale: Float
  let dropoutRate: Float
  /// Told what comes in: hidden states `[tokens, in]`, never the relative positions.
  var observe: ((Tensor) -> Void)?

  init(a: Tensor, b: Tensor, inner: Tensor? = nil, outer: Tensor? = nil, scale: Float, dropoutRate: Float) {
    self.a = a
    self.b = b
    self.inner = inner
    self.outer = outer
    self.scale = scale
    self.dropoutRate = dropoutRate
  }

  func forward(_ x: Tensor, through linear: Linear, input: ProjectionInput, pass: Pass) -> Tensor {
    if input == .hiddenStates, !pass.isRepetition { observe?(x) }
    return linear(
      x, branch: LowRankBranch(a: a, b: b, inner: inner, outer: outer, scale: scale, dropout: pass.dropout(dropoutRate)))
  }

  var branch: LowRankBranch? { LowRankBranch(a: a, b: b, inner: inner, outer: outer, scale: scale) }

  var weightChange: Tensor? {
    a.backend.withoutGradients {
      let left = b.scaledRows(by: outer?.values, columns: inner?.values)
      return left.matmul(a).scaled(by: scale)
    }
  }
}

extension MethodHost {
  /// A trainable parameter of the method, named under its projection's path: a matrix, which decays, or a bias, which does not.
  func parameter(_ name: String, _ tensor: Tensor, decays: Bool) -> Parameter {
    learning(Parameter(name, tensor, group: .adapter, decays: decays))
  }

  /// A trainable vector of the method that is no bias: it decays where the recipe's `decay_vectors` says so.
  func vector(_ name: String, _ tensor: Tensor) -> Parameter {
    learning(Parameter(name, tensor, group: .adapter, decay: .withVectors))
  }

  private func learning(_ parameter: Parameter) -> Parameter {
    parameter.isTrainable = true
    return parameter
  }

  /// Kaiming-uniform with a = √5, PyTorch's default for linear layers: `U(-1/√fanIn, 1/√fanIn)`.
  func kaimingLinear(_ name: String, shape: [Int]) -> Tensor {
    uniform(name, bound: (1 / Float(shape[1])).squareRoot(), shape: shape)
  }

  /// Kaiming-uniform for ReLU, which VeRA draws its shared matrices from: `U(-√(6/fanIn), √(6/fanIn))`.
  func kaimingReLU(_ name: String, shape: [Int]) -> Tensor {
    uniform(name, bound: (6 / Float(shape[1])).squareRoot(), shape: shape)
  }

  /// The variance of what `kaimingReLU` draws: a third of its bound's square, 2 / fanIn.
  static func kaimingReLUVariance(shape: [Int]) -> Double { 2 / Double(shape[1]) }

  private func uniform(_ name: String, bound: Float, shape: [Int]) -> Tensor {
    .uniform(.initialization(seed: seed, name: name), low: -bound, high: bound, shape: shape, on: backend)
  }
}

extension Tensor {
  /// A copy of `[rows, columns]` with each row and each column times its factor.
  fileprivate func scaledRows(by rows: [Float]?, columns: [Float]?) -> Tensor {
    let width = shape[1]
    let scaled = values.enumerated().map { index, value in
      value * (rows?[index / width] ?? 1) * (columns?[index % width] ?? 1)
    }
    return Tensor(scaled, shape: shape, on: backend)
  }
}
