// Pfeiffer's adapters (Pfeiffer et al. 2021, arXiv 2005.00247), placed as in microsoft/LoRA's comparison: one in each layer, after the
// feed-forward half; the layer's norm is used twice, and the adapter's own residual is what came before the norm. ReLU inside.
import Layers
import Settings
import Tensors

/// One bottleneck in each layer.
package final class Pfeiffer: TuningMethod {
  package static let description = MethodSchema(
    id: "pfeiffer", label: "Pfeiffer adapter", source: "Pfeiffer et al. 2021, AdapterFusion", options: Bottleneck.options(width: 32)
  )

  package var form: AdaptedForm { .layers }
  package private(set) var parameters: [Parameter] = []

  package init(_ options: MethodOptions, on host: MethodHost) throws {
    for sublayer in host.sublayers where sublayer.projection.role == .output {
      let bottleneck = Bottleneck(
        "\(sublayer.path).adapter", hidden: sublayer.projection.linear.outputSize, width: try options.integer("width"),
        activation: .relu, on: host)
      sublayer.adapter = Placement(bottleneck)
      parameters += bottleneck.parameters
    }
  }

  /// `u = norm(z + residual)`, then `norm(adapter(u) + z + residual)`; where no norm follows the sum, `z + adapter(z) + residual`, as
  /// Houlsby's have it.
  private final class Placement: SublayerAdapter {
    let bottleneck: Bottleneck

    init(_ bottleneck: Bottleneck) { self.bottleneck = bottleneck }

    func forward(_ z: Tensor, residual: Tensor, end: SublayerEnd) -> Tensor {
      let seen = end.placement == .afterSum ? end(z, residual: residual) : z
      return end(bottleneck(seen).adding(z), residual: residual)
    }
  }
}
