// Where a model's tensors come from: modules say what they need, a source gives it, and a builder keeps count.
import Layers
import Tensors

/// A tensor that a module needs.
struct ParameterRequest {
  /// What stands there before any training.
  enum Initial {
    /// A matrix from a normal distribution; the row of the padding token, where there is one, is zero.
    case normal(zeroRow: Int? = nil)
    case zeros
    case ones
  }

  /// The name on the hub.
  var name: String
  var shape: [Int]
  var group: Parameter.Group
  /// Whether weight decay applies.
  var decays: Bool
  var initial: Initial
  /// A part that checkpoints may lack: the head, and BERT's pooler.
  var isOptional = false
  /// The head's last layer, whose first extent is the number of classes.
  var isOutput = false
}

/// Gives modules their tensors.
protocol ParameterSource: AnyObject {
  func tensor(_ request: ParameterRequest) throws -> Tensor
}

/// Builds modules from a source and lists their parameters in the order of the forward pass.
package final class ParameterBuilder {
  private let source: any ParameterSource
  private(set) var parameters: [Parameter] = []

  init(_ source: any ParameterSource) { self.source = source }

  func parameter(_ request: ParameterRequest) throws -> Parameter {
    let tensor = try source.tensor(request)
    let parameter = Parameter(request.name, tensor, group: request.group, decays: request.decays)
    parameters.append(parameter)
    return parameter
  }

  /// A table of row vectors.
  func table(_ name: String, rows: Int, columns: Int, padding: Int? = nil) throws -> Parameter {
    try parameter(
      ParameterRequest(
        name: "\(name).weight", shape: [rows, columns], group: .backbone, decays: true,
        initial: .normal(zeroRow: padding)))
  }

  /// A linear layer.
  func linear(
    _ name: String, from input: Int, to output: Int, hasBias: Bool = true, group: Parameter.Group = .backbone,
    isOptional: Bool = false, isOutput: Bool = false
  ) throws -> Linear {
    let weight = try parameter(
      ParameterRequest(
        name: "\(name).weight", shape: [output, input], group: group, decays: true, initial: .normal(),
        isOptional: isOptional, isOutput: isOutput))
    guard hasBias else { return Linear(weight: weight, bias: nil) }
    let bias = try parameter(
      ParameterRequest(
        name: "\(name).bias", shape: [output], group: group, decays: false, initial: .zeros, isOptional: isOptional,
        isOutput: isOutput))
    return Linear(weight: weight, bias: bias)
  }

  /// A layer norm over the last dimension.
  func norm(_ name: String, size: Int, epsilon: Double) throws -> LayerNorm {
    let gain = try parameter(
      ParameterRequest(name: "\(name).weight", shape: [size], group: .backbone, decays: false, initial: .ones))
    let bias = try parameter(
      ParameterRequest(name: "\(name).bias", shape: [size], group: .backbone, decays: false, initial: .zeros))
    return LayerNorm(gain: gain, bias: bias, epsilon: Float(epsilon))
  }

  /// A norm by the root of the mean square, which has a gain alone.
  func rmsNorm(_ name: String, size: Int, epsilon: Double) throws -> RMSNorm {
    let gain = try parameter(
      ParameterRequest(name: "\(name).weight", shape: [size], group: .backbone, decays: false, initial: .ones))
    return RMSNorm(gain: gain, epsilon: Float(epsilon))
  }
}

/// Initial values, each from a random stream that its name and the seed determine.
final class InitialValues: ParameterSource {
  private let seed: UInt64
  private let deviation: Float
  private let roundsMatrices: Bool
  private let backend: any Backend

  /// - Parameter roundsMatrices: whether the body's matrices are rounded to bfloat16 as they are drawn.
  init(seed: UInt64, deviation: Float, roundsMatrices: Bool = false, on backend: any Backend) {
    self.seed = seed
    self.deviation = deviation
    self.roundsMatrices = roundsMatrices
    self.backend = backend
  }

  func tensor(_ request: ParameterRequest) -> Tensor {
    switch request.initial {
    case .zeros: return .zeros(request.shape, on: backend)
    case .ones: return .filled(1, shape: request.shape, on: backend)
    case .normal(let zeroRow):
      let stream = RandomStream.initialization(seed: seed, name: request.name)
      let tensor = Tensor.normal(stream, deviation: deviation, shape: request.shape, on: backend)
      if let zeroRow { tensor.clearRow(zeroRow) }
      // at once, so that no more than one matrix is there unrounded
      if roundsMatrices, request.group == .backbone { tensor.roundToHalf() }
      return tensor
    }
  }
}
