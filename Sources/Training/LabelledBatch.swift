import Datasets
import Layers

/// What a batch is compared with.
package enum Targets: Sendable, Equatable {
  case classes([Int32])
  case scores([Float])

  /// The labels of examples of one kind; a set never mixes the two.
  init(_ labels: [Label]) {
    var classes: [Int32] = []
    var scores: [Float] = []
    for label in labels {
      switch label {
      case .class(let number): classes.append(Int32(number))
      case .score(let score): scores.append(Float(score))
      }
    }
    self = scores.isEmpty ? .classes(classes) : .scores(scores)
  }
}

/// A packed batch and its labels.
package struct LabelledBatch: Sendable, Equatable {
  /// The packed sequences.
  package let batch: TokenBatch
  /// What each sequence's output is held against, in their order.
  package let targets: Targets

  /// Puts together sequences and as many targets.
  package init(_ batch: TokenBatch, _ targets: Targets) {
    self.batch = batch
    self.targets = targets
  }

  /// Packs examples, whose labels are all classes or all numbers.
  package init(_ examples: [EncodedExample]) {
    batch = TokenBatch(examples.map { ($0.tokens, $0.segments) })
    targets = Targets(examples.map(\.label))
  }
}
