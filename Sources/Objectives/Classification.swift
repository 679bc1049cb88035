// One class for each row.
import Datasets
import Layers
import Metrics
import Models
import Tensors

/// The class of each row: the largest of its logits, trained by their mean cross-entropy.
package struct Classification: Objective {
  package let metrics: [Metric]
  package var training: RowSet { sets.trainingRows }
  package var validation: [RowSet] { sets.validationRows }
  private let sets: LabelledSets
  private let classes: Int
  package let labels: [String]

  /// A task of `classes` classes, whose labels are numbers of them.
  ///
  /// - Parameter labels: the names of the classes; empty where they have none.
  /// - Precondition: every label is a class.
  package init(_ sets: LabelledSets, classes: Int, labels: [String] = [], metrics: [Metric]) {
    self.sets = sets
    self.classes = classes
    self.labels = labels
    self.metrics = metrics
  }

  package var strata: Strata { Strata(sets.training.map { Double($0.label.classNumber) }, count: classes) }

  package func batch(_ rows: [Int], of split: Split) -> TokenBatch { sets.batch(rows, of: split) }

  /// The logits, `[rows, classes]`.
  package func outputs(of model: Model, _ rows: [Int], of split: Split, pass: Pass, everyToken: Bool) -> Tensor {
    model.logits(batch(rows, of: split), pass: pass, everyToken: everyToken)
  }

  package func terms(of rows: [Int]) -> Int { rows.count }

  package func loss(of outputs: Tensor, _ rows: [Int], over terms: Int) -> Tensor {
    outputs.crossEntropy(rows.map { Int32(sets.training[$0].label.classNumber) }, divisor: terms)
  }

  package func gold(of split: Split) -> Answers { Answers(.integers(sets[split].map { Int64($0.label.classNumber) })) }

  package func answers(of model: Model, set: Int, isLast: Bool, beforeBatch: () throws -> Void) throws -> Answers {
    let examples = sets.validation[set]
    var answers = [Int64](repeating: 0, count: examples.count)
    var logits = [Float](repeating: 0, count: examples.count * classes)
    var loss = 0.0
    for rows in validation[set].batches() {
      try beforeBatch()
      let found = outputs(of: model, rows, of: .validation(set), pass: .evaluation, everyToken: false)
      for (row, answer) in zip(rows, found.argmax().values) { answers[row] = Int64(answer) }
      let values = found.values
      for (place, row) in rows.enumerated() {
        for column in 0..<classes { logits[row * classes + column] = values[place * classes + column] }
      }
      loss += Double(found.crossEntropy(rows.map { Int32(examples[$0].label.classNumber) }, divisor: 1).item)
    }
    return Answers(.integers(answers), logits: logits, loss: loss / Double(max(1, examples.count)))
  }

  package func scores(of answers: Answers, set: Int) -> Scores {
    guard case .integers(let predicted) = answers.values else { preconditionFailure("numbers where classes were asked for") }
    return Scores(metrics: metrics, gold: sets.validation[set].map(\.label.classNumber), predicted: predicted.map { Int($0) })
      .with(.loss, answers.loss)
  }
}

extension Label {
  /// The class, of a task that has classes.
  fileprivate var classNumber: Int {
    guard case .class(let number) = self else { preconditionFailure("a number among classes") }
    return number
  }
}
