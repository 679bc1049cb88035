import Tensors

/// One forward pass: whether dropout acts, and where its random numbers come from.
///
/// Every use of dropout takes the next stream, so masks depend on the seed, the step and the order of the layers alone.
package final class Pass {
  /// With dropout (training) or without (evaluation).
  let isTraining: Bool
  private let seed: UInt64
  private let step: UInt32
  private var streams: UInt32 = 0

  private init(isTraining: Bool, seed: UInt64, step: UInt32) {
    self.isTraining = isTraining
    self.seed = seed
    self.step = step
  }

  /// A pass of training step `step` (from 0) of the run with this seed.
  package static func training(seed: UInt64, step: Int) -> Pass {
    Pass(isTraining: true, seed: seed, step: UInt32(truncatingIfNeeded: step))
  }

  /// A pass without dropout.
  package static var evaluation: Pass { Pass(isTraining: false, seed: 0, step: 0) }

  /// Dropout at this rate with a stream of its own, or `nil` where none acts.
  package func dropout(_ rate: Float) -> Dropout? {
    guard isTraining, rate > 0 else { return nil }
    defer { streams += 1 }
    return Dropout(rate: rate, stream: RandomStream(seed: seed, purpose: .dropout, step: step, index: streams))
  }
}
