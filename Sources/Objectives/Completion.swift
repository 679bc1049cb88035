// Text that goes on from a prompt: each token of the target is told from all that stand before it.
import Generation
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

/// Completions of prompts: trained by the mean cross-entropy of the targets' tokens, scored by the texts that the model writes.
package struct Completion: Objective {
  package let metrics: [Metric]
  package let training: RowSet
  package let validation: [RowSet]
  /// How texts are written, and after which epochs.
  package let generation: GenerationSettings
  private let sets: CompletionSets

  /// A task whose answers are texts.
  ///
  /// - Parameter metrics: each compares texts, or is the loss itself.
  package init(_ sets: CompletionSets, metrics: [Metric], generation: GenerationSettings) {
    self.sets = sets
    self.metrics = metrics
    self.generation = generation
    training = RowSet(name: "train", lengths: sets.training.map(\.tokens.count))
    validation = sets.validation.map { RowSet(name: $0.name, lengths: $0.prompts.map(\.tokens.count), isHeldOut: $0.isHeldOut) }
  }

  /// By the quarter of the targets' lengths.
  package var strata: Strata {
    let lengths = sets.training.map(\.target.count), sorted = lengths.sorted()
    let bounds = (1..<4).map { sorted.isEmpty ? 0 : sorted[$0 * sorted.count / 4] }
    return Strata(lengths.map { length in Double(bounds.count { $0 <= length }) }, count: 1)
  }

  /// Of the training rows the whole completions; of the others the prompts.
  package func batch(_ rows: [Int], of split: Split) -> TokenBatch {
    switch split {
    case .training: sets.training.batch(rows)
    case .validation(let set): TokenBatch(sequences: rows.map { sets.validation[set].prompts[$0].tokens })
    }
  }

  /// What the rows that tell a target's token say, `[target tokens, vocabulary]`; of a validation set's prompts, what their last tokens
  /// do.
  package func outputs(of model: Model, _ rows: [Int], of split: Split, pass: Pass, everyToken: Bool) -> Tensor {
    let told = split == .training ? RowSelection.some(sets.training.telling(rows)) : .last
    return model.logits(batch(rows, of: split), rows: told, pass: pass, everyToken: everyToken)
  }

  package func outputRows(_ rows: [Int]) -> [Int]? { rows.map { sets.training[$0].target.count } }

  /// The targets' tokens.
  package func terms(of rows: [Int]) -> Int { rows.reduce(0) { $0 + sets.training[$1].target.count } }

  package func loss(of outputs: Tensor, _ rows: [Int], over terms: Int) -> Tensor {
    outputs.crossEntropy(sets.training.targets(rows), divisor: terms)
  }

  /// The targets' tokens, of a validation set those of each prompt's first reference.
  package func gold(of split: Split) -> Answers {
    switch split {
    case .training: Answers(rows: sets.training.map { $0.target.map { Int64($0) } })
    case .validation(let set):
      Answers(rows: sets.validation[set].prompts.map { $0.target.map { Int64($0) } })
    }
  }

  /// The tokens that the model writes after each prompt, its end token left out, where texts are written; and the mean loss of the right
  /// ones.
  package func answers(
    of model: Model, set: Int, isLast: Bool, beforeBatch: () throws -> Void
  ) throws -> Answers {
    let loss = try meanLoss(of: model, set: set, beforeBatch: beforeBatch)
    guard isLast || generation.moment == .every else { return Answers(rows: []).with(loss: loss) }
    let prompts = sets.validation[set].prompts.map(\.tokens)
    let search = SearchSettings(generation, endTokens: [sets.endToken])
    let texts = try Generator(model).generate(prompts, search, beforeStep: beforeBatch)
    let written = texts.map { ($0.first?.tokens ?? []).filter { $0 != sets.endToken } }
    return Answers(rows: written.map { $0.map { Int64($0) } }).with(loss: loss)
  }

  private func meanLoss(of model: Model, set: Int, beforeBatch: () throws -> Void) throws -> Double {
    let completions = sets.validation[set].completions
    let lengths = RowSet(name: "", lengths: completions.map(\.tokens.count))
    var (sum, count) = (0.0, 0)
    for rows in lengths.batches() {
      try beforeBatch()
      let told = completions.telling(rows), targets = completions.targets(rows)
      let logits = model.logits(completions.batch(rows), rows: .some(told), pass: .evaluation)
      sum += Double(logits.crossEntropy(targets, divisor: 1).values[0])
      count += targets.count
    }
    return sum / Double(max(1, count))
  }

  package func scores(of answers: Answers, set: Int) -> Scores {
    let prompts = sets.validation[set].prompts, texts = texts(answers)
    return Scores(
      entries: metrics.map { metric in
        let value = texts.count == prompts.count ? metric.value(references: prompts.map(\.references), predicted: texts) : nil
        return .init(metric: metric, value: value)
      } + [.init(metric: .tokenLoss, value: answers.loss)])
  }

  private func texts(_ answers: Answers) -> [String] {
    answers.rows.map { sets.text($0.map { Int32(clamping: $0) }) }
  }

  package func writings(_ answers: Answers, set: Int) -> [Writing] {
    let prompts = sets.validation[set].prompts, texts = texts(answers)
    guard texts.count == prompts.count else { return [] }
    return zip(prompts, texts).map { prompt, text in
      Writing(
        source: prompt.text, references: prompt.references, output: text,
        score: metrics.first?.value(references: [prompt.references], predicted: [text]))
    }
  }

  package var answersTakeLong: Bool { true }
  package var notes: [String] { sets.notes }

  package func evaluatedTokens(of set: Int, epochs: Int) -> Int {
    let loss = sets.validation[set].completions.reduce(0) { $0 + $1.tokens.count }
    let written = validation[set].tokens + validation[set].count * generation.beams * generation.maximumNewTokens
    return loss * epochs + written * (generation.moment == .every ? epochs : 1)
  }
}

/// A text that a model wrote, beside what it was to be.
package struct Writing: Sendable, Equatable {
  /// The prompt.
  package let source: String
  /// What would be right.
  package let references: [String]
  /// What was written.
  package let output: String
  /// Its score by the task's own metric, alone; nil where it has none.
  package let score: Double?
}
