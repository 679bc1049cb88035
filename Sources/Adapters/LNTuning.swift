// LN-Tuning (Qi et al. 2022, arXiv 2211.08682): the gain and the bias of every LayerNorm learn, y = g ⊙ (x − μ) / σ + b, and nothing
// else of the model. A Llama's norms have a gain alone, which learns. The paper's models have no table of relative positions; DeBERTa's
// has a norm of its own, which learns too, as it does where the peft library is told to take all that is called LayerNorm.
import Layers
import Settings

/// Trains the norms.
package final class LNTuning: TuningMethod {
  private static let all = "all"

  package static let description = MethodSchema(
    id: "ln-tuning", label: "LN-Tuning",
    source: "Qi et al. 2022, Parameter-Efficient Tuning on Layer Normalization for Pre-trained Language Models",
    options: [
      OptionSchema(
        "norms", .names([all], patterns: true), default: .texts([all]),
        "the norms that learn: all, or patterns of module paths, such as *.layer.11.*")
    ])

  package var form: AdaptedForm { .norms(paths) }
  package let parameters: [Parameter] = []
  package let trainedBackbone: [Parameter]
  /// The norms that learn, by their paths on the hub.
  private let paths: [String]

  package init(_ options: MethodOptions, on host: MethodHost) throws {
    let names = try options.texts("norms")
    func matches(_ norm: any Norm, _ name: String) -> Bool { name == Self.all || Targets.matches(norm.path, pattern: name) }
    if let name = names.first(where: { name in !host.norms.contains { matches($0, name) } }) {
      throw AdapterError.badOption(
        method: Self.description.id, option: "norms", found: "'\(name)', which is the path of none",
        expected: "all, or patterns of paths such as \(host.norms.first?.path ?? "none")")
    }
    let norms = host.norms.filter { norm in names.contains { matches(norm, $0) } }
    paths = norms.map(\.path)
    trainedBackbone = norms.flatMap(\.parameters)
    for parameter in trainedBackbone { parameter.isTrainable = true }
  }
}
