// How far measurements agree within and between what they were made of. Every group (a task) is measured in every block (a seed), each
// time as a profile (the importances of a model's layers); two profiles agree by their correlation. Profiles of one group in different
// blocks agree by what the group gives them, those of different groups in one block by what the block does, and those that have neither
// in common by what all share, which for a model's layers is the model.

/// By what two profiles are compared.
package enum ProfileCorrelation: String, Sendable, Codable, CaseIterable {
  /// Spearman's rank correlation.
  case spearman
  /// Pearson's correlation.
  case pearson
}

/// The agreement of profiles that were measured for groups in blocks.
///
/// Intervals are of Student's t about the estimate, with the larger of two jackknife variances: one leaves out a block at a time, one a
/// group (Efron and Stein 1981), so that an interval is of other groups and other blocks than these. Degrees of freedom are one less
/// than the smaller number of both. Of 95 % intervals of 1,000 simulated samples each, of 4 to 8 groups and 5 to 10 blocks, with and
/// without effects of groups, blocks and what all share, 94 to 100 % held the true value.
///
/// Tests are by permutation: were a group nothing to its profiles, those of one block could as well have each other's groups. Labels of
/// groups are exchanged within each block, so that what the block gives stays as it is; likewise those of blocks within each group. p is
/// one-sided: the share of permutations whose excess is at least the observed one, which is counted with them (Phipson and Smyth 2010).
package struct Agreement: Sendable, Equatable {
  /// A mean correlation over pairs, or a difference of two.
  package struct Estimate: Sendable, Equatable {
    /// The estimate, -1...1 for a mean.
    package let value: Double
    /// Its 95 % interval; nil where there are too few groups or blocks for one.
    package let interval: MeanInterval?
  }

  /// How much more profiles agree that have something in common than those that have nothing.
  package struct Excess: Sendable, Equatable {
    /// The difference of the two mean correlations.
    package let estimate: Estimate
    /// The one-sided p-value, from 1 / (`permutations` + 1) to 1.
    package let pValue: Double
  }

  /// How many permutations are tried.
  package static let permutations = 9_999

  /// Pairs of one group in different blocks; nil where there are none.
  package let sameGroup: Estimate?
  /// Pairs of different groups in one block.
  package let sameBlock: Estimate?
  /// Pairs that have neither in common.
  package let neither: Estimate?
  /// What groups give: `sameGroup` over `neither`.
  package let groupExcess: Excess?
  /// What blocks give: `sameBlock` over `neither`.
  package let blockExcess: Excess?
  /// The mean correlation of each two groups, `[group][group]`, over pairs of different blocks; nil where there are none.
  package let matrix: [[Double?]]

  /// Compares all profiles with each other.
  ///
  /// - Parameters:
  ///   - profiles: `[group][block]`, of equal lengths; nil where nothing was measured. One that is constant or not finite has no
  ///     correlation and is left out.
  ///   - permutations: how many are tried for each p.
  /// - Precondition: as many blocks in every group, as many values in every profile.
  package init(_ profiles: [[[Double]?]], by correlation: ProfileCorrelation, permutations: Int = Agreement.permutations) {
    let pairs = ProfilePairs(profiles, correlation)
    let whole = pairs.means()
    let (groups, blocks) = (pairs.groups, pairs.blocks)
    let withoutGroup = groups.map { pairs.means(withoutGroup: $0) }, withoutBlock = blocks.map { pairs.means(withoutBlock: $0) }
    func estimate(_ part: KeyPath<ProfilePairs.Means, Double?>) -> Estimate? {
      guard let value = whole[keyPath: part] else { return nil }
      let variances = [withoutGroup, withoutBlock].map { jackknifeVariance($0.map { $0[keyPath: part] }) }
      guard let byGroup = variances[0], let byBlock = variances[1] else { return Estimate(value: value, interval: nil) }
      let t = twoSidedQuantile(probability: 0.05, degreesOfFreedom: Double(min(groups.count, blocks.count) - 1))
      let half = t * max(byGroup, byBlock).squareRoot()
      return Estimate(value: value, interval: MeanInterval(mean: value, low: value - half, high: value + half))
    }
    func excess(_ part: KeyPath<ProfilePairs.Means, Double?>, _ pValue: Double?) -> Excess? {
      estimate(part).flatMap { estimate in pValue.map { Excess(estimate: estimate, pValue: $0) } }
    }
    sameGroup = estimate(\.sameGroup)
    sameBlock = estimate(\.sameBlock)
    neither = estimate(\.neither)
    groupExcess = excess(\.groupExcess, pairs.pValue(of: \.group, within: \.block, permutations))
    blockExcess = excess(\.blockExcess, pairs.pValue(of: \.block, within: \.group, permutations))
    matrix = profiles.indices.map { first in profiles.indices.map { second in pairs.mean(first, second) } }
  }
}

/// The jackknife's variance of an estimate from what it is without each of its parts; nil for fewer than two parts, or where it has no
/// value without one.
private func jackknifeVariance(_ without: [Double?]) -> Double? {
  let found = without.compactMap { $0 }
  guard found.count == without.count, let deviation = sampleStandardDeviation(found) else { return nil }
  let count = Double(found.count)
  return (count - 1) * (count - 1) / count * deviation * deviation
}

