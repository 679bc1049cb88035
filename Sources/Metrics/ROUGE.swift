// ROUGE-1, ROUGE-2 and ROUGE-L (Lin 2004, "ROUGE: A Package for Automatic Evaluation of Summaries"), as rouge-score counts them.

/// What a prediction and a reference have in common.
package struct ROUGE: Sendable, Equatable {
  /// What is compared.
  package enum Unit: Sendable, CaseIterable {
    /// Words (ROUGE-1).
    case words
    /// Two words in a row (ROUGE-2).
    case pairs
    /// The longest sequence of words that both have, gaps allowed, over the whole text (ROUGE-L; rouge-score's `rougeL`).
    case subsequence
  }

  /// What an example's several references come to.
  package enum References: Sendable {
    /// The mean over them, as DialogSum's published figures have it.
    case mean
    /// The one with the highest F1, as rouge-score's `score_multi` has it.
    case best
  }

  /// The share of the prediction that the reference has too, in 0...1.
  package let precision: Double
  /// The share of the reference that the prediction has too, in 0...1.
  package let recall: Double

  /// The harmonic mean of precision and recall, 0 where nothing is in common.
  package var f1: Double {
    precision + recall > 0 ? 2 * precision * recall / (precision + recall) : 0
  }

  /// Compares a prediction with one reference; both shares are 0 where one of them has no words.
  ///
  /// - Parameters:
  ///   - reference: the text to be met.
  ///   - predicted: the prediction.
  ///   - unit: what is compared.
  ///   - isStemmed: whether words of more than three letters lose their suffixes first (Porter's stemmer with NLTK's changes).
  package init(reference: String, predicted: String, unit: Unit, isStemmed: Bool = true) {
    self.init(Self.words(reference, isStemmed: isStemmed), Self.words(predicted, isStemmed: isStemmed), unit)
  }

  private init(_ reference: [[UInt8]], _ predicted: [[UInt8]], _ unit: Unit) {
    var numbers = WordNumbers()
    let (reference, predicted) = (numbers.numbered(reference), numbers.numbered(predicted))
    let (common, ofReference, ofPredicted): (Int, Int, Int)
    switch unit {
    case .words, .pairs:
      let order = unit == .words ? 1 : 2
      let (truth, guess) = (NGramCounts(reference, order: order), NGramCounts(predicted, order: order))
      (common, ofReference, ofPredicted) = (guess.matches(truth), truth.total, guess.total)
    case .subsequence:
      (common, ofReference, ofPredicted) = (longestCommonSubsequence(reference, predicted), reference.count, predicted.count)
    }
    precision = Double(common) / Double(max(ofPredicted, 1))
    recall = Double(common) / Double(max(ofReference, 1))
  }

  /// The mean over examples of the mean, or the best, F1 over an example's references, in 0...1.
  ///
  /// - Returns: nil without examples or where an example has no reference.
  /// - Precondition: as many predictions as lists of references.
  package static func meanF1(
    references: [[String]], predicted: [String], unit: Unit, of several: References = .mean
  ) -> Double? {
    precondition(references.count == predicted.count, "\(references.count) lists of references but \(predicted.count) predictions")
    guard !references.isEmpty, !references.contains(where: \.isEmpty) else { return nil }
    let scores = zip(references, predicted).map { texts, prediction in
      let guess = words(prediction, isStemmed: true)
      let values = texts.map { ROUGE(words($0, isStemmed: true), guess, unit).f1 }
      switch several {
      case .mean: return values.reduce(0, +) / Double(values.count)
      case .best: return values.reduce(0, max)
      }
    }
    return scores.reduce(0, +) / Double(scores.count)
  }

  /// The words that are compared, for people.
  package static func words(of text: String, isStemmed: Bool) -> [String] {
    words(text, isStemmed: isStemmed).map { String(decoding: $0, as: UTF8.self) }
  }

  /// The words of a text in lower case: runs of a to z and 0 to 9; everything else parts them.
  private static func words(_ text: String, isStemmed: Bool) -> [[UInt8]] {
    let stemmer = PorterStemmer()
    return TextScalars.lowercased(Array(text.unicodeScalars))
      .split { !("a"..."z").contains($0) && !("0"..."9").contains($0) }
      .map { scalars in
        let word = TextScalars.utf8(scalars)
        return isStemmed && word.count > 3 ? stemmer.stem(word) : word
      }
  }
}

/// The length of the longest sequence that two lists have in common, gaps allowed.
func longestCommonSubsequence(_ first: [Int], _ second: [Int]) -> Int {
  var lengths = [Int](repeating: 0, count: second.count + 1)
  for element in first {
    var diagonal = 0
    for (place, other) in second.enumerated() {
      let above = lengths[place + 1]
      lengths[place + 1] = element == other ? diagonal + 1 : max(above, lengths[place])
      diagonal = above
    }
  }
  return lengths[second.count]
}
