// Numbers of the pocket world, in words and in digits, and little sums of them.

extension PocketLexicon {
  /// Numbers in words, from zero.
  static let numbers =
    "zero one two three four five six seven eight nine ten eleven twelve"
}

/// A number that grows and shrinks in steps.
struct PocketSum: Sendable, Equatable {
  /// What there is at first.
  var start: Int
  /// What comes, or goes where it is negative; never 0.
  var changes: [Int]

  /// What there is before each change, and in the end.
  var totals: [Int] { changes.reduce(into: [start]) { totals, change in totals.append(totals[totals.count - 1] + change) } }

  /// "8 - 3 = 5" of one step.
  func equation(_ step: Int) -> String {
    let before = totals[step], change = changes[step]
    return "\(before) \(change < 0 ? "-" : "+") \(abs(change)) = \(before + change)"
  }

  /// A sum of some steps whose totals stay from 1 to `most`.
  static func drawn(steps: Int, most: Int = 12, _ generator: inout PocketGenerator) -> PocketSum {
    var sum = PocketSum(start: 2 + generator.below(most - 2), changes: [])
    for _ in 0..<steps {
      let total = sum.totals[sum.changes.count]
      let room = min(6, most - total), stock = min(6, total - 1)
      let rises = room > 0 && (stock < 1 || generator.chance(0.5))
      sum.changes.append(rises ? 1 + generator.below(room) : -(1 + generator.below(stock)))
    }
    return sum
  }
}

extension PocketWorld {
  /// A number in words up to twelve, in digits above.
  static func spelled(_ number: Int) -> String {
    numberWords.indices.contains(number) ? numberWords[number] : "\(number)"
  }

  /// Numbers in words, from zero.
  static let numberWords = PocketLexicon.numbers.split(separator: " ").map(String.init)
}
