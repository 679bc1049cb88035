// LoRA-FA (Zhang et al. 2023, arXiv 2308.03303): LoRA whose A stays as it was drawn, and whose B learns. So a layer keeps A x, of rank
// numbers a token, for its backward pass, and not x. The paper draws A from a normal distribution; it is drawn as LoRA's here and in
// the peft library. With `projected_gradient` B's gradient is that of the nearest low-rank change to full fine-tuning's gradient, g_B
// (A Aᵀ)⁻¹ / s² with s = alpha / rank, as `create_lorafa_optimizer` of the library has it (1e-8 is added to the diagonal): it takes the
// place of the gradient in AdamW, after clipping by the norm of the plain ones. The library's AdamW there decays after the update and
// not before it.
import Layers
import Settings
import Tensors

/// LoRA with a frozen A.
package final class LoRAFA: TuningMethod {
  package static let description = MethodSchema(
    id: "lora-fa", label: "LoRA-FA",
    source: "Zhang et al. 2023, LoRA-FA: Memory-efficient Low-rank Adaptation for Large Language Models Fine-tuning",
    options: LoRA.options() + [
      OptionSchema(
        "projected_gradient", .flag, default: .flag(false),
        "B learns by the gradient whose change of the weight is nearest to full fine-tuning's, as in the peft library")
    ])

  package var form: AdaptedForm { .lowRank(isStabilized: false) }
  package let parameters: [Parameter]
  private let pairs: [LoRA.Pair]
  private let projects: Bool
  private let scale: Double
  /// (A Aᵀ)⁻¹ / s² of each pair, once training begins.
  private var projections: [Tensor] = []

  package init(_ options: MethodOptions, on host: MethodHost) throws {
    projects = try options.flag("projected_gradient")
    scale = try options.number("alpha") / Double(try options.integer("rank"))
    guard !projects || scale > 0 else {
      throw AdapterError.badOption(
        method: Self.description.id, option: "alpha", found: "0", expected: "a number above 0 beside 'projected_gradient: true'")
    }
    pairs = try LoRA.attach(options, scale: scale, method: Self.description, on: host)
    for pair in pairs { pair.a.isTrainable = false }
    parameters = pairs.flatMap { [$0.a, $0.b] }
  }

  /// B alone: A is as the seed gave it.
  package var keptParameters: Int { pairs.reduce(0) { $0 + $1.b.count } }

  /// A stays as it is when training begins, and so does what follows from it: it is made on the processor, outside what a step's
  /// operations count, so that a resumed run counts as one that was not stopped.
  package func beforeStep(_ step: Int) {
    guard projects, projections.isEmpty, let backend = pairs.first?.a.tensor.backend else { return }
    projections = zip(pairs, Tensor.read(pairs.map(\.a.tensor))).map { pair, values in
      let size = pair.a.tensor.shape[0]
      let inverse = Self.inverse(Self.gram(values, size: size), size: size)
      return Tensor(inverse.map { Float($0 / (scale * scale)) }, shape: [size, size], on: backend)
    }
  }

  package func beforeUpdate(step: Int) {
    for (pair, projection) in zip(pairs, projections) {
      guard let gradient = pair.b.gradient else { continue }
      gradient.assign(gradient.backend.withoutGradients { gradient.matmul(projection) })
    }
  }

  /// M Mᵀ of the matrix M, row by row, that has `size` rows.
  private static func gram(_ values: [Float], size: Int) -> [Float] {
    let columns = values.count / size
    return (0..<(size * size)).map { place in
      let (left, right) = (place / size * columns, place % size * columns)
      return Float((0..<columns).reduce(0.0) { $0 + Double(values[left + $1]) * Double(values[right + $1]) })
    }
  }

  /// The inverse of a symmetric matrix, row by row, 1e-8 added to its diagonal; of one that has none, by its larger singular values.
  private static func inverse(_ values: [Float], size: Int) -> [Double] {
    var entries = values
    for index in 0..<size { entries[index * size + index] += 1e-8 }
    let parts = SingularValueDecomposition(entries, rows: size, columns: size, count: size)
    let least = Double(size) * Double(Float.ulpOfOne) * (parts.values.first ?? 0)
    var inverse = [Double](repeating: 0, count: size * size)
    for (value, (left, right)) in zip(parts.values, zip(parts.left, parts.right)) where value > least {
      for row in 0..<size { for column in 0..<size { inverse[row * size + column] += right[row] * left[column] / value } }
    }
    return inverse
  }
}
