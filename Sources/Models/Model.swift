// What training, adapters and reports know of a model: tokens in, outputs for some rows out.
import Layers
import Tensors

/// A backbone with a head on it.
package final class Model {
  /// The body.
  package let backbone: any Backbone
  /// What turns its rows into outputs.
  package let head: any Head
  /// All parameters, the body's before the head's.
  package let parameters: [Parameter]

  /// Puts a head on a body.
  package init(_ backbone: any Backbone, head: any Head) {
    self.backbone = backbone
    self.head = head
    parameters = backbone.parameters + head.parameters
  }

  /// The sizes of its body, and what its outputs stand for.
  package var configuration: any ModelConfiguration { backbone.configuration }
  /// The linear layers that an adapter may wrap: by layer, then in the order of `ProjectionRole`.
  package var projections: [Projection] { backbone.projections }
  /// What inputs may be: those of the configuration, with fewer tokens where a method takes positions before them.
  package var limits: InputLimits {
    var limits = configuration.limits
    limits.tokens = limits.tokens.map { max(0, $0 - backbone.positionsBefore) }
    return limits
  }

  /// The head's outputs for the rows that are asked for, in their order: `[rows, outputs]`, of a batch within the model's limits.
  ///
  /// - Parameters:
  ///   - rows: nil for those that the head is made for.
  ///   - everyToken: whether the last layer computes all tokens, which the outputs do not need; for methods that measure
  ///     what goes through a projection.
  ///   - observer: receives intermediate results of all tokens.
  package func logits(
    _ batch: TokenBatch, rows: RowSelection? = nil, pass: Pass, everyToken: Bool = false, observer: ModelObserver? = nil
  ) -> Tensor {
    let rows = rows ?? head.rows, observer = observer ?? (everyToken ? ModelObserver() : nil)
    let states = backbone.hiddenStates(batch, rows: rows, pass: pass, observer: observer)
    return head(states, pass: pass.on(rows.passRows), observer: observer)
  }
}
