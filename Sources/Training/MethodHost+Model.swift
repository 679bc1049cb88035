import Adapters
import Models
import Tensors

extension MethodHost {
  /// What a method finds on a model.
  ///
  /// - Parameter orderSeed: by default the same as `seed`.
  package init(_ model: Model, backend: any Backend, seed: UInt64, orderSeed: UInt64? = nil, schedule: TrainingLength) {
    self.init(
      projections: model.projections, sublayers: model.backbone.sublayers, norms: model.backbone.norms,
      embedded: model.backbone.embedded, keysAndValues: model.backbone.keysAndValues,
      backbone: model.parameters.filter { $0.group == .backbone }, head: model.parameters.filter { $0.group == .head },
      backend: backend, seed: seed, orderSeed: orderSeed, schedule: schedule)
  }
}
