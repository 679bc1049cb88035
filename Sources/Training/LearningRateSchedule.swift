// The learning rate over training.
import Settings

/// Linear warm-up, then linear decay to zero or no decay; the first update of a warm-up has rate 0, as in transformers.
package struct LearningRateSchedule: Sendable, Equatable {
  /// Updates during which the rate rises.
  package let warmupSteps: Int
  /// All updates.
  package let totalSteps: Int
  private let decay: RateDecay

  /// The schedule of so many updates.
  package init(_ warmup: Warmup, _ decay: RateDecay = .linear, totalSteps: Int) {
    self.totalSteps = totalSteps
    self.decay = decay
    switch warmup {
    case .ratio(let share): warmupSteps = Int((share * Double(totalSteps)).rounded(.up))
    case .steps(let steps): warmupSteps = steps
    }
  }

  /// The factor on the highest learning rate at update `step`, from 0.
  package func factor(_ step: Int) -> Double {
    if step < warmupSteps { return Double(step) / Double(max(1, warmupSteps)) }
    return decay == .constant ? 1 : max(0, Double(totalSteps - step) / Double(max(1, totalSteps - warmupSteps)))
  }
}
