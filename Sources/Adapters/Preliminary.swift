import Layers

/// What precedes training proper: updates on a sample of the training set with an optimizer and a schedule of their own, and a
/// measurement on that sample.
package struct Preliminary: Sendable, Equatable {
  /// Which rows of the training set.
  package enum Sample: Sendable, Equatable {
    /// This share of every class.
    case share(Double)
    /// A stratified sample of so many rows for each class; for scores, so many at all.
    case rowsPerClass(Int)
  }

  /// How long is trained on the sample.
  package enum Length: Sendable, Equatable {
    /// Passes over it; 0 measures without training.
    case epochs(Int)
    /// Updates, whatever its size; the last pass may be cut short.
    case updates(Int)

    /// In updates, where a pass has so many.
    package func updates(stepsPerEpoch: Int) -> TrainingLength {
      switch self {
      case .epochs(let epochs): TrainingLength(stepsPerEpoch: stepsPerEpoch, epochs: epochs)
      case .updates(let updates): TrainingLength(stepsPerEpoch: stepsPerEpoch, totalSteps: updates)
      }
    }
  }

  /// The rows that are trained and measured on.
  package var sample: Sample
  /// How long is trained on them.
  package var length: Length

  /// - Precondition: the length is not negative.
  package init(sample: Sample, length: Length) {
    self.sample = sample
    self.length = length
  }
}

/// Examples of the training set, with the model that a method measures on them; dropout never acts.
package protocol MeasuredSample {
  /// Where the examples stand in the training set.
  var rows: [Int] { get }
  /// Runs the model on one batch after the other, every token in every layer and nothing recorded for a backward pass; `body` is
  /// called after each.
  ///
  /// - Throws: when the run is to stop.
  func forward(_ body: (TokenBatch) -> Void) throws
  /// Adds the gradients of the task's loss on every batch to what learns; `clearGradients` is the caller's.
  ///
  /// - Throws: when the run is to stop.
  func addGradients() throws
}

/// An update that was just made.
package struct FinishedUpdate: Sendable, Equatable {
  /// Updates done, this one included.
  package var count: Int
  /// What clipping multiplied the gradients by.
  package var gradientScale: Float

  /// Update number `count`, from 1, with gradients times `gradientScale`.
  package init(count: Int, gradientScale: Float) {
    self.count = count
    self.gradientScale = gradientScale
  }
}
