// Whether every method of a plan can be put on its model, before the first run is trained.
import Adapters
import Foundation
import Layers
import Manifests
import Models
import Settings
import Tensors
import Training

/// Options that are each within their limits may still make no sense together, or on this model, or over so many steps; and a model may
/// lack the positions or the token types of a task's inputs.
public enum PlanCheck {
  /// What is wrong with the runs that are not done, one line for each row that it concerns; empty when all can start.
  ///
  /// Methods are put on the model that its files describe, without its weights, on a backend that computes nothing.
  ///
  /// - Throws: what is wrong with the files of a model or a task.
  public static func problems(_ plan: [PlannedRun], store: RunStore, inputs: RunInputs) throws -> [String] {
    var seen: Set<String> = []
    var problems: [String] = []
    for run in plan where store.record(run.identity) == nil {
      let specification = run.specification, recipe = specification.training
      let length = FineTuning.length(examples: try inputs.trainingRows(run), settings: OptimizationSettings(recipe))
      let configuration = try ModelLoader.configuration(folder: run.modelFolder), outputs = try inputs.outputs(run)
      let types = configuration.maximumTokenTypes == nil ? 1 : try inputs.tokenTypes(run, configuration)
      let subject =
        "\(specification.row) \(specification.options) \(run.modelFolder.path) \(length) \(recipe.maximumLength) \(outputs) \(types)"
      guard seen.insert(subject).inserted else { continue }
      do throws(ExperimentError) {
        try configuration.checkInputs(length: recipe.maximumLength, tokenTypes: types, of: run.modelFolder)
      } catch {
        // whatever the row
        let problem = "\(specification.task): \(error)"
        if !problems.contains(problem) { problems.append(problem) }
        continue
      }
      let backend = PlanningBackend()
      let model = try ModelLoader.load(folder: run.modelFolder, seed: 0, on: backend) {
        $0.adapt(to: recipe, outputs: outputs)
      }.model
      do {
        _ = try specification.attach(to: MethodHost(model, backend: backend, seed: 0, schedule: length))
      } catch let error as AdapterError {
        problems.append("\(specification.row), \(specification.task): \(error)")
      }
    }
    return problems
  }
}

extension RunSpecification {
  /// Puts the run's method on a model.
  ///
  /// - Throws: `AdapterError`.
  func attach(to host: MethodHost) throws -> any TuningMethod {
    try MethodRegistry.attach(method, options: options.byName, to: host)
  }
}
