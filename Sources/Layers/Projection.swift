import Tensors

/// What a linear layer does in its block.
package enum ProjectionRole: String, Sendable, Codable, CaseIterable {
  case query
  case key
  case value
  case attentionOutput = "attention-output"
  /// The linear layer whose activation multiplies what `intermediate` puts out.
  case gate
  case intermediate
  case output

  /// The two halves of a block.
  package var layerType: LayerType {
    switch self {
    case .query, .key, .value, .attentionOutput: .attention
    case .gate, .intermediate, .output: .feedForward
    }
  }
}

/// The halves of a transformer block, by which AFLoRA chooses what learns.
package enum LayerType: String, Sendable, Codable, CaseIterable {
  case attention
  case feedForward = "ffn"
}

/// What goes through a projection: DeBERTa sends its relative positions through query and key too, and statistics of the data must not
/// count them.
package enum ProjectionInput: Sendable {
  case hiddenStates
  case relativePositions
}

/// Changes what a projection computes, from outside; the model does not know it.
package protocol ProjectionAdapter: AnyObject {
  /// The output of the adapted layer: `[tokens, in]` → `[tokens, out]`.
  func forward(_ x: Tensor, through linear: Linear, input: ProjectionInput, pass: Pass) -> Tensor
  /// What the adapter amounts to as a change of the weight, `[out, in]`; `nil` where it is none.
  var weightChange: Tensor? { get }
  /// What it does to the bias beside that, `[out]`; `nil` where nothing, or where the layer has none.
  var biasChange: Tensor? { get }
  /// The change as a low-rank branch, without dropout; `nil` where it is more than that.
  var branch: LowRankBranch? { get }
}

extension ProjectionAdapter {
  package var biasChange: Tensor? { nil }
  package var branch: LowRankBranch? { nil }
}

/// A linear layer of a block that an adapter may wrap. It carries its layer's index and its role, so no method matches strings.
package final class Projection {
  /// The layer as the checkpoint has it.
  package let linear: Linear
  /// The block's index, from 0.
  package let layer: Int
  /// What it is in its block: query, key, value and so on.
  package let role: ProjectionRole
  /// The module's path on the hub, such as `deberta.encoder.layer.0.attention.self.query_proj`.
  package let path: String
  /// What changes its output; nil where no method has attached.
  package var adapter: (any ProjectionAdapter)?

  /// Wraps the linear layer of block `layer` (from 0), which the checkpoint names `path`.
  package init(_ linear: Linear, layer: Int, role: ProjectionRole, path: String) {
    self.linear = linear
    self.layer = layer
    self.role = role
    self.path = path
  }

  /// `[tokens, in]` → `[tokens, out]`
  package func callAsFunction(_ x: Tensor, input: ProjectionInput = .hiddenStates, pass: Pass) -> Tensor {
    adapter?.forward(x, through: linear, input: input, pass: pass) ?? linear(x)
  }
}
