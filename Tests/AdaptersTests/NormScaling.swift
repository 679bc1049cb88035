// A small method for the place that no method of the program attaches to: what norms put out.
import Layers
import Settings
import Tensors

@testable import Adapters

/// A factor for each column of every norm.
final class NormScaling: TuningMethod {
  static let description = MethodSchema(id: "norm-scaling", label: "Norm scaling", source: "these tests", options: [])
  var form: AdaptedForm { .layers }
  let parameters: [Parameter]

  init(_ options: MethodOptions, on host: MethodHost) throws {
    parameters = host.norms.map { norm in
      let factor = host.parameter(
        "\(norm.path).factor", .filled(1, shape: norm.parameters[0].shape, on: host.backend), decays: false)
      norm.adapter = Scaling(factor)
      return factor
    }
  }

  private final class Scaling: NormAdapter {
    let factor: Parameter

    init(_ factor: Parameter) { self.factor = factor }

    func forward(_ y: Tensor) -> Tensor { y.scaledColumns(by: factor.tensor) }
  }
}
