// The time of a run's parts, taken from the trainer's own reports; outside every digest.
import Foundation
import Records
import Training

final class Stopwatch: TrainingObserver {
  private let next: (any TrainingObserver)?
  private var mark = ContinuousClock.now
  private var training = Duration.zero
  private var evaluation = Duration.zero
  private var first: Int?
  /// Each update's own time, in seconds, where it is kept.
  private var steps: [Double]?
  private var tokens = 0
  /// Updates done when last heard of.
  private(set) var updates = 0

  init(_ next: (any TrainingObserver)?, keepsSteps: Bool = false) {
    self.next = next
    steps = keepsSteps ? [] : nil
  }

  private func lap() -> Duration {
    let now = ContinuousClock.now
    defer { mark = now }
    return now - mark
  }

  func willUpdate(after history: TrainingHistory, isPreliminary: Bool) {
    next?.willUpdate(after: history, isPreliminary: isPreliminary)
  }

  func didUpdate(_ result: StepResult, updates: Int, total: Int) {
    // what comes before the first update is set-up
    let time = lap()
    if first == nil { first = updates - 1 } else { training += time }
    steps?.append((time.seconds * 1e6).rounded() / 1e6)
    self.updates = updates
    tokens += result.tokens
    next?.didUpdate(result, updates: updates, total: total)
  }

  func didFinishEpoch(_ epoch: TrainingHistory.Epoch, number: Int) {
    evaluation += lap()
    next?.didFinishEpoch(epoch, number: number)
  }

  func didSaveCheckpoint() {
    // no part of the next update
    _ = lap()
    next?.didSaveCheckpoint()
  }

  func segment(started: Date, total: Duration, last: Int, peak: Int, threads: Int) -> TimingSegment {
    TimingSegment(
      started: started.ISO8601Format(), firstStep: first ?? last, lastStep: last, trainingSeconds: training.seconds,
      evaluationSeconds: evaluation.seconds, otherSeconds: max(0, (total - training - evaluation).seconds), tokens: tokens,
      peakMemoryBytes: peak, threads: threads, stepSeconds: steps)
  }
}
