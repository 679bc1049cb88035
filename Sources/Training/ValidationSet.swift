import Datasets

/// A tokenized validation set.
package struct ValidationSet: Sendable, Equatable {
  /// By which records and tables name it.
  package let name: String
  /// Its examples, in the order of the file.
  package let examples: [EncodedExample]

  /// Names a set of examples.
  package init(name: String, examples: [EncodedExample]) {
    self.name = name
    self.examples = examples
  }
}
