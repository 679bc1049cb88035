// In which order AFLoRA's matrices freeze: the paper's, by its score, and three of ours that the paper's is held against.
import Tensors

/// Which of the matrices that still learn freeze first; how many do is the schedule's affair (`Freezing`).
package enum FreezingOrder: String, Sendable, CaseIterable {
  /// The paper's: the lowest scores first (AFLoRA, Eq. 2 to 4).
  case score
  /// Ours: by the score that each matrix would have if it were measured in units of the deviation σ that it was drawn with. With
  /// p = σ p′ the gradient by p′ is σ g. A → c A, B → B / c leaves the layer as it is, and this order; it multiplies the paper's score of
  /// A by c⁻² and that of B by c².
  case scaledScore = "scaled-score"
  /// Ours: drawn once, before the first update.
  case random
  /// Ours: every B before any A, each kind by its scores.
  case bFirst = "b-first"

  /// What a score is multiplied by in this order.
  ///
  /// - Parameters:
  ///   - sensitivity: what the score is made of; the score is a product of two averages of it.
  ///   - variance: σ², of the distribution that the matrix was drawn from.
  func factor(_ sensitivity: Sensitivity, variance: Double) -> Double {
    guard self == .scaledScore else { return 1 }
    return switch sensitivity {
    case .gradient: variance
    case .weightGradient: 1
    case .gradientOverWeight: variance * variance
    }
  }

  /// A lot for each unit, for `random`; none otherwise.
  ///
  /// - Parameter seed: the seed of what a run starts with.
  func lots(_ count: Int, seed: UInt64, on backend: any Backend) -> [Float] {
    guard self == .random, count > 0 else { return [] }
    return Tensor.uniform(.initialization(seed: seed, name: "aflora.order"), low: 0, high: 1, shape: [count], on: backend).values
  }

  /// Where a unit of matrices stands among those that still learn: the least freezes first.
  struct Key: Comparable {
    /// What decides before the score does.
    var rank: Float = 0
    var score: Double
    /// The unit's place in the model: of equal ones the first freezes first.
    let place: Int

    static func < (first: Key, second: Key) -> Bool {
      (first.rank, first.score, first.place) < (second.rank, second.score, second.place)
    }
  }
}
