// What intervals over the seeds of one task are of, in words, and why there may be none.
import Metrics
import Settings

extension SeededValue {
  /// The number of a seed's run.
  init(_ seed: RunSeed, _ value: Double) {
    self.init(initialization: seed.initialization, order: seed.order, value: value)
  }
}

extension SeedDesign {
  /// `3 seeds`, `2 initialisations × 3 orders`, or `3 initialisations with one order`.
  var phrase: String {
    if kind == .crossed { return "\(initializations) initialisations × \(orders) orders" }
    if kind == .independent, seeds > 1 {
      if orders == 1 { return "\(initializations) initialisations with one order" }
      if initializations == 1 { return "\(orders) orders with one initialisation" }
    }
    return "\(seeds) \(seeds == 1 ? "seed" : "seeds")"
  }
}

extension [SeedDesign] {
  /// By what intervals over these seeds are made, the end of a sentence.
  var intervalMethod: String {
    let crossed =
      "over the means of initialisations and those of orders, with one degree of freedom less than there are of the fewer"
    let isCrossed = map { $0.kind == .crossed }
    if !isCrossed.contains(true) { return "Student's t over the seeds" }
    return isCrossed.contains(false) ? "Student's t over the seeds; of crossed ones \(crossed)" : "Student's t \(crossed)"
  }

  /// What seeds that have one axis in common say nothing of, a sentence each.
  var limits: [String] {
    func share(_ name: String, _ count: (SeedDesign) -> Int) -> String? {
      contains { $0.kind == .independent && $0.seeds > 1 && count($0) == 1 }
        ? "The seeds have one \(name) in common: nothing is said of others." : nil
    }
    return [share("order", \.orders), share("initialisation", \.initializations)].compactMap(\.self)
  }
}

extension IntervalLack {
  /// Why there is no interval, the end of a sentence.
  var reason: String {
    switch self {
    case .single: "one task and one seed of both rows"
    case .equal: "all differences are equal"
    case .irregular: "seeds share initialisations or orders, and not every combination is there"
    }
  }
}
