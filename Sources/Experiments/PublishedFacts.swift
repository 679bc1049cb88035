// What a plan says of published models and tasks without any file: rows, and how many parameters a run trains on average.
import Adapters
import Models
import Records
import Settings
import Tensors
import Training

/// What is known of runs by the published sizes of their model and task.
package enum PublishedFacts {
  /// The rows of a task's files, each set by itself; nil for a task whose sizes are not known.
  package static func rows(of task: TaskDefinition) -> (training: Int, validation: [Int], test: [Int])? {
    GLUETask(rawValue: task.id).map(PublishedSizes.rows)
  }

  /// The trainable parameters of a run without the head, averaged over its updates: the least, the mean over all orders in which the
  /// method may freeze what it freezes, and the greatest; nil where the model's or the task's sizes are not known.
  ///
  /// - Throws: `AdapterError`, `ModelError`.
  package static func meanTrainable(of run: RunSpecification) throws -> (least: Double, expected: Double, greatest: Double)? {
    guard let configuration = PublishedSizes.configuration(of: run.model),
      let objective = PublishedSizes.objective(run.task, run.training)
    else { return nil }
    let assembled = try AssembledRun(run, configuration: configuration, objective: objective, backend: PlanningBackend())
    let fineTuning = assembled.fineTuning
    _ = try fineTuning.planPreliminary()
    let backbone = fineTuning.model.parameters.filter { $0.group == .backbone && $0.isTrainable }.reduce(0) { $0 + $1.count }
    let own = fineTuning.method.meanTrainable
    return (own.least + Double(backbone), own.expected + Double(backbone), own.greatest + Double(backbone))
  }
}
