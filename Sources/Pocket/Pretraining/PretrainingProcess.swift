// What every pre-training is, whatever its rows ask: updates one after the other, a checkpoint now and then, a report now and then.
import Foundation
import Layers
import Storage
import Tensors
import Training

/// How far pre-training is.
package struct PretrainingProgress: Sendable {
  /// Updates done, and those of the whole run.
  package let steps: Int
  /// Updates of the whole run.
  package let totalSteps: Int
  /// Tokens seen.
  package let tokens: Int
  /// Seconds of training, those before a resumption included.
  package let seconds: Double
  /// Tokens a second since the last report.
  package let tokensPerSecond: Double
  /// The loss of an update, averaged since the last report.
  package let loss: Double
  /// What was found since the last report.
  package let found: [PretrainingFinding]
}

/// What was found of one kind of row.
package struct PretrainingFinding: Sendable, Equatable {
  /// Which kind of row it is, as the manifest's shares name them.
  package let kind: String
  /// Its level of difficulty, from 0 to 1; nil where it has none.
  package let level: Double?
  /// What was found.
  package let text: String
}

/// One pre-training run. Its numbers are a function of the model's start, the rows, the settings and the seed; when it is stopped and
/// started again it ends with the same bits.
protocol PretrainingProcess: AnyObject {
  /// The recipe.
  var settings: PretrainingSettings { get }
  /// Updates done.
  var completedSteps: Int { get set }
  /// Tokens seen.
  var tokens: Int { get set }
  /// Seconds of training.
  var seconds: Double { get set }
  /// What updates the parameters.
  var optimizer: AdamW { get }
  /// The parameters that are shipped.
  var trained: [Parameter] { get }
  /// The loss of an update, averaged since the last report.
  var meanLoss: Double { get }
  /// What was found since the last report.
  var found: [PretrainingFinding] { get }
  /// The level of difficulty by kind of row; none where rows have none.
  var levels: [(kind: String, level: Double)] { get }
  /// What a checkpoint keeps beside parameters, moments, updates, tokens and seconds.
  var counted: [SealedEntry] { get }

  /// Makes the next update and returns its loss.
  ///
  /// - Throws: `Divergence` when the loss or the gradient is not finite; the parameters are then as before.
  @discardableResult
  func advance() throws -> Double
  /// Begins another report.
  func clearTally()
  /// Puts back what `counted` gave, all of it or nothing.
  ///
  /// - Throws: `CheckpointError` where something is missing or cannot be.
  func takeUp(_ saved: CheckpointContents) throws
  /// Writes the model in half precision.
  ///
  /// - Throws: `StorageError`.
  func write(to folder: URL) throws
}

extension PretrainingProcess {
  /// Updates of the whole run.
  var totalSteps: Int { settings.steps }

  /// Updates the parameters by the sum of some losses, and returns it; no loss updates nothing.
  ///
  /// - Throws: `Divergence` when the loss or the gradient is not finite; the parameters are then as before.
  func update(by losses: [Tensor]) throws -> Double {
    guard let first = losses.first else { return 0 }
    let step = completedSteps, loss = losses.dropFirst().reduce(first) { $0.adding($1) }, value = Double(loss.item)
    guard value.isFinite else { throw Divergence(step: step, quantity: "loss", value: value) }
    loss.backward()
    let clipping = try GradientClipping(
      optimizer.parameters, limit: settings.optimization.maximumGradientNorm, step: step)
    optimizer.update(step: step + 1, factor: settings.factor(step), scale: clipping.scale)
    optimizer.clearGradients()
    return value
  }

  /// Trains to the end, or goes on from the checkpoint.
  ///
  /// - Parameters:
  ///   - interval: seconds between checkpoints; they change no number.
  ///   - reportEvery: updates between reports.
  ///   - shouldStop: asked after every update.
  ///   - beforeWriting: asked before every checkpoint; what it throws ends the run without one.
  /// - Throws: `Interruption` after saving a checkpoint, `CheckpointError`, `Divergence`, `StorageError`.
  func run(
    checkpoint: Checkpoint? = nil, interval: Double = 60, reportEvery: Int = 100,
    shouldStop: () -> Bool = { false }, beforeWriting: () throws -> Void = {}, report: (PretrainingProgress) -> Void = { _ in }
  ) throws {
    if let checkpoint { try restore(from: checkpoint) }
    var saved = ContinuousClock.now, reported = (seconds: seconds, tokens: tokens), mark = ContinuousClock.now
    while completedSteps < totalSteps {
      try advance()
      let now = ContinuousClock.now
      seconds += (now - mark).seconds
      mark = now
      if completedSteps.isMultiple(of: max(1, reportEvery)) || completedSteps == totalSteps {
        report(
          PretrainingProgress(
            steps: completedSteps, totalSteps: totalSteps, tokens: tokens, seconds: seconds,
            tokensPerSecond: Double(tokens - reported.tokens) / max(1e-9, seconds - reported.seconds), loss: meanLoss,
            found: found))
        reported = (seconds, tokens)
        if completedSteps < totalSteps { clearTally() }
      }
      guard let checkpoint, completedSteps < totalSteps else { continue }
      let mustStop = shouldStop()
      if mustStop || now - saved > .seconds(interval) {
        try beforeWriting()
        try save(in: checkpoint)
        saved = .now
      }
      if mustStop { throw Interruption() }
    }
  }
}
