// What every pre-training keeps in its checkpoint: parameters, moments, how far it is, and what it counts.
import Storage
import Training

extension PretrainingProcess {
  /// - Throws: `StorageError`.
  func save(in checkpoint: Checkpoint) throws {
    let progress = [
      SealedEntry("progress/seconds", .float64([seconds])), SealedEntry("progress/steps", .int64([Int64(completedSteps)])),
      SealedEntry("progress/tokens", .int64([Int64(tokens)])),
    ]
    try checkpoint.write(optimizer.saved() + counted + progress, texts: [:])
  }

  /// Puts a saved run back; does nothing where there is none.
  ///
  /// - Throws: `CheckpointError` when the file is damaged, of another run, or of another version of the arithmetic.
  func restore(from checkpoint: Checkpoint) throws {
    guard let saved = try checkpoint.contents() else { return }
    try takeUp(saved)
    let steps = try saved.counts("steps", count: 1, most: totalSteps)[0], tokens = try saved.counts("tokens", count: 1)[0]
    let seconds = try saved.amounts("seconds", count: 1)[0]
    try optimizer.restore(saved)
    (completedSteps, self.tokens, self.seconds) = (steps, tokens, seconds)
  }
}

extension CheckpointContents {
  /// Whole numbers of a pre-training's progress, from 0 to `most`: what is counted on from them must not overflow.
  ///
  /// - Throws: `CheckpointError` where there are none, not as many as `count`, or others.
  func counts(_ name: String, count: Int? = nil, most: Int = 1 << 53) throws -> [Int] {
    let values = try integers("progress/\(name)", count: count)
    guard values.allSatisfy((0...Int64(most)).contains) else { throw missing(name) }
    return values.map { Int($0) }
  }

  /// Numbers of a pre-training's progress, finite and none below 0.
  ///
  /// - Throws: `CheckpointError` where there are none, not as many as `count`, or others.
  func amounts(_ name: String, count: Int) throws -> [Double] {
    let values = try numbers("progress/\(name)", count: count)
    guard values.allSatisfy({ $0.isFinite && $0 >= 0 }) else { throw missing(name) }
    return values
  }
}
