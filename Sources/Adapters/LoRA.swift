// LoRA (Hu et al. 2021, arXiv 2106.09685): y = W x + (alpha / rank) B A dropout(x). A starts Kaiming-uniform as in the authors' code
// (the paper says Gaussian; every later library copies the code), B at zero.
import Layers
import Tensors

/// Low-rank adaptation.
public final class LoRA: TuningMethod {
  public static let description = MethodDescription(
    id: "lora", label: "LoRA", source: "Hu et al. 2021, LoRA: Low-Rank Adaptation of Large Language Models",
    options: [
      OptionDescription("rank", .integer(1...4096), default: .integer(8), "r, the rank of the update"),
      OptionDescription("alpha", .number(0...65_536), default: .number(16), "the update is scaled by alpha / rank"),
      OptionDescription("dropout", .number(0...0.99), default: .number(0), "dropout on the branch's input"),
      Targets.option(default: Targets.queryAndValue),
    ])

  public private(set) var parameters: [Parameter] = []

  public init(_ options: MethodOptions, on host: MethodHost) throws {
    let rank = options.integer("rank")
    for projection in try Targets.projections(options, method: Self.description, on: host) {
      let (input, output) = (projection.linear.inputSize, projection.linear.outputSize)
      let name = "\(projection.path).lora_A.weight"
      let a = host.parameter(name, host.kaimingLinear(name, shape: [rank, input]), decays: true)
      let b = host.parameter("\(projection.path).lora_B.weight", .zeros([output, rank], on: host.backend), decays: true)
      projection.adapter = LowRankAdapter(
        a: a.tensor, b: b.tensor, scale: Float(options.number("alpha") / Double(rank)),
        dropoutRate: Float(options.number("dropout")))
      parameters += [a, b]
    }
  }
}
