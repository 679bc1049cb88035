// BitFit (Ben Zaken et al. 2022, arXiv 2106.10199): the backbone's biases learn, those of its norms included, and nothing else.
import Layers
import Settings

/// Trains every bias.
package final class BitFit: TuningMethod {
  package static let description = MethodSchema(
    id: "bitfit", label: "BitFit", source: "Ben Zaken et al. 2022, BitFit: Simple Parameter-efficient Fine-tuning", options: [])

  package var form: AdaptedForm { .weights }
  package let parameters: [Parameter] = []
  package let trainedBackbone: [Parameter]

  package init(_ options: MethodOptions, on host: MethodHost) throws {
    trainedBackbone = host.backbone.filter { $0.name.hasSuffix("bias") }
    guard !trainedBackbone.isEmpty else { throw AdapterError.noBiases(method: Self.description.id) }
    for bias in trainedBackbone { bias.isTrainable = true }
  }
}
