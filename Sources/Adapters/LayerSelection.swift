// Which layers keep a LoRA of their own (LoRA-drop, section 3.2 and Table 5).
import Layers
import Tensors

/// LoRA-drop's choice among the layers of each projection.
package struct LayerSelection {
  /// Which layers are chosen, and what the others have.
  package enum Variant: String, Sendable, CaseIterable {
    /// The paper's: the most important are kept, the others share one.
    case share
    /// The others have none.
    case withoutShare = "without-share"
    /// What would be kept shares one, the others keep their own.
    case inverse
    /// As many as would be kept, drawn at random; the others share one.
    case random
    /// As many as would be kept, those nearest the output; the others share one.
    case top
    /// Ours: as many as would be kept, the least important; the others share one. It has the budget of `share`; `inverse` has not, for
    /// there what would be kept shares.
    case least
    /// Nothing is trained anew: an ordinary LoRA is evaluated with only its most important layers, as many as LoRA-drop keeps (Table 3).
    case onlyMost = "only-most"
    /// As `onlyMost`, with as many of the least important.
    case onlyLeast = "only-least"

    /// Whether the choice is made after training, on the LoRA that was trained.
    var isVerification: Bool { self == .onlyMost || self == .onlyLeast }
    fileprivate var sharesTheRest: Bool { self != .withoutShare && !isVerification }
  }

  /// What a layer's projection has.
  package enum Choice: Int, Sendable, CaseIterable {
    case none = 0
    case own = 1
    case shared = 2
  }

  /// Which layers are chosen.
  package var variant: Variant
  /// T: importances are added, from the highest on, until they reach it.
  package var threshold: Double
  /// How many are kept, in place of as many as the threshold asks for.
  package var keep: Int?
  /// How many of a role are kept, where that is known beforehand; in place of `keep` and the threshold.
  package var counts: [ProjectionRole: Int] = [:]
  /// What the random variant draws from: the seed of what a run starts with.
  package var seed: UInt64

  /// A choice by these settings; `seed` matters to `random` alone.
  package init(variant: Variant, threshold: Double, keep: Int? = nil, seed: UInt64) {
    (self.variant, self.threshold, self.keep, self.seed) = (variant, threshold, keep, seed)
  }

  /// One choice for each projection; importances are compared among those of one role.
  package func choices(_ importance: [Double], layers: [Int], roles: [ProjectionRole], on backend: any Backend) -> [Choice] {
    var choices = [Choice](repeating: variant.sharesTheRest ? .shared : .none, count: importance.count)
    for role in ProjectionRole.allCases {
      // from the output back for the top layers; the most important first otherwise, the earlier layer where equal
      let members = roles.indices.filter { roles[$0] == role }
      let ranked = members.sorted { (-importance[$0], layers[$0]) < (-importance[$1], layers[$1]) }
      let count = min(members.count, counts[role] ?? keep ?? needed(ranked.map { importance[$0] }))
      let lots = variant == .random ? lots(role, members.count, backend) : []
      let chosen =
        switch variant {
        case .share, .withoutShare, .onlyMost: Array(ranked.prefix(count))
        case .least, .onlyLeast: Array(ranked.suffix(count))
        case .inverse: Array(ranked.dropFirst(count))
        case .top: Array(members.sorted { layers[$0] > layers[$1] }.prefix(count))
        case .random:
          Array(members.indices.sorted { (lots[$0], $0) < (lots[$1], $1) }.map { members[$0] }.prefix(count))
        }
      for index in chosen { choices[index] = .own }
    }
    return choices
  }

  /// The length of the shortest prefix whose sum reaches the threshold; all for T = 1.
  private func needed(_ ranked: [Double]) -> Int {
    guard threshold < 1 else { return ranked.count }
    var sum = 0.0
    for (count, value) in ranked.enumerated() {
      if sum >= threshold - 1e-12 { return count }
      sum += value
    }
    return ranked.count
  }

  private func lots(_ role: ProjectionRole, _ count: Int, _ backend: any Backend) -> [Float] {
    Tensor.uniform(
      .initialization(seed: seed, name: "loradrop.random.\(role.rawValue)"), low: 0, high: 1, shape: [count], on: backend
    ).values
  }
}
