// What pre-training keeps in its checkpoint: parameters, moments, levels and counts.
import Storage
import Training

extension Checkpoint {
  func save(_ run: Pretraining) throws {
    let progress = [
      SealedEntry("progress/levels", .float64(run.pacing.levels)), SealedEntry("progress/rates", .float64(run.pacing.rates)),
      SealedEntry("progress/right", .int64(run.tally.right.map { Int64($0) })),
      SealedEntry("progress/total", .int64(run.tally.total.map { Int64($0) })),
      SealedEntry("progress/loss_sum", .float64([run.tally.lossSum])), SealedEntry("progress/seconds", .float64([run.seconds])),
      SealedEntry("progress/steps", .int64([Int64(run.completedSteps)])),
      SealedEntry("progress/tokens", .int64([Int64(run.tokens)])),
      SealedEntry("progress/tally_updates", .int64([Int64(run.tally.updates)])),
    ]
    try write(run.optimizer.saved() + progress, texts: [:])
  }

  /// Puts a saved run back; does nothing where there is none.
  ///
  /// - Throws: `CheckpointError` when the file is damaged, of another run, or of another arithmetic.
  func restore(_ run: Pretraining) throws {
    guard let saved = try contents() else { return }
    // what is counted on from here must not overflow
    func integer(_ name: String, most: Int = 1 << 53) throws -> Int {
      guard let count = Int(exactly: try saved.integers("progress/\(name)", count: 1)[0]), (0...most).contains(count) else {
        throw saved.missing(name)
      }
      return count
    }
    func number(_ name: String) throws -> Double {
      let value = try saved.numbers("progress/\(name)", count: 1)[0]
      guard value.isFinite else { throw saved.missing(name) }
      return value
    }
    let kinds = run.pacing.levels.count
    let levels = try saved.numbers("progress/levels", count: kinds), rates = try saved.numbers("progress/rates", count: kinds)
    guard (levels + rates).allSatisfy((0...1).contains) else { throw saved.missing("the levels of difficulty") }
    let right = try saved.integers("progress/right"), total = try saved.integers("progress/total")
    guard (right + total).allSatisfy((0...Int64(1 << 53)).contains),
      let tally = PretrainingTally(
        updates: try integer("tally_updates"), lossSum: try number("loss_sum"), total: total.map { Int($0) },
        right: right.map { Int($0) })
    else { throw saved.missing("the counts of judgements") }
    let steps = try integer("steps", most: run.settings.steps), tokens = try integer("tokens"), seconds = try number("seconds")
    guard seconds >= 0 else { throw saved.missing("seconds") }
    try run.optimizer.restore(saved)
    run.pacing.restore(levels: levels, rates: rates)
    (run.completedSteps, run.tokens, run.seconds, run.tally) = (steps, tokens, seconds, tally)
  }
}
