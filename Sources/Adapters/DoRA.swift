// DoRA (Liu et al. 2024, arXiv 2402.09353): y = c ⊙ (W + s B A) x + bias with c = m / ‖W + s B A‖, the norm of each output row, which
// counts as a constant in the backward pass (section 4.3). The magnitudes m start as W's own norms. As in the peft library, with
// dropout the frozen part of the change sees the dropped input too.
import Layers
import Settings
import Tensors

/// Weight-decomposed low-rank adaptation.
package final class DoRA: TuningMethod {
  package static let description = MethodSchema(
    id: "dora", label: "DoRA", source: "Liu et al. 2024, DoRA: Weight-Decomposed Low-Rank Adaptation", options: LoRA.options())

  package var form: AdaptedForm { .weightDecomposed(scale: scale) }
  package private(set) var parameters: [Parameter] = []
  /// s, alpha / rank.
  package let scale: Double

  package init(_ options: MethodOptions, on host: MethodHost) throws {
    scale = try options.number("alpha") / Double(try options.integer("rank"))
    for pair in try LoRA.attach(options, scale: scale, method: Self.description, on: host) {
      let weight = pair.projection.linear.weight.tensor
      let wide = weight.widened, squares = host.backend.withoutGradients { wide.rowDots(wide) }
      let magnitude = host.vector("\(pair.projection.path).lora_magnitude_vector", squares.squareRoots)
      pair.projection.adapter = Adapter(pair.adapter, magnitude: magnitude.tensor, weight: weight, squares: squares)
      parameters += [pair.a, pair.b, magnitude]
    }
  }

  private final class Adapter: ProjectionAdapter {
    let low: LowRankAdapter
    let magnitude: Tensor
    let weight: Tensor
    /// The squared norms of W's rows, which never change.
    let squares: Tensor

    init(_ low: LowRankAdapter, magnitude: Tensor, weight: Tensor, squares: Tensor) {
      self.low = low
      self.magnitude = magnitude
      self.weight = weight
      self.squares = squares
    }

    /// `1 / ‖W + s B A‖` for each row, from `‖W‖² + 2 s B·(W Aᵀ) + s² B·(B A Aᵀ)`: the sum W + s B A is never formed.
    private var inverseNorms: Tensor {
      let (a, b, s) = (low.a.detached, low.b.detached, low.scale)
      return weight.backend.withoutGradients {
        let cross = b.rowDots(weight.detached.linear(weight: a, bias: nil)),
          own = b.rowDots(b.matmul(a.linear(weight: a, bias: nil)))
        let sum = squares.adding(cross.scaled(by: 2 * s)).adding(own.scaled(by: s * s))
        let norms = sum.clamped(atLeast: .leastNormalMagnitude).squareRoots
        return .filled(1, shape: norms.shape, on: norms.backend).divided(by: norms)
      }
    }

    func forward(_ x: Tensor, through linear: Linear, input: ProjectionInput, pass: Pass) -> Tensor {
      let factors = magnitude.multiplied(by: inverseNorms)
      guard let dropout = pass.dropout(low.dropoutRate) else {
        let product = x.linear(
          weight: linear.weight.tensor, bias: nil, branch: LowRankBranch(a: low.a, b: low.b, scale: low.scale))
        return product.scaledColumns(by: factors, adding: linear.bias?.tensor)
      }
      // W x + bias, and beside it (c − 1) W dropout(x) + c s B A dropout(x)
      let dropped = x.dropped(dropout)
      let frozen = dropped.linear(weight: linear.weight.tensor, bias: nil)
      let change = dropped.linear(weight: low.a, bias: nil).linear(weight: low.b, bias: nil).scaled(by: low.scale)
      return linear(x).adding(frozen.adding(change).scaledColumns(by: factors)).subtracting(frozen)
    }

    var weightChange: Tensor? {
      let backend = weight.backend, columns = weight.shape[1]
      guard let change = low.weightChange?.values else { return nil }
      let (w, m, inverse) = (weight.values, magnitude.values, inverseNorms.values)
      let values = w.indices.map { index in
        let row = index / columns
        return m[row] * inverse[row] * (w[index] + change[index]) - w[index]
      }
      return Tensor(values, shape: weight.shape, on: backend)
    }
  }
}
