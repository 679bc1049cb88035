// The sets of a task whose examples have one label each, as token ids.
import Datasets
import Layers
import Tokenizers

/// A task's examples, of which each has one label.
package struct LabelledSets: Sendable {
  /// The training examples, in the order of the file.
  package let training: [EncodedExample]
  /// The validation sets' examples, in the order of the task.
  package let validation: [[EncodedExample]]
  /// The training examples as rows.
  let trainingRows: RowSet
  /// The validation sets as rows.
  let validationRows: [RowSet]

  /// Takes examples that are tokenized, the sets that are evaluated by name; those of `heldOut` are only reported.
  package init(training: [EncodedExample], validation: [(name: String, examples: [EncodedExample])], heldOut: Set<String> = []) {
    self.training = training
    self.validation = validation.map(\.examples)
    trainingRows = RowSet(name: "train", lengths: training.map(\.tokens.count))
    validationRows = validation.map {
      RowSet(name: $0.name, lengths: $0.examples.map(\.tokens.count), isHeldOut: heldOut.contains($0.name))
    }
  }

  /// Tokenizes a task's texts, each shortened to at most so many tokens; nil is no limit.
  init(_ data: TaskData, with tokenizer: any Tokenizer, maximumLength: Int?) {
    self.init(
      training: data.train.encoded(with: tokenizer, maximumLength: maximumLength),
      validation: data.validation.map { ($0.name, $0.encoded(with: tokenizer, maximumLength: maximumLength)) },
      heldOut: Set(data.validation.filter(\.isHeldOut).map(\.name)))
  }

  /// The examples of a split.
  subscript(split: Split) -> [EncodedExample] {
    switch split {
    case .training: training
    case .validation(let set): validation[set]
    }
  }

  /// Some of them, packed.
  func batch(_ rows: [Int], of split: Split) -> TokenBatch {
    let examples = self[split]
    return TokenBatch(rows.map { (examples[$0].tokens, examples[$0].segments) })
  }
}
