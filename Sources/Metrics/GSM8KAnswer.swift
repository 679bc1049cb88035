// The answers of GSM8K's texts (Cobbe et al. 2021, "Training Verifiers to Solve Math Word Problems"), whose last line is `#### 42`.

/// Finds the answer that a text gives and compares it with the data set's own.
package enum GSM8KAnswer {
  /// The number after the first `#### `, without thousands commas, as the data set's own scorer finds it; nil where there is none.
  package static func strict(_ text: String) -> String? {
    markedNumber(Array(text.unicodeScalars)).map { withoutMarks($0) }
  }

  /// The strict answer, or else the last number of the text, without commas, dollar signs and points at its end; nil without a number.
  ///
  /// A number may have a minus sign, thousands commas and decimals: `-1,234.5`.
  package static func flexible(_ text: String) -> String? {
    let scalars = Array(text.unicodeScalars)
    guard let number = markedNumber(scalars) ?? numbers(scalars).last else { return nil }
    var answer = withoutMarks(number)
    while answer.last == "." { answer.removeLast() }
    return answer
  }

  /// The share of right answers, in 0...1.
  ///
  /// A reference's answer is its number after `####`, or, for a reference that is an answer alone, its last number; with several
  /// references any may be met.
  ///
  /// - Parameter isFlexible: whether the last number of a prediction counts where it marks no answer. Strict answers are compared as
  ///   text, as the data set's own scorer does; flexible ones as numbers, so that 18.00 is 18.
  /// - Returns: nil without examples or where an example has no reference with a number.
  /// - Precondition: as many predictions as lists of references.
  package static func accuracy(references: [[String]], predicted: [String], isFlexible: Bool) -> Double? {
    precondition(references.count == predicted.count, "\(references.count) lists of references but \(predicted.count) predictions")
    guard !references.isEmpty else { return nil }
    var right = 0
    for (texts, prediction) in zip(references, predicted) {
      let truths = texts.compactMap(flexible)
      guard !truths.isEmpty else { return nil }
      guard let answer = isFlexible ? flexible(prediction) : strict(prediction) else { continue }
      if truths.contains(where: { $0 == answer || isFlexible && isSameNumber($0, answer) }) { right += 1 }
    }
    return Double(right) / Double(references.count)
  }

  private static func isSameNumber(_ first: String, _ second: String) -> Bool {
    guard let first = Double(first), let second = Double(second) else { return false }
    return first == second
  }

  private static func withoutMarks(_ number: ArraySlice<Unicode.Scalar>) -> String {
    String(String.UnicodeScalarView(number.filter { $0 != "," && $0 != "$" }))
  }

  /// The first match of `#### (-?[0-9.,]+)`.
  static func markedNumber(_ text: [Unicode.Scalar]) -> ArraySlice<Unicode.Scalar>? {
    let mark: [Unicode.Scalar] = ["#", "#", "#", "#", " "]
    for place in text.indices where text[place] == "#" && text[place...].starts(with: mark) {
      let start = place + mark.count
      let digits = start < text.count && text[start] == "-" ? start + 1 : start
      let end = text[digits...].firstIndex { !("0"..."9").contains($0) && $0 != "." && $0 != "," } ?? text.count
      if end > digits { return text[start..<end] }
    }
    return nil
  }

  /// The matches of `-?\$?\d[\d,]*(?:\.\d+)?`.
  private static func numbers(_ text: [Unicode.Scalar]) -> [ArraySlice<Unicode.Scalar>] {
    func isDigit(_ place: Int) -> Bool { place < text.count && text[place].properties.generalCategory == .decimalNumber }
    var found: [ArraySlice<Unicode.Scalar>] = []
    var place = 0
    while place < text.count {
      var end = place
      if text[end] == "-" { end += 1 }
      if end < text.count, text[end] == "$" { end += 1 }
      guard isDigit(end) else {
        place += 1
        continue
      }
      while isDigit(end) || end < text.count && text[end] == "," { end += 1 }
      if end < text.count, text[end] == ".", isDigit(end + 1) {
        end += 1
        while isDigit(end) { end += 1 }
      }
      found.append(text[place..<end])
      place = end
    }
    return found
  }
}
