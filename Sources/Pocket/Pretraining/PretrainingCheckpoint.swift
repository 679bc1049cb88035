// What pre-training keeps in its checkpoint: parameters, moments, levels and counts.
import Storage
import Training

extension Checkpoint {
  func save(_ run: Pretraining) throws {
    let progress = HDF5Group(datasets: [
      ("levels", .numbers(run.pacing.levels, "kind")), ("rates", .numbers(run.pacing.rates, "kind")),
      ("right", .integers(run.tally.right.map { Int64($0) }, "judgement")),
      ("total", .integers(run.tally.total.map { Int64($0) }, "judgement")),
    ])
    try write(
      [("parameters", run.optimizer.saved()), ("progress", progress)],
      attributes: [
        ("loss_sum", .double(run.tally.lossSum)), ("seconds", .double(run.seconds)), ("steps", .integer(Int64(run.completedSteps))),
        ("tally_updates", .integer(Int64(run.tally.updates))), ("tokens", .integer(Int64(run.tokens))),
      ])
  }

  /// Puts a saved run back; does nothing where there is none.
  ///
  /// - Throws: `CheckpointError` when the file is damaged, of another run, or of another arithmetic.
  func restore(_ run: Pretraining) throws {
    guard let root = try contents() else { return }
    // what is counted on from here must not overflow
    func integer(_ name: String, most: Int = 1 << 53) throws -> Int {
      guard case .integer(let value)? = root.attribute(name), let count = Int(exactly: value), (0...most).contains(count) else {
        throw missing(name)
      }
      return count
    }
    func number(_ name: String) throws -> Double {
      guard case .double(let value)? = root.attribute(name), value.isFinite else { throw missing(name) }
      return value
    }
    guard let levels = root.dataset("progress/levels")?.numbers, let rates = root.dataset("progress/rates")?.numbers,
      levels.count == run.pacing.levels.count, rates.count == levels.count, (levels + rates).allSatisfy((0...1).contains)
    else { throw missing("the levels of difficulty") }
    guard let right = root.dataset("progress/right")?.integers, let total = root.dataset("progress/total")?.integers,
      (right + total).allSatisfy((0...Int64(1 << 53)).contains),
      let tally = PretrainingTally(
        updates: try integer("tally_updates"), lossSum: try number("loss_sum"), total: total.map { Int($0) },
        right: right.map { Int($0) })
    else { throw missing("the counts of judgements") }
    let steps = try integer("steps", most: run.settings.steps), tokens = try integer("tokens"), seconds = try number("seconds")
    guard seconds >= 0 else { throw missing("seconds") }
    guard let parameters = root.group("parameters") else { throw missing("the group of parameters") }
    try run.optimizer.restore(parameters, from: self)
    run.pacing.restore(levels: levels, rates: rates)
    (run.completedSteps, run.tokens, run.seconds, run.tally) = (steps, tokens, seconds, tally)
  }
}
