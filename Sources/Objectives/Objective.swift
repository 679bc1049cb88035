// What a task asks of a model: its examples, its loss, its answers and what they are worth. One file for each kind of task.
import Layers
import Metrics
import Models
import Tensors

/// A task as the trainer sees it: rows that are numbered, a loss on some of them, answers to the others. What a row holds, and what an
/// answer is, is the objective's own affair.
package protocol Objective: Sendable {
  /// What answers are scored by; the first is the task's own, and decides which epoch is best.
  var metrics: [Metric] { get }
  /// The training rows, in the order of their file.
  var training: RowSet { get }
  /// The sets that are evaluated, in the order of the task: those that choose the best epoch, then those that are only reported. Scores
  /// are of the first unless they say otherwise.
  var validation: [RowSet] { get }
  /// What a sample of the training rows keeps the shares of.
  var strata: Strata { get }
  /// The names of the classes by their numbers; empty for a task without any.
  var labels: [String] { get }
  /// What a reader of the scores must know of the rows as the model gets them, a sentence each.
  var notes: [String] { get }

  /// The tokens of some rows, one after the other.
  func batch(_ rows: [Int], of split: Split) -> TokenBatch
  /// What the loss and the answers look at, of the rows in their order: `[…, outputs]`. The model's dropout is the pass's.
  ///
  /// - Parameter everyToken: whether the last layer computes all tokens, for methods that measure what goes through a projection.
  func outputs(of model: Model, _ rows: [Int], of split: Split, pass: Pass, everyToken: Bool) -> Tensor
  /// How many rows of each of these training rows' sequences the outputs are of, where that is neither one of each nor all.
  func outputRows(_ rows: [Int]) -> [Int]?
  /// How many terms the loss on these training rows is a mean over: rows, or tokens, that have a right answer.
  func terms(of rows: [Int]) -> Int
  /// The sum of the losses of the training rows whose outputs these are, over `terms`: `[]`.
  ///
  /// - Parameter terms: those of the rows make it their mean; those of a whole batch make it a part of the batch's mean.
  func loss(of outputs: Tensor, _ rows: [Int], over terms: Int) -> Tensor

  /// The right answers to a split's rows.
  func gold(of split: Split) -> Answers
  /// What a model says of a validation set. Gradients are not recorded, and dropout does not act.
  ///
  /// - Parameters:
  ///   - isLast: whether no other evaluation follows; answers that take long may be given then alone.
  ///   - beforeBatch: called before each batch.
  /// - Throws: what `beforeBatch` throws, and what keeps a model from answering.
  func answers(of model: Model, set: Int, isLast: Bool, beforeBatch: () throws -> Void) throws -> Answers
  /// What answers to a validation set are worth by each of `metrics`.
  func scores(of answers: Answers, set: Int) -> Scores
  /// The texts that answers to a validation set are; none for a task that asks for none.
  func writings(_ answers: Answers, set: Int) -> [Writing]
  /// Whether the last answers may take as long as training, so that a run is saved before them.
  var answersTakeLong: Bool { get }
  /// How many tokens the evaluations after so many epochs compute, of a validation set.
  func evaluatedTokens(of set: Int, epochs: Int) -> Int
}

extension Objective {
  package func outputRows(_ rows: [Int]) -> [Int]? { nil }
  package var notes: [String] { [] }
  package var labels: [String] { [] }
  package var answersTakeLong: Bool { false }
  package func writings(_ answers: Answers, set: Int) -> [Writing] { [] }
  package func evaluatedTokens(of set: Int, epochs: Int) -> Int { validation[set].tokens * epochs }

  /// The rows of a split.
  package func rows(of split: Split) -> RowSet {
    switch split {
    case .training: training
    case .validation(let set): validation[set]
    }
  }

  /// The places of the sets that a table reports: those that are held out, or all where none is.
  package var reportedSets: [Int] {
    let heldOut = validation.indices.filter { validation[$0].isHeldOut }
    return heldOut.isEmpty ? Array(validation.indices) : heldOut
  }

  /// Whether the answers to a validation set are all the same although the right ones are not.
  package func isCollapsed(_ answers: Answers, set: Int) -> Bool {
    answers.isConstant && !gold(of: .validation(set)).isConstant
  }

  /// What a model must have rows for: one more than the highest token, and than the highest token type.
  package var extent: (vocabulary: Int, tokenTypes: Int) {
    let splits = [Split.training] + validation.indices.map { .validation($0) }
    var highest: (token: Int32, type: Int32) = (0, 0)
    for split in splits {
      let count = rows(of: split).count
      for start in stride(from: 0, to: count, by: 1024) {
        let batch = batch(Array(start..<min(count, start + 1024)), of: split)
        highest.token = max(highest.token, batch.tokens.max() ?? 0)
        highest.type = max(highest.type, batch.segments.max() ?? 0)
      }
    }
    return (Int(highest.token) + 1, Int(highest.type) + 1)
  }
}

/// What a sample of the training rows keeps the shares of, as the classes of a task.
package struct Strata: Sendable, Equatable {
  /// The stratum of each training row.
  package let ofRows: [Double]
  /// How many strata a sample of so many rows a stratum counts; 1 for a task without any.
  package let count: Int

  /// Takes the stratum of each row.
  package init(_ ofRows: [Double], count: Int) {
    self.ofRows = ofRows
    self.count = count
  }
}
