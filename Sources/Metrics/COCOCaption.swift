// CIDEr (Vedantam et al. 2015, "CIDEr: Consensus-based Image Description Evaluation") and ROUGE-L as coco-caption counts them, which the
// E2E challenge's scorer takes them from.
import CKernels

/// The scores of coco-caption, on words as they are given: between white space, upper case and lower case apart.
package enum COCOCaption {
  /// CIDEr-D of each example, in 0...10: the likeness of one to four words in a row, weighted by how rare they are in the references of
  /// all examples, no word counted more often than in the reference, times a Gaussian (sigma 6) of the difference in length.
  ///
  /// Rareness is a logarithm of the number of examples, so that all scores of a single example are 0.
  ///
  /// - Returns: nil where an example has no reference.
  /// - Precondition: as many predictions as lists of references.
  package static func cider(references: [[String]], predicted: [String]) -> [Double]? {
    guard let (truths, guesses) = numbered(references, predicted) else { return nil }
    let documents = lr_log(Double(truths.count))
    var scores = [Double](repeating: 0, count: guesses.count)
    for order in 1...4 {
      let counts = truths.map { $0.map { NGramCounts($0, order: order) } }
      var frequencies: [ArraySlice<Int>: Int] = [:]
      for texts in counts {
        for sequence in Set(texts.flatMap(\.counts.keys)) { frequencies[sequence, default: 0] += 1 }
      }
      func weighted(_ counts: NGramCounts) -> [WeightedSequence] {
        counts.ordered.map { ($0, Double($1) * (documents - lr_log(Double(max(1, frequencies[$0] ?? 0))))) }
      }
      for (example, guess) in guesses.enumerated() {
        let weights = weighted(NGramCounts(guess, order: order))
        let sum = zip(truths[example], counts[example]).reduce(0) { sum, truth in
          // lengths are counted in pairs of words
          let difference = Double(max(0, guess.count - 1) - max(0, truth.0.count - 1))
          return sum + likeness(weights, weighted(truth.1)) * lr_exp(-difference * difference / (2 * 6 * 6))
        }
        scores[example] += 10 * sum / Double(truths[example].count) / 4
      }
    }
    return scores
  }

  /// ROUGE-L of each example, in 0...1: of the longest common subsequence's shares, the best precision and the best recall that any
  /// reference gives, recall weighted 1.2 times as much.
  ///
  /// - Returns: nil where an example has no reference.
  /// - Precondition: as many predictions as lists of references.
  package static func rougeL(references: [[String]], predicted: [String]) -> [Double]? {
    guard let (truths, guesses) = numbered(references, predicted) else { return nil }
    return zip(truths, guesses).map { texts, guess in
      var (precision, recall) = (0.0, 0.0)
      for truth in texts {
        let common = Double(longestCommonSubsequence(truth, guess))
        precision = max(precision, common / Double(max(guess.count, 1)))
        recall = max(recall, common / Double(max(truth.count, 1)))
      }
      let weight = 1.2 * 1.2
      return precision > 0 && recall > 0 ? (1 + weight) * precision * recall / (recall + weight * precision) : 0
    }
  }

  private typealias WeightedSequence = (sequence: ArraySlice<Int>, weight: Double)

  /// The cosine of two weighted texts, the first one's weights cut to the second one's.
  private static func likeness(_ guess: [WeightedSequence], _ truth: [WeightedSequence]) -> Double {
    func norm(_ weights: [WeightedSequence]) -> Double { weights.reduce(0) { $0 + $1.weight * $1.weight }.squareRoot() }
    let weights = Dictionary(uniqueKeysWithValues: truth)
    let product = guess.reduce(0) { sum, entry in
      let weight = weights[entry.sequence] ?? 0
      return sum + min(entry.weight, weight) * weight
    }
    let norms = norm(guess) * norm(truth)
    return norms > 0 ? product / norms : product
  }

  private static func numbered(_ references: [[String]], _ predicted: [String]) -> (truths: [[[Int]]], guesses: [[Int]])? {
    precondition(references.count == predicted.count, "\(references.count) lists of references but \(predicted.count) predictions")
    guard !references.contains(where: \.isEmpty) else { return nil }
    var numbers = WordNumbers()
    func words(_ text: String) -> [Int] { numbers.numbered(TextScalars.words(Array(text.unicodeScalars))) }
    return (references.map { $0.map(words) }, predicted.map(words))
  }
}
