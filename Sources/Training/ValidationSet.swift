import Datasets

/// A tokenized validation set.
public struct ValidationSet: Sendable, Equatable {
  public let name: String
  /// Its examples, in the order of the file.
  public let examples: [EncodedExample]

  /// Names a set of examples.
  public init(name: String, examples: [EncodedExample]) {
    self.name = name
    self.examples = examples
  }
}
