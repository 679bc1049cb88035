// Full fine-tuning: every parameter learns, embeddings included.
import Layers
import Settings

/// Trains the whole model.
public final class FullFineTuning: TuningMethod {
  public static let description = MethodSchema(
    id: "fft", aliases: ["full"], label: "Full fine-tuning", source: "the baseline of every table", options: [])
  public static let benchmarkOptions: [String: OptionValue] = [:]

  public var form: AdaptedForm { .weights }
  public let parameters: [Parameter] = []

  public init(_ options: MethodOptions, on host: MethodHost) throws {
    for parameter in host.backbone { parameter.isTrainable = true }
  }
}
