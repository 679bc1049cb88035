// (IA)³ (Liu et al. 2022, arXiv 2205.05638, section 3.3): three vectors rescale a block's inner activations, those of its keys and
// values, softmax(Q (l_k ⊙ Kᵀ) / √d) (l_v ⊙ V), and those within its feed-forward half, (l_ff ⊙ γ(W₁ x)) W₂. All start at one, so that
// nothing changes at first. The vector of a feed-forward layer is multiplied into what comes in, that of any other into what comes out,
// its bias included, as in the peft library. Of encoders the library also takes the end of attention, since its path ends alike
// (`output.dense`); here that is `targets: [key, value, attention-output, output]` with `feedforward: [attention-output, output]`. Weight
// decay, which the paper does without, would draw the vectors to zero: as all vectors that methods train, they have it only where a
// recipe's `decay_vectors` says so.
import Layers
import Settings
import Tensors

/// Learned factors on inner activations.
package final class IA3: TuningMethod {
  package static let description = MethodSchema(
    id: "ia3", label: "(IA)³",
    source: "Liu et al. 2022, Few-Shot Parameter-Efficient Fine-Tuning is Better and Cheaper than In-Context Learning",
    options: [
      Targets.option(default: [ProjectionRole.key, .value, .output].map(\.rawValue)),
      OptionSchema(
        "feedforward", .names(Targets.all, patterns: true), default: .texts([ProjectionRole.output.rawValue]),
        "those of the targets whose inputs are scaled, in place of their outputs"),
    ])

  package var form: AdaptedForm { .scaled(layers) }
  package private(set) var parameters: [Parameter] = []
  private var layers: [ScaledLayer] = []

  package init(_ options: MethodOptions, on host: MethodHost) throws {
    let feedForward = try options.texts("feedforward")
    let adapted = try Targets.projections(options, method: Self.description, on: host)
    for projection in adapted {
      let scalesInput = feedForward.contains { Targets.matches(projection, $0) }
      let size = scalesInput ? projection.linear.inputSize : projection.linear.outputSize
      let factors = host.vector("\(projection.path).ia3_l", .filled(1, shape: [size], on: host.backend))
      projection.adapter = Scaling(factors.tensor, of: projection.linear, scalesInput: scalesInput)
      parameters.append(factors)
      layers.append(ScaledLayer(path: projection.path, factors: factors.tensor, scalesInput: scalesInput))
    }
    // the default's is none where the targets are others
    let unknown = feedForward.filter { name in !adapted.contains { Targets.matches($0, name) } }
    guard unknown.isEmpty || feedForward == Self.description.option(named: "feedforward")?.defaultValue?.texts else {
      throw AdapterError.badOption(
        method: Self.description.id, option: "feedforward", found: unknown.joined(separator: ", "), expected: "some of the targets")
    }
  }
}

/// `l ⊙ (W x + b)`, or `W (l ⊙ x) + b`.
private final class Scaling: ProjectionAdapter {
  private let factors: Tensor
  private let scalesInput: Bool
  private let linear: Linear

  init(_ factors: Tensor, of linear: Linear, scalesInput: Bool) {
    self.factors = factors
    self.linear = linear
    self.scalesInput = scalesInput
  }

  func forward(_ x: Tensor, through linear: Linear, input: ProjectionInput, pass: Pass) -> Tensor {
    scalesInput ? linear(x.scaledColumns(by: factors)) : linear(x).scaledColumns(by: factors)
  }

  /// `(l − 1) ⊙ W`, by columns or by rows.
  var weightChange: Tensor? {
    let weight = linear.weight.tensor, columns = linear.inputSize, changes = factors.values.map { $0 - 1 }
    let values = weight.values.enumerated().map { $1 * changes[scalesInput ? $0 % columns : $0 / columns] }
    return Tensor(values, shape: weight.shape, on: weight.backend)
  }

  var biasChange: Tensor? {
    guard !scalesInput, let bias = linear.bias?.tensor else { return nil }
    return Tensor(zip(bias.values, factors.values).map { $0 * ($1 - 1) }, shape: bias.shape, on: bias.backend)
  }
}
