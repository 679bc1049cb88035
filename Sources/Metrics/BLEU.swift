// Corpus BLEU (Papineni et al. 2002, "BLEU: a Method for Automatic Evaluation of Machine Translation"), as mteval-v13a, sacrebleu and
// multi-bleu count it.
import CKernels

/// BLEU of a whole corpus: the geometric mean of the shares of one to four words in a row that a reference has too, times a penalty
/// for predictions that are shorter than the references.
package struct BLEU: Sendable, Equatable {
  /// How text is cut into words.
  package enum Tokenization: Sendable, CaseIterable {
    /// As mteval-v13a does.
    case mteval13a
    /// As it is given, between white space: what multi-bleu does.
    case whitespace
  }

  /// What happens where no sequence of some length matches.
  package enum Smoothing: Sendable, CaseIterable {
    /// The score is 0.
    case none
    /// The first such length counts half a match, the next a quarter, and so on; sacrebleu's default.
    case halving
  }

  /// For one to four words the share of sequences that match, in 0...1.
  package let precisions: [Double]
  /// What the mean of the shares is multiplied by, in 0...1.
  package let brevityPenalty: Double
  /// The number of words that were predicted.
  package let length: Int
  /// The number of words of the references that are closest in length, the shorter of two that are equally close.
  package let referenceLength: Int
  /// The score in 0...1.
  package let score: Double

  /// Compares predictions with their references.
  ///
  /// A prediction of fewer than four words has no sequence of four. (The E2E challenge's scorer, in its Python version, subtracts them
  /// from the others' instead, which makes nonsense of the score.)
  ///
  /// - Parameters:
  ///   - references: one or more texts for each prediction.
  ///   - predicted: the predictions.
  ///   - tokenization: how text is cut into words.
  ///   - isCaseSensitive: whether upper case and lower case differ.
  ///   - smoothing: what happens where nothing matches.
  /// - Returns: nil without examples or where an example has no reference.
  /// - Precondition: as many predictions as lists of references.
  package init?(
    references: [[String]], predicted: [String], tokenization: Tokenization = .mteval13a, isCaseSensitive: Bool = false,
    smoothing: Smoothing = .none
  ) {
    precondition(references.count == predicted.count, "\(references.count) lists of references but \(predicted.count) predictions")
    guard !references.isEmpty, !references.contains(where: \.isEmpty) else { return nil }
    var numbers = WordNumbers()
    func words(_ text: String) -> [Int] {
      let scalars = Array(text.unicodeScalars)
      let folded = isCaseSensitive ? scalars : TextScalars.lowercased(scalars)
      return numbers.numbered(tokenization == .mteval13a ? MTEvalTokens.words(folded) : TextScalars.words(folded))
    }
    var matches = [Int](repeating: 0, count: Self.order)
    var totals = matches
    var (length, referenceLength) = (0, 0)
    for (texts, prediction) in zip(references, predicted) {
      let hypothesis = words(prediction)
      let truths = texts.map(words)
      length += hypothesis.count
      referenceLength += truths.map(\.count).min { (abs($0 - hypothesis.count), $0) < (abs($1 - hypothesis.count), $1) } ?? 0
      for order in 1...Self.order {
        let counts = NGramCounts(hypothesis, order: order)
        var most = NGramCounts([], order: order)
        for truth in truths { most.formMaximum(NGramCounts(truth, order: order)) }
        matches[order - 1] += counts.matches(most)
        totals[order - 1] += counts.total
      }
    }
    self.length = length
    self.referenceLength = referenceLength
    brevityPenalty = length >= referenceLength ? 1 : length == 0 ? 0 : lr_exp(1 - Double(referenceLength) / Double(length))
    precisions = Self.precisions(matches, of: totals, smoothing)
    score =
      precisions.contains(0) ? 0 : brevityPenalty * lr_exp(precisions.reduce(0) { $0 + lr_log($1) } / Double(Self.order))
  }

  /// The words that mteval-v13a cuts a text into, in the case that they have.
  package static func mtevalWords(_ text: String) -> [String] {
    MTEvalTokens.words(Array(text.unicodeScalars)).map { String(decoding: $0, as: UTF8.self) }
  }

  /// The longest sequence, in words.
  private static let order = 4

  /// Without any match nothing is smoothed.
  private static func precisions(_ matches: [Int], of totals: [Int], _ smoothing: Smoothing) -> [Double] {
    var share = 1.0
    return zip(matches, totals).map { matches, total in
      if total == 0 { return 0 }
      if matches > 0 { return Double(matches) / Double(total) }
      share /= 2
      return smoothing == .none ? 0 : share / Double(total)
    }.map { matches.contains { $0 > 0 } ? $0 : 0 }
  }
}
