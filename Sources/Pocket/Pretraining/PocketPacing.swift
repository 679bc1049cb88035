// Self-paced difficulty: what is hard is let in only once the easy part is found.

/// The level of difficulty of each kind of row, moved by how well the model judges words.
struct PocketPacing: Sendable, Equatable {
  /// Above this balanced detection rate a kind gets harder, by `rise` times its share a batch.
  var harderAbove = 0.88
  /// Below this one it gets easier, by `fall` times its share a batch.
  var easierBelow = 0.76
  /// The step up.
  var rise = 0.01
  /// The step down.
  var fall = 0.005
  /// How much of the running rate stays at each batch.
  var memory = 0.9
  /// The level by kind (`PocketPretraining.Kind.rawValue`), 0 to 1.
  private(set) var levels: [Double]
  /// The running rate by kind: the mean of hits among faults and of holds found to hold.
  private(set) var rates: [Double]

  /// Every kind at its easiest.
  init() {
    levels = PocketPretraining.Kind.allCases.map { _ in 0 }
    rates = levels
  }

  /// Takes up saved levels and rates, by kind.
  ///
  /// - Precondition: there is one of each for every kind.
  mutating func restore(levels: [Double], rates: [Double]) {
    precondition(levels.count == self.levels.count && rates.count == self.rates.count, "pacing of other kinds of rows")
    self.levels = levels
    self.rates = rates
  }

  /// The level at which the next batch of this kind is to be drawn.
  func level(of kind: PocketPretraining.Kind) -> Double { levels[kind.rawValue] }

  /// Takes in one batch: of the words that do not hold, the share judged so (`hits`); of those that hold, the share
  /// judged otherwise (`falseAlarms`). A share of nothing counts as 0. `weight` is the kind's share of each batch, by default
  /// its own.
  mutating func record(
    _ kind: PocketPretraining.Kind, hits: Double, falseAlarms: Double, weight: Double? = nil
  ) {
    let position = kind.rawValue
    let weight = weight ?? kind.share
    rates[position] = memory * rates[position] + (1 - memory) * (hits + 1 - falseAlarms) / 2
    if rates[position] > harderAbove {
      levels[position] = min(1, levels[position] + rise * weight)
    } else if rates[position] < easierBelow {
      levels[position] = max(0, levels[position] - fall * weight)
    }
  }
}
