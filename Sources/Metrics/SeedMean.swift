// The mean over the seeds of one task, and how far chance moves it, whether each seed is a draw of its own or initialisations are crossed
// with orders.

/// A number that the run of a seed has.
package struct SeededValue: Sendable, Equatable {
  /// The seed of what the run starts with.
  package let initialization: Int
  /// The seed of what is drawn while it trains.
  package let order: Int
  /// The number.
  package let value: Double

  /// Makes a value from its parts.
  package init(initialization: Int, order: Int, value: Double) {
    (self.initialization, self.order, self.value) = (initialization, order, value)
  }
}

/// How seeds lie on their two axes.
package struct SeedDesign: Sendable, Equatable, Encodable {
  /// Whether seeds are draws of their own.
  package enum Kind: String, Sendable, Encodable {
    /// No two seeds share an initialisation or an order, or all have one order or one initialisation in common.
    case independent
    /// Every initialisation is there with every order, and there are several of both.
    case crossed
    /// Some seeds share an initialisation or an order, and not every combination is there.
    case irregular
  }

  /// Whether they are draws of their own.
  package let kind: Kind
  /// How many seeds there are.
  package let seeds: Int
  /// How many different initialisations they have.
  package let initializations: Int
  /// How many different orders they have.
  package let orders: Int

  /// The design of the seeds that have these values, of which no two are the same.
  init(_ values: [SeededValue]) {
    seeds = values.count
    (initializations, orders) = (Set(values.map(\.initialization)).count, Set(values.map(\.order)).count)
    let isApart = (initializations, orders) == (seeds, seeds) || (initializations, orders) == (seeds, 1)
    if isApart || (initializations, orders) == (1, seeds) {
      kind = .independent
    } else {
      // different seeds, as many as there are combinations, are all of these
      kind = initializations * orders == seeds ? .crossed : .irregular
    }
  }
}

/// Why a mean has no interval.
package enum IntervalLack: String, Sendable, Encodable {
  /// There is one value alone.
  case single
  /// All values are equal: of what lies on a grid, as scores do, that says nothing of how far chance moves them.
  case equal
  /// Seeds share initialisations or orders, and not every combination is there.
  case irregular
}

/// The mean over seeds with its standard error.
///
/// Seeds of their own are independent draws: Student's t. Of crossed ones (every initialisation a with every order b) the model is
/// y = mean + a + b + rest, so the variance of the mean over I initialisations and J orders is Var(a)/I + Var(b)/J + Var(rest)/IJ, and
/// the combinations are no IJ independent draws. The sum of s²/I over the initialisations' means and s²/J over the orders' means has that
/// expectation and Var(rest)/IJ more; what the rest alone says, MS(rest)/IJ, is its least value. Degrees of freedom are one less than
/// there are of the fewer of both. Of 20,000 simulated samples without a difference (2 × 2 to 5 × 5; either axis, both or neither varying)
/// so tested, 0 to 4 in a hundred show one at 0.05; taken for independent draws, 5 to 47 do.
package struct SeedMean: Sendable, Equatable {
  /// The arithmetic mean.
  package let mean: Double
  /// How the seeds lie on their axes.
  package let design: SeedDesign
  /// The standard error of the mean; nil where there is no interval.
  package let standardError: Double?
  /// The degrees of freedom of the standard error; nil where there is no interval.
  package let degreesOfFreedom: Int?
  /// Why there is no interval; nil where there is one.
  package let lack: IntervalLack?

  /// Takes the mean of the values of different seeds.
  ///
  /// - Returns: nil without a value, or where one, their mean or their deviation is not finite.
  package init?(_ values: [SeededValue]) {
    let numbers = values.map(\.value), design = SeedDesign(values)
    guard let centre = Metrics.mean(numbers) else { return nil }
    (mean, self.design) = (centre, design)
    func without(_ lack: IntervalLack) -> (Double?, Int?, IntervalLack?) { (nil, nil, lack) }
    guard let deviation = sampleStandardDeviation(numbers) else {
      (standardError, degreesOfFreedom, lack) = without(.single)
      return
    }
    guard deviation.isFinite else { return nil }
    if isNegligible(deviation, beside: numbers) {
      (standardError, degreesOfFreedom, lack) = without(.equal)
      return
    }
    switch design.kind {
    case .independent:
      (standardError, degreesOfFreedom, lack) = (deviation / Double(design.seeds).squareRoot(), design.seeds - 1, nil)
    case .crossed:
      guard let squares = CrossedLayout(Self.layout(values))?.meanSquares else { return nil }
      standardError = (max(squares.rows + squares.columns, squares.rest) / Double(design.seeds)).squareRoot()
      (degreesOfFreedom, lack) = (min(design.initializations, design.orders) - 1, nil)
    case .irregular:
      (standardError, degreesOfFreedom, lack) = without(.irregular)
    }
  }

  /// The interval that covers the true mean with a probability, by Student's t; nil where there is no standard error.
  ///
  /// - Precondition: `confidence` lies between 0 and 1.
  package func interval(confidence: Double = 0.95) -> MeanInterval? {
    guard let standardError, let degreesOfFreedom else { return nil }
    return MeanInterval(
      mean: mean, standardError: standardError, degreesOfFreedom: degreesOfFreedom, confidence: confidence)
  }

  /// The values by initialisation and order, each ascending.
  private static func layout(_ values: [SeededValue]) -> [[Double]] {
    let ordered = values.sorted { ($0.initialization, $0.order) < ($1.initialization, $1.order) }
    let rows = Set(values.map(\.initialization)).sorted()
    return rows.map { row in ordered.filter { $0.initialization == row }.map(\.value) }
  }
}

/// Whether an error is what rounding leaves of values that are equal.
func isNegligible(_ error: Double, beside values: [Double]) -> Bool {
  error <= 1e-9 * values.reduce(0) { max($0, abs($1)) }
}
