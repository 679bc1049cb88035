// Full fine-tuning: every parameter learns, embeddings included.
import Layers
import Settings

/// Trains the whole model.
package final class FullFineTuning: TuningMethod {
  package static let description = MethodSchema(
    id: "fft", aliases: ["full"], label: "Full fine-tuning", source: "the baseline of every table", options: [])

  package static let trainsMatrices = true

  package var form: AdaptedForm { .weights }
  package let parameters: [Parameter] = []
  package let trainedBackbone: [Parameter]

  package init(_ options: MethodOptions, on host: MethodHost) throws {
    trainedBackbone = host.backbone
    for parameter in trainedBackbone { parameter.isTrainable = true }
  }
}
