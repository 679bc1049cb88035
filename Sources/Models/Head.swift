// From hidden states to outputs.
import Layers
import Tensors

/// What a head puts out.
package enum HeadKind: Sendable, Equatable {
  /// Classes, or a number, for each sequence.
  case sequences
  /// For each token the next one: a logit for every word of the vocabulary.
  case words
}

/// What turns rows of hidden states into outputs.
package protocol Head: AnyObject {
  /// Its parameters, and what of the checkpoint's body it alone uses, in the order of the forward pass.
  var parameters: [Parameter] { get }
  /// The rows that it sees where nobody asks for others.
  var rows: RowSelection { get }
  /// The last layer: its weight is `[outputs, hidden]`.
  var output: Linear { get }
  /// Dropout rate before `output`.
  var outputDropout: Float { get }
  /// What `output` sees, without its dropout: `[rows, hidden]` of both.
  func pool(_ states: Tensor, pass: Pass) -> Tensor
}

extension Head {
  /// The columns of what it puts out.
  package var outputs: Int { output.outputSize }

  /// `[rows, hidden]` → `[rows, outputs]`
  package func callAsFunction(_ states: Tensor, pass: Pass, observer: ModelObserver? = nil) -> Tensor {
    let pooled = pool(states, pass: pass)
    observer?.pooled?(pooled)
    return output(pooled.dropped(pass.dropout(outputDropout)))
  }
}

/// A head over each sequence's first token with a layer before its last: `output(dropout(activation(dense(dropout(first)))))`.
final class PooledHead: Head {
  let output: Linear
  let outputDropout: Float
  let rows = RowSelection.first
  private let dense: Linear
  private let inputDropout: Float
  private let activation: Activation

  /// - Parameter inputDropout: the rate before `dense`.
  init(dense: Linear, inputDropout: Double = 0, activation: Activation, output: Linear, outputDropout: Double) {
    self.dense = dense
    self.inputDropout = Float(inputDropout)
    self.activation = activation
    self.output = output
    self.outputDropout = Float(outputDropout)
  }

  var parameters: [Parameter] { [dense, output].flatMap { [$0.weight, $0.bias].compactMap { $0 } } }

  func pool(_ first: Tensor, pass: Pass) -> Tensor { dense(first.dropped(pass.dropout(inputDropout))).activated(activation) }
}

/// A linear layer over each sequence's last token, which alone has seen the whole of it: `output(dropout(last))`.
final class LastTokenHead: Head {
  let output: Linear
  let outputDropout: Float
  let rows = RowSelection.last

  init(output: Linear, outputDropout: Double) {
    self.output = output
    self.outputDropout = Float(outputDropout)
  }

  var parameters: [Parameter] { [output.weight, output.bias].compactMap { $0 } }

  func pool(_ last: Tensor, pass: Pass) -> Tensor { last }
}

/// A linear layer that says of each token which may be next; its weight may be the table of words itself.
final class NextTokenHead: Head {
  let output: Linear
  let outputDropout: Float = 0
  let rows = RowSelection.every
  let parameters: [Parameter]

  /// - Parameter isTied: whether the weight is a parameter of the body.
  init(output: Linear, isTied: Bool) {
    self.output = output
    parameters = isTied ? [] : [output.weight]
  }

  func pool(_ states: Tensor, pass: Pass) -> Tensor { states }
}
