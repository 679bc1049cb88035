// Examples as a model takes them: token ids in place of text.
import Tokenizers

/// One example's tokens and label.
package struct EncodedExample: Sendable, Equatable {
  /// Token ids, special tokens included, `[tokens]`.
  package let tokens: [Int32]
  /// The text that each token belongs to, as the model counts them, `[tokens]`.
  package let segments: [Int32]
  /// The gold label.
  package let label: Label

  /// Puts together what a tokenizer gave: `tokens` and `segments` are as long as each other.
  package init(tokens: [Int32], segments: [Int32], label: Label) {
    self.tokens = tokens
    self.segments = segments
    self.label = label
  }
}

extension ExampleSet {
  /// The examples in the file's order, each shortened to at most so many tokens; nil is no limit.
  package func encoded(with tokenizer: any Tokenizer, maximumLength: Int?) -> [EncodedExample] {
    examples.map { example in
      let encoding = tokenizer.encode(example.first, example.second, maximumLength: maximumLength)
      return EncodedExample(tokens: encoding.ids, segments: encoding.segments, label: example.label)
    }
  }
}
