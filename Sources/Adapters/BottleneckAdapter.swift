// The bottleneck that Houlsby's and Pfeiffer's adapters share: up(act(down(z))), without its residual.
import Layers
import Settings
import Tensors

/// `act(z Aᵀ + a) Bᵀ + b`, `A: [width, hidden]`, `B: [hidden, width]`.
final class Bottleneck {
  let parameters: [Parameter]
  private let down: Linear
  private let up: Linear
  private let activation: Activation

  /// Both layers start as the models' own do: normal with deviation 0.02, biases zero, as the surrounding initialisation of the
  /// authors' program leaves them. So the adapter's output is small at first, but not zero.
  init(_ name: String, hidden: Int, width: Int, activation: Activation, on host: MethodHost) {
    func linear(_ part: String, from input: Int, to output: Int) -> Linear {
      let weight = "\(name).\(part).weight"
      let values = Tensor.normal(
        .initialization(seed: host.seed, name: weight), deviation: 0.02, shape: [output, input], on: host.backend)
      return Linear(
        weight: host.parameter(weight, values, decays: true),
        bias: host.parameter("\(name).\(part).bias", .zeros([output], on: host.backend), decays: false))
    }
    self.activation = activation
    down = linear("down", from: hidden, to: width)
    up = linear("up", from: width, to: hidden)
    parameters = [down, up].flatMap { [$0.weight, $0.bias].compactMap { $0 } }
  }

  /// `[tokens, hidden]` → `[tokens, hidden]`
  func callAsFunction(_ z: Tensor) -> Tensor { up(down(z).activated(activation)) }

  static func options(width: Int) -> [OptionSchema] {
    [OptionSchema("width", .integer(1...8192), default: .integer(width), "d, the size of the bottleneck")]
  }
}
