// The rows of a batch whose hidden states are asked for.
import Layers
import Tensors

/// Some of a packed batch's tokens.
package enum RowSelection: Sendable, Equatable {
  case every
  /// Each sequence's first.
  case first
  /// Each sequence's last.
  case last
  /// By their places in the batch, ascending.
  case some([Int32])

  /// What a pass knows the rows as.
  var passRows: PassRows {
    switch self {
    case .every: .own
    case .first, .last: .sequences
    case .some: .selection
    }
  }

  /// The places of the rows in a batch, ascending; nil where they are all.
  func places(in batch: TokenBatch) -> [Int32]? {
    switch self {
    case .every: nil
    case .first: batch.firstRows
    case .last: batch.lastRows
    case .some(let places): places
    }
  }

  /// Their places where rows stand before each sequence's own, ascending; nil where they are all and nothing stands before. A sequence's
  /// first row is then the first of those, as the peft library's classifiers have it; all other rows are the sequences' own.
  func places(in batch: TokenBatch, behind prefix: PrefixedRows?) -> [Int32]? {
    guard let prefix else { return places(in: batch) }
    switch self {
    case .every: return prefix.own
    case .first: return prefix.offsets.dropLast().map { Int32($0) }
    case .last, .some: return places(in: batch)?.map { prefix.own[Int($0)] }
    }
  }
}

/// Rows that a block computes queries for, and all that follows.
struct QueryRows {
  /// Their places among the packed rows, ascending.
  let places: Indices
  /// Where each sequence's begin among them, and the end: `[sequences + 1]`
  let offsets: Offsets
  /// Whether they are one of each sequence, its very first.
  let areFirst: Bool
  /// The place of each sequence's first one within it, `[sequences]`, where those of every sequence follow each other; else nil.
  let starts: [Int]?
  /// What a pass knows them as.
  let kind: PassRows

  /// - Parameters:
  ///   - bounds: where each sequence starts among the packed rows, and the end.
  ///   - kind: what a pass knows them as.
  init(_ places: [Int32], bounds: Offsets, as kind: PassRows = .selection, on backend: any Backend) {
    precondition(zip(places, places.dropFirst()).allSatisfy { $0 < $1 }, "rows that do not ascend")
    self.places = Indices(places, on: backend)
    self.kind = kind
    var next = 0
    let ends = bounds.values.dropFirst().map { end in
      while next < places.count, Int(places[next]) < end { next += 1 }
      return next
    }
    offsets = Offsets([0] + ends)
    var starts: [Int] = []
    for (run, bound) in zip(zip([0] + ends, ends), bounds.values) {
      guard run.0 < run.1 else {
        starts.append(0)
        continue
      }
      guard Int(places[run.1 - 1] - places[run.0]) == run.1 - run.0 - 1 else { break }
      starts.append(Int(places[run.0]) - bound)
    }
    self.starts = starts.count == ends.count ? starts : nil
    areFirst = places == bounds.values.dropLast().map { Int32($0) }
  }
}
