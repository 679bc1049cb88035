// Sources/Adapters/SVFT.swift: W + U M Vᵀ with a diagonal M that learns (Lingam et al. 2024, arXiv 2405.19597).
import Layers
import Settings
import Tensors

@testable import Adapters

/// SVFT: coefficients for the largest singular vectors of each weight, and nothing else, learn.
final class SVFT: TuningMethod {
  static let description = MethodSchema(
    id: "svft", label: "SVFT", source: "Lingam et al. 2024, SVFT: Parameter-Efficient Fine-Tuning with Singular Vectors",
    options: [
      OptionSchema("rank", .integer(1...4096), default: .integer(8), "how many of the largest singular vectors are taken"),
      Targets.option(default: Targets.queryAndValue),
    ])
  private(set) var parameters: [Parameter] = []
  var form: AdaptedForm { .lowRank(isStabilized: false) }

  init(_ options: MethodOptions, on host: MethodHost) throws {
    let wanted = try options.integer("rank")
    for projection in try Targets.projections(options, method: Self.description, on: host) {
      let (input, output) = (projection.linear.inputSize, projection.linear.outputSize), rank = min(wanted, input, output)
      let parts = SingularValueDecomposition(
        projection.linear.weight.tensor.values, rows: output, columns: input, count: rank)
      let coefficients = host.vector("\(projection.path).svft_m", .zeros([rank], on: host.backend))
      let (right, left) = (parts.right.joined(), (0..<output).flatMap { row in parts.left.map { $0[row] } })
      projection.adapter = LowRankAdapter(
        a: Tensor(right.map { Float($0) }, shape: [rank, input], on: host.backend),
        b: Tensor(left.map { Float($0) }, shape: [output, rank], on: host.backend), inner: coefficients.tensor, scale: 1,
        dropoutRate: 0)
      parameters.append(coefficients)
    }
  }
}
