// rsLoRA (Kalajdzievski 2023, arXiv 2312.03732): LoRA with the update scaled by alpha / √rank, so that higher ranks do not learn less.
import Layers
import Settings

/// Rank-stabilised LoRA.
package final class RsLoRA: TuningMethod {
  package static let description = MethodSchema(
    id: "rslora", label: "rsLoRA", source: "Kalajdzievski 2023, A Rank Stabilization Scaling Factor for Fine-Tuning with LoRA",
    options: LoRA.options())

  package var form: AdaptedForm { .lowRank(isStabilized: true) }
  package let parameters: [Parameter]

  package init(_ options: MethodOptions, on host: MethodHost) throws {
    let scale = try options.number("alpha") / Double(try options.integer("rank")).squareRoot()
    parameters = try LoRA.attach(options, scale: scale, method: Self.description, on: host).flatMap { [$0.a, $0.b] }
  }
}
