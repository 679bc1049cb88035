// A model as a folder in the hub's layout, loadable by `transformers` and by `ModelLoader`.
import Foundation
import Layers
import Storage

/// Writes models.
package enum ModelWriter {
  /// Writes `model.safetensors` and `config.json` into a folder, which is made if it is not there.
  ///
  /// - Throws: `StorageError` where a file cannot be written.
  package static func save(
    _ model: Model, as precision: SafetensorsWriter.Precision = .float32, to folder: URL
  ) throws {
    try save(model.parameters, model.configuration, as: precision, to: folder)
  }

  /// Writes a model without a task's head; what loads it makes a new one.
  ///
  /// - Parameter pretrainingHeads: what stood on it while it was pre-trained, under the names that their parameters have.
  /// - Throws: `StorageError` where a file cannot be written.
  package static func save(
    _ backbone: any Backbone, with pretrainingHeads: [Parameter] = [], as precision: SafetensorsWriter.Precision = .float32,
    to folder: URL
  ) throws {
    // outputs that are not there have no names
    var configuration = backbone.configuration
    (configuration.labels, configuration.problem) = (.unnamed, nil)
    try save(backbone.parameters + pretrainingHeads, configuration, as: precision, to: folder)
  }

  private static func save(
    _ parameters: [Parameter], _ configuration: any ModelConfiguration, as precision: SafetensorsWriter.Precision,
    to folder: URL
  ) throws {
    try Folder.make(at: folder)
    let entries = parameters.map { SafetensorsEntry(name: $0.name, shape: $0.shape, values: $0.tensor.values) }
    try SafetensorsWriter.write(
      entries, as: precision, metadata: ["format": "pt"], to: folder.appendingPathComponent("model.safetensors"))
    // last: a folder with a configuration is whole
    try AtomicFile.write(try configuration.json(), to: folder.appendingPathComponent("config.json"))
  }
}
