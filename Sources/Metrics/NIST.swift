// The NIST score (Doddington 2002, "Automatic Evaluation of Machine Translation Quality Using N-gram Co-Occurrence Statistics"), as
// mteval-v13a and the E2E challenge's scorer count it.
import CKernels

/// The information of the sequences of one to five words that predictions share with their references. It has no upper end.
package struct NIST: Sendable, Equatable {
  /// What the predictions' length is compared with.
  package enum Length: Sendable, CaseIterable {
    /// All words of the references over the largest number of references that an example has: mteval-v13a's, which the E2E scorer runs.
    case perSet
    /// The sum of the mean lengths of each example's references: the E2E scorer's Python version's.
    case meanOfExamples
  }

  /// For one to five words the information that matches over the number of sequences predicted.
  package let byOrder: [Double]
  /// What their sum is multiplied by where the predictions are shorter than the references, in 0...1.
  package let penalty: Double
  /// The number of words predicted.
  package let length: Int
  /// The length that it is compared with.
  package let referenceLength: Double

  /// The sum of what all lengths tell, times the penalty; it has no upper bound.
  package var score: Double { byOrder.reduce(0, +) * penalty }

  /// Compares predictions with their references, in lower case, tokenised as mteval-v13a.
  ///
  /// A sequence's information is the binary logarithm of how often its words but the last occur in all references, over how often all
  /// of it does.
  ///
  /// - Parameters:
  ///   - references: one or more texts for each prediction.
  ///   - predicted: the predictions.
  ///   - comparedLength: what the predictions' length is compared with.
  /// - Returns: nil without examples, or where an example has no reference.
  /// - Precondition: as many predictions as lists of references.
  package init?(references: [[String]], predicted: [String], comparedLength: Length = .perSet) {
    precondition(references.count == predicted.count, "\(references.count) lists of references but \(predicted.count) predictions")
    guard let sets = references.map(\.count).max(), !references.contains(where: \.isEmpty) else { return nil }
    var numbers = WordNumbers()
    func words(_ text: String) -> [Int] {
      numbers.numbered(MTEvalTokens.words(TextScalars.lowercased(Array(text.unicodeScalars))))
    }
    let truths = references.map { $0.map(words) }
    var occurrences: [ArraySlice<Int>: Int] = [[]: truths.joined().reduce(0) { $0 + $1.count }]
    for order in 1...Self.order {
      for truth in truths.joined() { occurrences.merge(NGramCounts(truth, order: order).counts, uniquingKeysWith: +) }
    }
    var matched = [Double](repeating: 0, count: Self.order)
    var totals = [Int](repeating: 0, count: Self.order)
    for (texts, prediction) in zip(truths, predicted) {
      let hypothesis = words(prediction)
      for order in 1...Self.order {
        var most = NGramCounts([], order: order)
        for truth in texts { most.formMaximum(NGramCounts(truth, order: order)) }
        let counts = NGramCounts(hypothesis, order: order)
        totals[order - 1] += counts.total
        for (sequence, count) in counts.ordered {
          guard let limit = most.counts[sequence], let whole = occurrences[sequence], let start = occurrences[sequence.dropLast()]
          else { continue }
          matched[order - 1] += Double(min(count, limit)) * lr_log2(Double(start) / Double(whole))
        }
      }
    }
    byOrder = zip(matched, totals).map { $0 / Double(max($1, 1)) }
    length = totals[0]
    switch comparedLength {
    case .perSet: referenceLength = Double(truths.joined().reduce(0) { $0 + $1.count }) / Double(sets)
    case .meanOfExamples:
      referenceLength = truths.reduce(0) { sum, texts in sum + Double(texts.reduce(0) { $0 + $1.count }) / Double(texts.count) }
    }
    penalty = Self.penalty(Double(length), against: referenceLength)
  }

  /// The longest sequence, in words.
  private static let order = 5

  /// A half at two thirds of the length.
  private static func penalty(_ length: Double, against reference: Double) -> Double {
    guard length < reference else { return 1 }
    guard length > 0 else { return 0 }
    let (unit, distance) = (lr_log(1.5), lr_log(length / reference))
    return lr_exp(lr_log(0.5) / (unit * unit) * (distance * distance))
  }
}
