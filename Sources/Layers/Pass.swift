import Tensors

/// One forward pass: whether dropout acts, where its random numbers come from, and how far they are taken.
///
/// Every use of dropout takes the next stream, so masks depend on the seed, the step and the order of the layers alone; and a row draws
/// by its place in the whole batch, of which a pass may compute a part. So a part of a pass can be computed again, and a batch in parts,
/// with the same masks.
package struct Pass {
  /// How many streams are taken; all who take part in a pass take from one.
  private final class Cursor {
    var streams: UInt32 = 0
  }

  /// Whether dropout acts.
  let drops: Bool
  /// Whether it computes again what was computed before: who measures what goes by has seen it.
  package private(set) var isRepetition = false
  private let seed: UInt64
  private let step: UInt32
  private var recomputes = false
  private var cursor = Cursor()
  private var part: BatchPart?
  private var rows = PassRows.tokens

  private init(drops: Bool, seed: UInt64, step: UInt32) {
    self.drops = drops
    self.seed = seed
    self.step = step
  }

  /// A pass of training step `step` (from 0) of the run with this seed of order.
  ///
  /// - Parameter drops: whether dropout acts.
  package static func training(seed: UInt64, step: Int, drops: Bool = true) -> Pass {
    Pass(drops: drops, seed: seed, step: UInt32(truncatingIfNeeded: step))
  }

  /// A pass without dropout.
  package static var evaluation: Pass { Pass(drops: false, seed: 0, step: 0) }

  /// The same pass, from its beginning, for a part of its batch.
  package func of(_ part: BatchPart) -> Pass {
    var pass = self
    pass.cursor = Cursor()
    pass.part = part
    return pass
  }

  /// The same pass, whose blocks are computed again on the way back in place of keeping what is within them.
  package var recomputing: Pass {
    var pass = self
    pass.recomputes = true
    return pass
  }

  /// The same pass where rows of another kind go through.
  package func on(_ rows: PassRows) -> Pass {
    var pass = self
    pass.rows = rows
    return pass
  }

  /// The same pass of sequences with `count` rows more before each.
  package func prefixed(by count: Int) -> Pass {
    var pass = self
    pass.part = part?.prefixed(by: count)
    return pass
  }

  /// Dropout at this rate with a stream of its own, or `nil` where none acts.
  package func dropout(_ rate: Float) -> Dropout? {
    guard drops, rate > 0 else { return nil }
    defer { cursor.streams += 1 }
    return Dropout(
      rate: rate, stream: RandomStream(seed: seed, purpose: .dropout, step: step, index: cursor.streams),
      firstRow: part?.firstRow(rows) ?? 0)
  }

  /// The rows of the whole batch's longest sequence, of which the part's has so many: what depends on them is then the same in all parts.
  package func longest(_ rows: Int) -> Int { max(rows, part?.longest ?? 0) }

  /// Where dropout on the probabilities of the rows that go through draws; nil in a pass of the whole batch.
  ///
  /// - Parameter keysBefore: keys that stand before each sequence's own.
  package func attentionPlaces(keysBefore: Int = 0) -> AttentionShape.DropoutPlaces? {
    part?.attentionPlaces(rows, keysBefore: keysBefore)
  }

  /// What `body` computes of `inputs`, all that it needs from before; where the pass recomputes, only these are kept of it.
  package func recomputable(_ inputs: [Tensor], _ body: @escaping (_ inputs: [Tensor], _ pass: Pass) -> Tensor) -> Tensor {
    guard recomputes else { return body(inputs, self) }
    let taken = cursor.streams
    return .recomputed(inputs) { inputs, again in body(inputs, again ? repeated(from: taken) : self) }
  }

  private func repeated(from taken: UInt32) -> Pass {
    var pass = self
    pass.cursor = Cursor()
    pass.cursor.streams = taken
    pass.isRepetition = true
    return pass
  }
}

/// What the rows are that go through a layer.
package enum PassRows: Sendable, Equatable {
  /// All tokens, and what a method puts before each sequence's.
  case tokens
  /// The sequences' own tokens.
  case own
  /// One of each sequence.
  case sequences
  /// Some tokens, of whose number in each sequence the part of a batch tells.
  case selection
  /// Rows of a table, which all parts of a batch look up.
  case table
}
