// What a comparison with a reference found, quantity by quantity.
import Foundation

/// The result of comparing a recorded reference with what this program computes.
package struct ParityReport: Sendable, CustomStringConvertible {
  /// One quantity, such as the gradients of one loss.
  package struct Row: Sendable, Equatable {
    /// What was compared, such as `logits`.
    package var quantity: String
    /// How many tensors or cases it has.
    package var count: Int
    /// The one that is closest to its tolerance, or furthest beyond it.
    package var worst: String
    /// Its largest absolute error; infinite where it has another size or is not finite.
    var largestError: Double
    /// The largest error allowed there.
    package var allowed: Double
    /// Whether no difference is over what is allowed.
    package var passed: Bool { largestError <= allowed }
  }

  /// What was compared, such as a folder.
  package let subject: String
  package private(set) var rows: [Row] = []
  /// What a reader should know beside the errors, such as which of two right answers was met.
  package var notes: [String] = []

  /// An empty report on a subject.
  package init(subject: String) { self.subject = subject }

  /// Whether something was compared, and all of it is within its tolerance.
  package var passed: Bool { !rows.isEmpty && rows.allSatisfy(\.passed) }

  /// Compares one tensor of a quantity.
  package mutating func compare(
    _ quantity: String, _ name: String, _ actual: [Float], with expected: [Float], within tolerance: Tolerance
  ) {
    var error = actual.count == expected.count ? 0 : Double.infinity
    for (a, b) in zip(actual, expected) {
      let distance = abs(Double(a) - Double(b))
      error = distance.isFinite ? max(error, distance) : .infinity
    }
    add(quantity, name, error: error, allowed: tolerance.allowed(for: expected))
  }

  /// Compares what has no tolerance: the error is the number of elements that differ.
  mutating func compareExactly<Element: Equatable>(
    _ quantity: String, _ name: String, _ actual: [Element], with expected: [Element]
  ) {
    let differing = zip(actual, expected).reduce(0) { $0 + ($1.0 == $1.1 ? 0 : 1) }
    add(quantity, name, error: actual.count == expected.count ? Double(differing) : .infinity, allowed: 0)
  }

  /// Notes an error of one tensor or case of a quantity; the quantity's row keeps the worst.
  package mutating func add(_ quantity: String, _ name: String, error: Double, allowed: Double) {
    guard let index = rows.firstIndex(where: { $0.quantity == quantity }) else {
      rows.append(Row(quantity: quantity, count: 1, worst: name, largestError: error, allowed: allowed))
      return
    }
    let row = rows[index]
    rows[index].count += 1
    // compared as error / allowed, without dividing by the 0 of exact quantities
    let isWorse = error * row.allowed > row.largestError * allowed || (!(error <= allowed) && row.passed)
    if isWorse {
      rows[index].worst = name
      rows[index].largestError = error
      rows[index].allowed = allowed
    }
  }

  /// A table with a line for each quantity.
  package var description: String {
    let width = (rows.map(\.quantity.count) + [8]).max() ?? 8
    func padded(_ text: String) -> String { text + String(repeating: " ", count: max(0, width - text.count)) }
    func number(_ value: Double) -> String { String(format: "%9.2e", value) }
    let lines = rows.map { row in
      let verdict = row.passed ? "ok  " : "OVER"
      return "\(verdict)  \(padded(row.quantity))  \(number(row.largestError)) of \(number(row.allowed))  \(row.worst)"
        + (row.count > 1 ? " (\(row.count))" : "")
    }
    return (["\(subject): \(passed ? "passed" : "FAILED")"] + lines + notes).joined(separator: "\n")
  }
}
