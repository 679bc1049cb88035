// Pre-training of the pocket models: masked words, and word by word whether it still holds.
import Foundation
import Layers
import Models
import Objectives
import Storage
import Tensors
import Tokenizers
import Training

/// One pre-training run. Its numbers are a function of the encoder's start, the rows, the settings and the seed; when it is
/// stopped and started again it ends with the same bits.
final class Pretraining: PretrainingProcess {
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
    guard let names = encoder.configuration.architecture.maskedWordNames else {
      throw PretrainingError.noMaskedWords(encoder.configuration.architecture)
    }
    heads = PretrainingHeads(encoder, names: names, judgements: classes, seed: seed, on: backend)
    let parameters = encoder.parameters + heads.parameters
    for parameter in parameters { parameter.isTrainable = true }
    optimizer = AdamW(parameters, settings.optimization)
  }

  /// Makes the next update and returns its loss.
  ///
  /// - Throws: `Divergence` when the loss or the gradient is not finite; the parameters are then as before.
  @discardableResult
  func advance() throws -> Double {
    let batch = PretrainingBatch(stream, step: completedSteps, settings: settings, pacing: pacing, encoder: &rows)
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
    let value = try update(by: terms)
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

  // MARK: Progress

  var trained: [Parameter] { encoder.parameters }
  var meanLoss: Double { tally.meanLoss }

  var found: [PretrainingFinding] {
    tally.lines.map { kind, text in
      PretrainingFinding(kind: "\(kind)", level: pacing.level(of: kind), text: text)
    }
  }

  var levels: [(kind: String, level: Double)] { PocketPretraining.Kind.allCases.map { ("\($0)", pacing.level(of: $0)) } }

  func clearTally() { tally = PretrainingTally() }
  func write(to folder: URL) throws { try ModelWriter.save(encoder, with: heads.shipped, as: .float16, to: folder) }

  // MARK: Checkpoints

  var counted: [SealedEntry] {
    [
      SealedEntry("progress/levels", .float64(pacing.levels)), SealedEntry("progress/rates", .float64(pacing.rates)),
      SealedEntry("progress/right", .int64(tally.right.map { Int64($0) })),
      SealedEntry("progress/total", .int64(tally.total.map { Int64($0) })),
      SealedEntry("progress/loss_sum", .float64([tally.lossSum])),
      SealedEntry("progress/tally_updates", .int64([Int64(tally.updates)])),
    ]
  }

  func takeUp(_ saved: CheckpointContents) throws {
    let kinds = pacing.levels.count
    let levels = try saved.amounts("levels", count: kinds), rates = try saved.amounts("rates", count: kinds)
    guard (levels + rates).allSatisfy({ $0 <= 1 }) else { throw saved.missing("the levels of difficulty") }
    let updates = try saved.counts("tally_updates", count: 1)[0], loss = try saved.amounts("loss_sum", count: 1)[0]
    guard
      let found = PretrainingTally(
        updates: updates, lossSum: loss, total: try saved.counts("total"), right: try saved.counts("right"))
    else { throw saved.missing("the counts of judgements") }
    pacing.restore(levels: levels, rates: rates)
    tally = found
  }
}
