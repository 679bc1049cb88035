import Datasets

/// A tokenized validation set.
public struct ValidationSet: Sendable, Equatable {
  public let name: String
  public let examples: [EncodedExample]

  public init(name: String, examples: [EncodedExample]) {
    self.name = name
    self.examples = examples
  }
}
