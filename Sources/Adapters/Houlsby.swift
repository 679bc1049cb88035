// Houlsby's adapters (Houlsby et al. 2019, arXiv 1902.00751), placed as in microsoft/LoRA's comparison: two in each layer, after the
// dense layers of attention and of the feed-forward half, before the sum with the residual. Swish inside; norms do not learn.
import Layers
import Settings
import Tensors

/// Two serial bottlenecks in each layer.
package final class Houlsby: TuningMethod {
  package static let description = MethodSchema(
    id: "houlsby", label: "Houlsby adapter", source: "Houlsby et al. 2019, Parameter-Efficient Transfer Learning for NLP",
    options: Bottleneck.options(width: 16))

  package var form: AdaptedForm { .layers }
  package private(set) var parameters: [Parameter] = []

  package init(_ options: MethodOptions, on host: MethodHost) throws {
    for sublayer in host.sublayers {
      let bottleneck = Bottleneck(
        "\(sublayer.path).adapter", hidden: sublayer.projection.linear.outputSize, width: try options.integer("width"),
        activation: .silu, on: host)
      sublayer.adapter = Placement(bottleneck)
      parameters += bottleneck.parameters
    }
  }

  /// `norm(z + adapter(z) + residual)`
  private final class Placement: SublayerAdapter {
    let bottleneck: Bottleneck

    init(_ bottleneck: Bottleneck) { self.bottleneck = bottleneck }

    func forward(_ z: Tensor, residual: Tensor, end: SublayerEnd) -> Tensor { end(z.adding(bottleneck(z)), residual: residual) }
  }
}
