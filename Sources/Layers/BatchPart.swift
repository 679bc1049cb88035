// A part of a batch that is computed by itself, and where it lies in the whole.
import Tensors

/// Consecutive sequences of a batch.
package struct BatchPart: Sendable, Equatable {
  /// Tokens of each of the whole batch's sequences.
  private let lengths: [Int]
  /// Rows that a method puts before each.
  private var prefix = 0
  /// Of each of these, how many tokens are selected, where a selection of tokens goes through layers that drop entries.
  private let selected: [Int]?
  /// The part's, among them.
  package let sequences: Range<Int>

  /// Some of the sequences of a batch whose sequences have so many tokens, and as many that are selected.
  ///
  /// - Precondition: the batch has these sequences.
  package init(_ sequences: Range<Int>, ofLengths lengths: [Int], selected: [Int]? = nil) {
    precondition(sequences.lowerBound >= 0 && sequences.upperBound <= lengths.count, "sequences \(sequences) of \(lengths.count)")
    self.lengths = lengths
    self.selected = selected
    self.sequences = sequences
  }

  /// The same part where each sequence has `count` rows more.
  func prefixed(by count: Int) -> BatchPart {
    var part = self
    part.prefix += count
    return part
  }

  /// The rows of the whole batch's longest sequence.
  var longest: Int { (lengths.max() ?? 0) + prefix }

  /// How many rows of each sequence go through.
  private func counts(_ rows: PassRows) -> [Int] {
    switch rows {
    case .tokens: lengths.map { $0 + prefix }
    case .own: lengths
    case .sequences: lengths.map { _ in 1 }
    case .selection:
      if let selected { selected } else { preconditionFailure("a part of a batch does not say how many tokens are selected") }
    case .table: lengths.map { _ in 0 }
    }
  }

  /// The place of the part's first row among the whole batch's.
  func firstRow(_ rows: PassRows) -> Int { counts(rows)[..<sequences.lowerBound].reduce(0, +) }

  /// The place of the part's scores among the whole batch's, each row with all keys of its sequence.
  func attentionPlaces(_ rows: PassRows, keysBefore: Int) -> AttentionShape.DropoutPlaces {
    let scores = zip(counts(rows), lengths).map { $0 * ($1 + prefix + keysBefore) }
    return AttentionShape.DropoutPlaces(
      perHead: scores.reduce(0, +), first: scores[..<sequences.lowerBound].reduce(0, +))
  }
}
