// What a tokenizer's model does: a piece of text to ids.

/// A vocabulary with its rule of spelling.
protocol PieceModel: Sendable {
  /// How many ids there are, from 0 without gaps.
  var count: Int { get }
  /// The id of a token; nil where the vocabulary lacks it.
  func id(of token: [UInt8]) -> Int32?
  /// The UTF-8 of a token, as its vocabulary spells it; nil where there is no such id.
  func token(_ id: Int32) -> [UInt8]?
  /// Appends the ids of a piece of text.
  func encode(_ piece: ArraySlice<UInt8>, into ids: inout [Int32])
}
