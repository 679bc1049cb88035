// Pre-training of the pocket models: masked words, and word by word whether it still holds.
import Layers
import Models
import Objectives
import Tensors
import Tokenizers
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
  /// The level of difficulty by kind of row, 0 to 1.
  package let levels: [Double]
  /// What was found since the last report.
  package let tally: PretrainingTally
}

/// One pre-training run. Its numbers are a function of the encoder's start, the rows, the settings and the seed; when it is
/// stopped and started again it ends with the same bits.
final class Pretraining {
  let encoder: any Backbone
  let settings: PretrainingSettings
  /// Updates done.
  var completedSteps = 0
  /// Tokens seen.
  var tokens = 0
  /// Seconds of training.
  var seconds = 0.0
  /// The levels of difficulty, as they are now.
  var pacing: PocketPacing
  /// What was found since the last report.
  var tally = PretrainingTally()
  let optimizer: AdamW
  private let heads: PretrainingHeads
  private let stream: PocketPretraining
  private var rows: PretrainingEncoder

  /// - Parameters:
  ///   - encoder: with fresh weights; its dropouts do not act.
  ///   - tokenizer: its vocabulary is the encoder's.
  ///   - seed: of the heads' initial values; the rows have their own.
  /// - Throws: `PretrainingError` when the tokenizer does not fit.
  init(
    _ encoder: any Backbone, tokenizer: any Tokenizer, rows: PocketPretraining, settings: PretrainingSettings,
    seed: UInt64, backend: any Backend
  ) throws {
    guard tokenizer.vocabularySize <= encoder.configuration.vocabularySize else {
      throw PretrainingError.vocabulary(
        tokenizer: tokenizer.vocabularySize, embedding: encoder.configuration.vocabularySize)
    }
    self.encoder = encoder
    self.settings = settings
    stream = rows
    pacing = settings.pacing
    self.rows = try PretrainingEncoder(tokenizer)
    let classes = (PocketJudgement.allCases.map(\.label).max() ?? 0) + 1
    heads = PretrainingHeads(encoder, judgements: classes, seed: seed, on: backend)
    let parameters = encoder.parameters + heads.parameters
    for parameter in parameters { parameter.isTrainable = true }
    optimizer = AdamW(parameters, settings.optimization)
  }

  /// Makes the next update and returns its loss.
  ///
  /// - Throws: `Divergence` when the loss or the gradient is not finite; the parameters are then as before.
  @discardableResult
  func advance() throws -> Double {
    let step = completedSteps
    let batch = PretrainingBatch(stream, step: step, settings: settings, pacing: pacing, encoder: &rows)
    // no dropout: the rows never come twice
    let tokens = TokenBatch(batch.sequences)
    let hidden = encoder.hiddenStates(tokens, pass: .evaluation)
    var terms: [Tensor] = []
    for part in batch.parts {
      if !part.maskedPositions.isEmpty, settings.maskedWeight > 0 {
        terms.append(
          heads.words(hidden.rows(part.maskedPositions)).crossEntropy(part.maskedTargets)
            .scaled(by: Float(part.weight * settings.maskedWeight)))
      }
      if !part.givenPositions.isEmpty, settings.givenWeight > 0 {
        terms.append(
          heads.judgements(hidden.rows(part.givenPositions)).crossEntropy(part.givenPositions.map { _ in 0 })
            .scaled(by: Float(part.weight * settings.givenWeight)))
      }
      guard !part.judgedPositions.isEmpty else { continue }
      let logits = heads.judgements(hidden.rows(part.judgedPositions))
      pace(part, logits.argmax().values)
      terms.append(
        logits.crossEntropy(part.judgements.map { Int32($0.label) }).scaled(by: Float(part.weight * settings.judgedWeight)))
    }
    if settings.topicWeight > 0, !batch.topics.isEmpty, let weight = settings.part(.pair)?.weight {
      terms.append(
        heads.topics(hidden.rows(batch.topicPositions)).crossEntropy(batch.topics)
          .scaled(by: Float(weight * settings.topicWeight)))
    }
    if settings.contentWeight > 0, !batch.contents.isEmpty {
      terms.append(
        heads.words(hidden.rows(tokens.firstRows)).rows(batch.contentRows).crossEntropy(batch.contents)
          .scaled(by: Float(settings.contentWeight)))
    }
    var value = 0.0
    if let first = terms.first {
      let loss = terms.dropFirst().reduce(first) { $0.adding($1) }
      value = Double(loss.item)
      guard value.isFinite else { throw Divergence(step: step, quantity: "loss", value: value) }
      loss.backward()
      let clipping = try GradientClipping(
        optimizer.parameters, limit: settings.optimization.maximumGradientNorm, step: step)
      optimizer.update(step: step + 1, factor: settings.factor(step), scale: clipping.scale)
      optimizer.clearGradients()
    }
    completedSteps += 1
    self.tokens += batch.count
    tally.count(loss: value)
    return value
  }

  /// Counts what the guesses `[judged]` say, and moves the level of difficulty.
  private func pace(_ part: PretrainingBatch.Part, _ guesses: [Int32]) {
    var faults = 0, found = 0, holding = 0, alarms = 0
    for (row, judgement) in part.judgements.enumerated() {
      let guess = Int(guesses[row])
      tally.count(part.kind, judgement, isRight: guess == judgement.label)
      if judgement == .holds {
        holding += 1
        if guess != 0 { alarms += 1 }
      } else {
        faults += 1
        if guess != 0 { found += 1 }
      }
    }
    // a batch without both says nothing about telling them apart
    guard faults > 0, holding > 0 else { return }
    pacing.record(
      part.kind, hits: Double(found) / Double(faults), falseAlarms: Double(alarms) / Double(holding), weight: part.weight)
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
    try checkpoint?.restore(self)
    var saved = ContinuousClock.now, reported = (seconds: seconds, tokens: tokens), mark = ContinuousClock.now
    while completedSteps < settings.steps {
      try advance()
      let now = ContinuousClock.now
      seconds += (now - mark).seconds
      mark = now
      if completedSteps.isMultiple(of: max(1, reportEvery)) || completedSteps == settings.steps {
        report(
          PretrainingProgress(
            steps: completedSteps, totalSteps: settings.steps, tokens: tokens, seconds: seconds,
            tokensPerSecond: Double(tokens - reported.tokens) / max(1e-9, seconds - reported.seconds), levels: pacing.levels,
            tally: tally))
        reported = (seconds, tokens)
        if completedSteps < settings.steps { tally = PretrainingTally() }
      }
      guard let checkpoint, completedSteps < settings.steps else { continue }
      let mustStop = shouldStop()
      if mustStop || now - saved > .seconds(interval) {
        try beforeWriting()
        try checkpoint.save(self)
        saved = .now
      }
      if mustStop { throw Interruption() }
    }
  }
}
