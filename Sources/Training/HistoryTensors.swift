// A run's history as a tree of HDF5 values: what is in the run's `tensors.h5` whatever its method.
import Metrics
import Objectives
import Storage

extension TrainingHistory {
  /// The tensors of a run: losses, rates, norms, counts and operations by step; scores by epoch; the answers of the best and the last
  /// epoch with the right ones beside them.
  package func tensors(of objective: any Objective) -> HDF5Group {
    let before = measurementOperations == nil && preliminary.isEmpty ? [] : [("preliminary", preliminaryGroup)]
    return HDF5Group(
      groups: before + [
        ("evaluation", HDF5Group(groups: scoreGroups)),
        (
          "predictions",
          HDF5Group(groups: objective.validation.indices.map { (objective.validation[$0].name, answers($0, objective)) })
        ),
        ("training", Self.group(steps)),
      ],
      datasets: [
        ("epoch_loss", .numbers(epochs.map(\.meanLoss), "epoch")),
        ("epoch_updates", .integers(epochs.map { Int64($0.updates) }, "epoch")),
      ])
  }

  /// The preliminary's updates, and the operations of its measurement.
  private var preliminaryGroup: HDF5Group {
    var group = Self.group(preliminary)
    group.attributes = measurementOperations.map { [("measurement_operations", .integer(Int64($0)))] } ?? []
    return group
  }

  private static func group(_ steps: [StepResult]) -> HDF5Group {
    HDF5Group(datasets: [
      ("floating_point_operations", .integers(steps.map { Int64($0.floatingPointOperations) }, "step")),
      ("gradient_norm", .numbers(steps.map(\.gradientNorm), "step")),
      ("head_learning_rate", .numbers(steps.map(\.headLearningRate), "step")),
      ("learning_rate", .numbers(steps.map(\.learningRate), "step")),
      ("loss", .numbers(steps.map { Double($0.loss) }, "step")),
      ("task_loss", .numbers(steps.map { Double($0.taskLoss) }, "step")),
      ("tokens", .integers(steps.map { Int64($0.tokens) }, "step")),
      ("trainable_parameters", .integers(steps.map { Int64($0.trainable) }, "step")),
      ("trainable_parameters_with_head", .integers(steps.map { Int64($0.trainableWithHead) }, "step")),
    ])
  }

  /// One group for each validation set, one dataset for each metric; what is undefined is NaN.
  private var scoreGroups: [(name: String, group: HDF5Group)] {
    guard let first = epochs.first else { return [] }
    return first.evaluations.indices.map { set in
      let metrics = first.evaluations[set].scores.entries.map(\.metric)
      return (
        first.evaluations[set].name,
        HDF5Group(
          datasets: metrics.map { metric in
            (metric.rawValue, .numbers(epochs.map { $0.evaluations[set].scores[metric] ?? .nan }, "epoch"))
          })
      )
    }
  }

  /// The right answers to a set, and the model's after the best and the last epoch, with the names of the classes.
  private func answers(_ set: Int, _ objective: any Objective) -> HDF5Group {
    var datasets = objective.gold(of: .validation(set)).datasets("gold")
    for (name, epoch) in [("best", best), ("last", epochs.indices.last)] {
      if let found = epoch.map({ epochs[$0].evaluations[set] }), found.isMeasured { datasets += found.predictions.datasets(name) }
    }
    // an attribute has little room, and a task may have thousands of classes; names that no file can hold stand in the record
    let labels = objective.labels
    if !labels.isEmpty, labels.allSatisfy({ !$0.utf8.contains(0) }), labels.count * (labels.map(\.utf8.count).max() ?? 0) <= 1 << 24
    {
      datasets.append(("labels", HDF5Dataset(shape: [labels.count], values: .strings(labels), dimensionLabels: ["class"])))
    }
    return HDF5Group(datasets: datasets.sorted { $0.name < $1.name })
  }
}

extension Answers {
  /// The entries under `name`, and each further array under its own name behind that.
  fileprivate func datasets(_ name: String) -> [(name: String, dataset: HDF5Dataset)] {
    [(name, values.dataset(offsets == nil ? "example" : "entry"))]
      + parts.map { part in
        var dataset = part.values.dataset("entry")
        if let columns = columns(of: part) {
          (dataset.shape, dataset.dimensionLabels) = ([values.count, columns], ["example", "class"])
        }
        return ("\(name)_\(part.name)", dataset)
      }
  }
}

extension Answers.Values {
  fileprivate func dataset(_ dimension: String) -> HDF5Dataset {
    switch self {
    case .integers(let values): .integers(values, dimension)
    case .numbers(let values): .numbers(values, dimension)
    }
  }
}
