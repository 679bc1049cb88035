// A number as a paper prints it, such as 8.5k, 1,043, 9.8k/9.8k or 4E-2, and what it can stand for.

/// The numbers of one printed cell, several of them divided by slashes.
struct PrintedNumber: Equatable {
  /// One number: what it reads as, and how far from it what was rounded may be.
  struct Part: Equatable {
    let value: Double
    let halfUnit: Double
  }

  let parts: [Part]

  /// The numbers of a text; nil where it holds anything else.
  init?(_ text: String) {
    var parts: [Part] = []
    for piece in text.split(separator: "/", omittingEmptySubsequences: false) {
      guard let part = Self.part(String(piece).replacing(",", with: "")) else { return nil }
      parts.append(part)
    }
    self.parts = parts
  }

  private static func part(_ text: String) -> Part? {
    let units: [Character: Double] = ["k": 1e3, "K": 1e3, "M": 1e6, "B": 1e9]
    guard let unit = text.last.flatMap({ units[$0] }) else { return Double(text).map { Part(value: $0, halfUnit: 0) } }
    let digits = text.dropLast(), decimals = digits.firstIndex(of: ".").map { digits[$0...].count - 1 } ?? 0
    let step = (0..<decimals).reduce(unit) { step, _ in step / 10 }
    return Double(digits).map { Part(value: $0 * unit, halfUnit: step / 2) }
  }

  /// Whether it can be the rounding of numbers that lie between these bounds, one pair for each part.
  func fits(_ bounds: [ClosedRange<Double>]) -> Bool {
    parts.count == bounds.count
      && zip(parts, bounds).allSatisfy { part, bounds in
        let slack = part.halfUnit + 1e-9 * abs(part.value)
        return bounds.lowerBound <= part.value + slack && part.value - slack <= bounds.upperBound
      }
  }
}
