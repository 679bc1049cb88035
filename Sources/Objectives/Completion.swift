// Text that goes on from a prompt: each token of the target is told from all that stand before it.
import Datasets
import Layers
import Metrics
import Models
import Settings
import Tensors

/// A prompt with what is to follow it, as one sequence of tokens.
package struct Completed: Sendable, Equatable {
  /// The prompt's tokens and after them the target's, `[tokens]`.
  package let tokens: [Int32]
  /// How many of them are the prompt's.
  package let promptLength: Int

  /// - Precondition: neither the prompt nor the target is empty.
  package init(tokens: [Int32], promptLength: Int) {
    precondition(promptLength > 0 && promptLength < tokens.count, "a prompt of \(promptLength) of \(tokens.count) tokens")
    self.tokens = tokens
    self.promptLength = promptLength
  }

  /// The tokens that a model is to tell.
  var target: ArraySlice<Int32> { tokens[promptLength...] }
}

extension [Completed] {
  /// Some of the rows, packed.
  func batch(_ rows: [Int]) -> TokenBatch { TokenBatch(sequences: rows.map { self[$0].tokens }) }

  /// The places of a batch's tokens before which the prompts end, and those of all targets but their last tokens: what stands there is
  /// to tell the next one.
  func telling(_ rows: [Int]) -> [Int32] {
    var start = 0
    return rows.flatMap { row in
      let completed = self[row], first = start + completed.promptLength - 1, end = start + completed.tokens.count - 1
      start = end + 1
      return (first..<end).map { Int32($0) }
    }
  }

  /// The targets' tokens, one row after the other.
  func targets(_ rows: [Int]) -> [Int32] { rows.flatMap { self[$0].target } }
}

/// Completions of prompts: the mean cross-entropy of the targets' tokens.
package struct Completion: Objective {
  package let metrics: [Metric]
  package let training: RowSet
  package let validation: [RowSet] = []
  private let rows: [Completed]

  /// A task whose training rows are these.
  package init(training rows: [Completed], metrics: [Metric]) {
    self.rows = rows
    self.metrics = metrics
    training = RowSet(name: "train", lengths: rows.map(\.tokens.count))
  }

  /// By the quarter of the targets' lengths.
  package var strata: Strata {
    let lengths = rows.map(\.target.count), sorted = lengths.sorted()
    let bounds = (1..<4).map { sorted.isEmpty ? 0 : sorted[$0 * sorted.count / 4] }
    return Strata(lengths.map { length in Double(bounds.count { $0 <= length }) }, count: 1)
  }

  package func batch(_ rows: [Int], of split: Split) -> TokenBatch { self.rows.batch(rows) }

  /// What the rows that tell a target's token say, `[target tokens, vocabulary]`.
  package func outputs(of model: Model, _ rows: [Int], of split: Split, pass: Pass, everyToken: Bool) -> Tensor {
    model.logits(batch(rows, of: split), rows: .some(self.rows.telling(rows)), pass: pass, everyToken: everyToken)
  }

  package func outputRows(_ rows: [Int]) -> [Int]? { rows.map { self.rows[$0].target.count } }

  /// The targets' tokens.
  package func terms(of rows: [Int]) -> Int { rows.reduce(0) { $0 + self.rows[$1].target.count } }

  package func loss(of outputs: Tensor, _ rows: [Int], over terms: Int) -> Tensor {
    outputs.crossEntropy(self.rows.targets(rows), divisor: terms)
  }

  /// The targets' tokens.
  package func gold(of split: Split) -> Answers { Answers(rows: rows.map { $0.target.map { Int64($0) } }) }

  package func answers(of model: Model, set: Int, beforeBatch: () throws -> Void) throws -> Answers { Answers(rows: []) }

  package func scores(of answers: Answers, set: Int) -> Scores { Scores(entries: metrics.map { .init(metric: $0, value: nil) }) }
}
