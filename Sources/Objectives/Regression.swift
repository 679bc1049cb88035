// One number for each row.
import Datasets
import Layers
import Metrics
import Models
import Tensors

/// A number for each row: the only output, trained by its mean squared distance from the right one.
package struct Regression: Objective {
  package let metrics: [Metric]
  package var training: RowSet { sets.trainingRows }
  package var validation: [RowSet] { sets.validationRows }
  private let sets: LabelledSets

  /// A task whose labels are numbers.
  ///
  /// - Precondition: every label is a number.
  package init(_ sets: LabelledSets, metrics: [Metric]) {
    self.sets = sets
    self.metrics = metrics
  }

  /// By their rounded value (STS-B: 0 to 5, halves away from zero).
  package var strata: Strata {
    // + 0 makes -0 the same stratum as 0
    Strata(sets.training.map { $0.label.number.rounded() + 0 }, count: 1)
  }

  package func batch(_ rows: [Int], of split: Split) -> TokenBatch { sets.batch(rows, of: split) }

  /// The numbers, `[rows, 1]`.
  package func outputs(of model: Model, _ rows: [Int], of split: Split, pass: Pass, everyToken: Bool) -> Tensor {
    model.logits(batch(rows, of: split), pass: pass, everyToken: everyToken)
  }

  package func terms(of rows: [Int]) -> Int { rows.count }

  package func loss(of outputs: Tensor, _ rows: [Int], over terms: Int) -> Tensor {
    outputs.reshaped([rows.count]).meanSquaredError(rows.map { Float(sets.training[$0].label.number) })
      .part(rows.count, of: terms)
  }

  /// The labels, as the loss takes them in float32.
  package func gold(of split: Split) -> Answers { Answers(.numbers(numbers(of: split))) }

  package func answers(of model: Model, set: Int, isLast: Bool, beforeBatch: () throws -> Void) throws -> Answers {
    var answers = [Double](repeating: 0, count: validation[set].count)
    for rows in validation[set].batches() {
      try beforeBatch()
      let found = outputs(of: model, rows, of: .validation(set), pass: .evaluation, everyToken: false).values
      for (place, row) in rows.enumerated() { answers[row] = Double(found[place]) }
    }
    let distances = zip(answers, numbers(of: .validation(set))).map { ($0 - $1) * ($0 - $1) }
    return Answers(.numbers(answers), loss: distances.reduce(0, +) / Double(max(1, distances.count)))
  }

  package func scores(of answers: Answers, set: Int) -> Scores {
    guard case .numbers(let predicted) = answers.values else { preconditionFailure("classes where numbers were asked for") }
    return Scores(metrics: metrics, gold: numbers(of: .validation(set)), predicted: predicted).with(.loss, answers.loss)
  }

  private func numbers(of split: Split) -> [Double] { sets[split].map { Double(Float($0.label.number)) } }
}

extension Label {
  /// The number, of a task that has numbers.
  fileprivate var number: Double {
    guard case .score(let number) = self else { preconditionFailure("a class among numbers") }
    return number
  }
}