/// The correlations of all pairs of profiles.
private struct ProfilePairs {
  /// A profile that has correlations.
  struct Item {
    let group: Int
    let block: Int
  }

  /// Mean correlations of some pairs.
  struct Means {
    var sameGroup: Double?
    var sameBlock: Double?
    var neither: Double?
    var groupExcess: Double? { excess(sameGroup) }
    var blockExcess: Double? { excess(sameBlock) }

    private func excess(_ mean: Double?) -> Double? { mean.flatMap { mean in neither.map { mean - $0 } } }
  }

  private let items: [Item]
  /// `[item, item]`, row-major.
  private let correlations: [Double]

  init(_ profiles: [[[Double]?]], _ correlation: ProfileCorrelation) {
    precondition(Set(profiles.map(\.count)).count <= 1, "groups of different numbers of blocks")
    precondition(Set(profiles.joined().compactMap { $0?.count }).count <= 1, "profiles of different lengths")
    var items: [Item] = [], values: [[Double]] = []
    for (group, blocks) in profiles.enumerated() {
      for (block, profile) in blocks.enumerated() {
        guard let profile, profile.allSatisfy(\.isFinite) else { continue }
        let compared = correlation == .spearman ? averageRanks(profile) : profile
        guard pearson(gold: compared, predicted: compared) != nil else { continue }
        items.append(Item(group: group, block: block))
        values.append(compared)
      }
    }
    var correlations = [Double](repeating: 1, count: items.count * items.count)
    for first in items.indices {
      for second in items.indices.dropFirst(first + 1) {
        let value = pearson(gold: values[first], predicted: values[second]) ?? 0
        correlations[first * items.count + second] = value
        correlations[second * items.count + first] = value
      }
    }
    (self.items, self.correlations) = (items, correlations)
  }

  /// The groups, and the blocks, that have a profile, in order.
  var groups: [Int] { Set(items.map(\.group)).sorted() }
  var blocks: [Int] { Set(items.map(\.block)).sorted() }

  /// The means over all pairs, or over those without a group or a block.
  func means(withoutGroup group: Int? = nil, withoutBlock block: Int? = nil) -> Means {
    var sums = (sameGroup: MeanSum(), sameBlock: MeanSum(), neither: MeanSum())
    let kept = items.indices.filter { items[$0].group != group && items[$0].block != block }
    for (place, first) in kept.enumerated() {
      for second in kept.dropFirst(place + 1) {
        let value = correlations[first * items.count + second]
        if items[first].group == items[second].group {
          sums.sameGroup.add(value)
        } else if items[first].block == items[second].block {
          sums.sameBlock.add(value)
        } else {
          sums.neither.add(value)
        }
      }
    }
    return Means(sameGroup: sums.sameGroup.mean, sameBlock: sums.sameBlock.mean, neither: sums.neither.mean)
  }

  /// The mean over pairs of two groups in different blocks.
  func mean(_ first: Int, _ second: Int) -> Double? {
    var sum = MeanSum()
    for one in items.indices where items[one].group == first {
      for other in items.indices where items[other].group == second && items[one].block != items[other].block {
        sum.add(correlations[one * items.count + other])
      }
    }
    return sum.mean
  }

  /// The p-value of one kind of label's excess, its labels exchanged among the items of one stratum; nil where there is no excess.
  func pValue(of label: KeyPath<Item, Int>, within stratum: KeyPath<Item, Int>, _ permutations: Int) -> Double? {
    let strata = Dictionary(grouping: items.indices) { items[$0][keyPath: stratum] }.sorted { $0.key < $1.key }.map(\.value)
    var labels = items.map { $0[keyPath: label] }
    let most = (labels.max() ?? -1) + 1
    // exchanging labels changes no pair's strata, so the pairs of different strata stay the same
    var all = MeanSum()
    for first in items.indices {
      for second in items.indices.dropFirst(first + 1) where items[first][keyPath: stratum] != items[second][keyPath: stratum] {
        all.add(correlations[first * items.count + second])
      }
    }
    func excess() -> Double? {
      var members = [[Int]](repeating: [], count: most)
      for (item, label) in labels.enumerated() { members[label].append(item) }
      var same = MeanSum()
      for items in members {
        for (place, first) in items.enumerated() {
          for second in items.dropFirst(place + 1) { same.add(correlations[first * self.items.count + second]) }
        }
      }
      let others = MeanSum(sum: all.sum - same.sum, count: all.count - same.count)
      return same.mean.flatMap { mean in others.mean.map { mean - $0 } }
    }
    guard let observed = excess() else { return nil }
    var words = ResamplingWords(.labels)
    var atLeast = 1
    for permutation in 0..<permutations {
      words.begin(resample: permutation)
      for items in strata {
        for place in items.indices.dropFirst().reversed() { labels.swapAt(items[place], items[words.below(place + 1)]) }
      }
      // equal means may differ by their rounding
      if let excess = excess(), excess >= observed - 1e-12 { atLeast += 1 }
    }
    return Double(atLeast) / Double(permutations + 1)
  }
}

/// A sum with the number of its terms.
private struct MeanSum {
  private(set) var sum = 0.0
  private(set) var count = 0

  init() {}
  init(sum: Double, count: Int) { (self.sum, self.count) = (sum, count) }

  mutating func add(_ value: Double) {
    sum += value
    count += 1
  }

  var mean: Double? { count > 0 ? sum / Double(count) : nil }
}
