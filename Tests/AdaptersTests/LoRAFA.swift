// Sources/Adapters/LoRAFA.swift: LoRA whose A stays as it was drawn (Zhang et al. 2023, arXiv 2308.03303).
import Layers
import Settings

@testable import Adapters

/// LoRA-FA: only B learns.
final class LoRAFA: TuningMethod {
  static let description = MethodSchema(
    id: "lora-fa", label: "LoRA-FA", source: "Zhang et al. 2023, LoRA-FA", options: LoRA.options())
  let parameters: [Parameter]
  var form: AdaptedForm { .lowRank(isStabilized: false) }

  init(_ options: MethodOptions, on host: MethodHost) throws {
    let scale = try options.number("alpha") / Double(options.integer("rank"))
    let pairs = try LoRA.attach(options, scale: scale, method: Self.description, on: host)
    for pair in pairs { pair.a.isTrainable = false }
    parameters = pairs.flatMap { [$0.a, $0.b] }
  }
}
