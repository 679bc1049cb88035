// LoRA+ (Hayou et al. 2024, arXiv 2402.12354): LoRA whose B learns faster than its A. As in the peft library, the head's biases learn at
// B's rate too: its optimizer puts every vector there.
import Layers
import Settings

/// LoRA with a learning rate of its own for B.
package final class LoRAPlus: TuningMethod {
  package static let description = MethodSchema(
    id: "lora-plus", aliases: ["lora+"], label: "LoRA+", source: "Hayou et al. 2024, LoRA+: Efficient Low Rank Adaptation",
    options: LoRA.options() + [
      OptionSchema("ratio", .number(0.001...1000), default: .number(16), "the learning rate of B over that of A")
    ])

  package var form: AdaptedForm { .lowRank(isStabilized: false) }
  package let parameters: [Parameter]
  private let ratio: Double

  package init(_ options: MethodOptions, on host: MethodHost) throws {
    ratio = try options.number("ratio")
    let scale = try options.number("alpha") / Double(try options.integer("rank"))
    let pairs = try LoRA.attach(options, scale: scale, method: Self.description, on: host)
    parameters = pairs.flatMap { [$0.a, $0.b] }
    for parameter in pairs.map(\.b) + host.head.filter({ $0.shape.count == 1 }) {
      parameter.rateFactor = ratio
    }
  }

  /// With the factors on the learning rates of the run, by what learns at another rate than those.
  package var measures: [String: Double] {
    ["kept.parameters": Double(keptParameters), "rate_factor.lora_b": ratio, "rate_factor.head_vectors": ratio]
  }
}
