// An adapter folded into the weights, and the result as a plain folder of the hub's layout.
import Foundation
import Layers
import Models
import Storage
import Tensors

/// Models without adapters that compute what an adapted model does.
package enum MergedModel {
  /// Folds every adapter of a model into the weight that it changes, and takes it off.
  ///
  /// - Parameter method: what put them there, for messages.
  /// - Throws: `InterchangeError.notFoldable`; the model is then as it was.
  package static func fold(_ model: Model, method: String) throws {
    if let reason = model.backbone.whatNoWeightTakes { throw InterchangeError.notFoldable(method: method, reason: reason) }
    for projection in model.projections where projection.adapter != nil && projection.adapter?.weightChange == nil {
      throw InterchangeError.notFoldable(method: method, reason: "what it does to \(projection.path) is no change of the weight")
    }
    for projection in model.projections {
      guard let change = projection.adapter?.weightChange else { continue }
      let biasChange = projection.adapter?.biasChange
      for (tensor, change) in [(projection.linear.weight.tensor, change), (projection.linear.bias?.tensor, biasChange)] {
        guard let tensor, let change else { continue }
        tensor.assign(tensor.backend.withoutGradients { tensor.adding(change) })
      }
      projection.adapter = nil
    }
  }

  /// Writes a model without adapters as a folder that `transformers` loads, the base model's tokenizer beside it: all of it, or nothing.
  ///
  /// - Parameter files: what else goes into it, by name.
  /// - Throws: `StorageError`, also where a folder with files is there already.
  package static func write(_ model: Model, tokenizerFrom base: URL, to url: URL, with files: [String: Data] = [:]) throws {
    try Folder.makeWhole(at: url) { folder in
      try CheckpointFolder.copyTokenizer(from: base, to: folder)
      if model.configuration.headKind == .words { try CheckpointFolder.copyGenerationSettings(from: base, to: folder) }
      for (name, data) in files { try AtomicFile.write(data, to: folder.appending(path: name)) }
      try ModelWriter.save(model, to: folder)
    }
  }
}

extension Backbone {
  /// What a method has put elsewhere than on projections; nil for nothing.
  fileprivate var whatNoWeightTakes: String? {
    if sublayers.contains(where: { $0.adapter != nil }) || norms.contains(where: { $0.adapter != nil }) {
      return "it puts layers of its own between those of the model"
    }
    if embedded.adapter != nil { return "it puts virtual tokens before each input" }
    return keysAndValues.contains { $0.adapter != nil } ? "it puts keys and values of its own before each input's" : nil
  }
}
