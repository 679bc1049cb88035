// A small method for each place that no method of the program attaches to: norms, the embedded sequence, keys and values.
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

/// Three virtual tokens before each sequence (Lester et al. 2021).
final class PromptTuning: TuningMethod {
  static let description = MethodSchema(id: "prompt-tuning", label: "Prompt tuning", source: "these tests", options: [])
  var form: AdaptedForm { .layers }
  let parameters: [Parameter]

  init(_ options: MethodOptions, on host: MethodHost) throws {
    let name = "prompt.tokens", shape = [3, host.embedded.width]
    let tokens = host.parameter(
      name, .normal(.initialization(seed: host.seed, name: name), deviation: 0.5, shape: shape, on: host.backend), decays: true)
    host.embedded.adapter = Prompt(tokens)
    parameters = [tokens]
  }

  private final class Prompt: SequenceAdapter {
    let tokens: Parameter
    var count: Int { tokens.shape[0] }

    init(_ tokens: Parameter) { self.tokens = tokens }

    func prefix(pass: Pass) -> Tensor { tokens.tensor }
  }
}

/// Two keys and values before those of each sequence in every layer (Li and Liang 2021), without the network that made them.
final class PrefixTuning: TuningMethod {
  static let description = MethodSchema(id: "prefix-tuning", label: "Prefix tuning", source: "these tests", options: [])
  var form: AdaptedForm { .layers }
  let parameters: [Parameter]

  init(_ options: MethodOptions, on host: MethodHost) throws {
    parameters = host.keysAndValues.flatMap { place in
      let pair = ["keys", "values"].map { part in
        let name = "\(place.path).prefix_\(part)"
        return host.parameter(
          name,
          .normal(.initialization(seed: host.seed, name: name), deviation: 0.5, shape: [2, place.width], on: host.backend),
          decays: true)
      }
      place.adapter = Prefix(keys: pair[0], values: pair[1])
      return pair
    }
  }

  private final class Prefix: KeyValueAdapter {
    let keys: Parameter
    let values: Parameter
    var count: Int { keys.shape[0] }

    init(keys: Parameter, values: Parameter) { (self.keys, self.values) = (keys, values) }

    func prefix(pass: Pass) -> (keys: Tensor, values: Tensor) { (keys.tensor, values.tensor) }
  }
}
