// Tied-LoRA (Renduchintala et al. 2024, arXiv 2311.09578) as LoRA-drop compares with: VeRA's form with A and B that learn. One A serves
// every layer and projection, one B every layer's projection of one role; the vectors d and b belong to a module. That is the sharing
// whose count is the published 0.15M at rank 56. Where inputs differ in size, each size has an A of its own.
import Layers
import Settings
import Tensors

/// Low-rank adaptation with matrices that layers share.
package final class TiedLoRA: TuningMethod {
  package static let description = MethodSchema(
    id: "tied-lora", label: "Tied-LoRA", source: "Renduchintala et al. 2024, Tied-LoRA: Enhancing Parameter Efficiency of LoRA",
    options: [
      OptionSchema("rank", .integer(1...4096), default: .integer(56), "r, the rank of the shared matrices"),
      OptionSchema("d_initial", .number(-10...10), default: .number(0.1), "where the vectors d start"),
      OptionSchema("dropout", .number(0...0.99), default: .number(0), "dropout on the branch's input"),
      Targets.option(default: Targets.queryAndValue),
    ])

  package var form: AdaptedForm { .lowRank(isStabilized: false) }
  package let parameters: [Parameter]

  package init(_ options: MethodOptions, on host: MethodHost) throws {
    let rank = try options.integer("rank")
    let projections = try Targets.projections(options, method: Self.description, on: host)
    let first = projections[0].linear.inputSize
    var (shared, own): ([Parameter], [Parameter]) = ([], [])
    func tied(_ name: String, _ shape: [Int]) -> Tensor {
      if let held = shared.first(where: { $0.name == name }) { return held.tensor }
      let parameter = host.parameter(name, host.kaimingReLU(name, shape: shape), decays: true)
      shared.append(parameter)
      return parameter.tensor
    }
    for projection in projections {
      let (input, output) = (projection.linear.inputSize, projection.linear.outputSize)
      let d = host.vector(
        "\(projection.path).tied_d", .filled(Float(try options.number("d_initial")), shape: [rank], on: host.backend))
      let b = host.vector("\(projection.path).tied_b", .zeros([output], on: host.backend))
      projection.adapter = LowRankAdapter(
        a: tied(input == first ? "tied.A" : "tied.A_\(input)", [rank, input]),
        b: tied("tied.B_\(projection.role.rawValue)", [output, rank]), inner: d.tensor, outer: b.tensor, scale: 1,
        dropoutRate: Float(try options.number("dropout")))
      own += [d, b]
    }
    parameters = own + shared
  }
}
