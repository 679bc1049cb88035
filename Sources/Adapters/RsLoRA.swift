// rsLoRA (Kalajdzievski 2023, arXiv 2312.03732): LoRA with the update scaled by alpha / √rank, so that higher ranks do not learn less.
import Layers

/// Rank-stabilised LoRA.
public final class RsLoRA: TuningMethod {
  public static let description = MethodDescription(
    id: "rslora", label: "rsLoRA", source: "Kalajdzievski 2023, A Rank Stabilization Scaling Factor for Fine-Tuning with LoRA",
    options: LoRA.options())

  public let parameters: [Parameter]

  public init(_ options: MethodOptions, on host: MethodHost) throws {
    let scale = options.number("alpha") / Double(options.integer("rank")).squareRoot()
    parameters = try LoRA.attach(options, scale: scale, method: Self.description, on: host).flatMap { [$0.a, $0.b] }
  }
}
