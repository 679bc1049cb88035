// What a model's inputs may be.
import Layers

/// The tokens, lengths and token types that a model takes.
package struct InputLimits: Sendable, Equatable {
  /// Rows of the word table.
  package var vocabulary: Int
  /// The most tokens of one sequence; `nil` where positions are relative and any length works.
  package var tokens: Int?
  /// How many token types inputs may have, counted from 0; `nil` where the model takes no notice of them.
  package var tokenTypes: Int?

  /// Checks that every token and type of a batch has a row in its table, and that there are sequences, none too long or empty.
  ///
  /// - Throws: `ModelError.batch`.
  package func validate(_ batch: TokenBatch) throws {
    guard batch.count > 0 else { throw ModelError.batch(problem: "it has no sequences.") }
    if let index = batch.tokens.firstIndex(where: { $0 < 0 || Int($0) >= vocabulary }) {
      throw ModelError.batch(
        problem: "token \(batch.tokens[index]) is not in the model's vocabulary of \(vocabulary). "
          + "Use the tokenizer that belongs to the model.")
    }
    if let tokenTypes, let type = batch.segments.first(where: { $0 < 0 || Int($0) >= tokenTypes }) {
      throw ModelError.batch(problem: "token type \(type), but the model has \(tokenTypes).")
    }
    if let tokens, batch.longest > tokens {
      throw ModelError.batch(
        problem: "a sequence of \(batch.longest) tokens, but the model takes at most \(tokens). Lower the maximum length.")
    }
    if zip(batch.offsets, batch.offsets.dropFirst()).contains(where: { $0 >= $1 }) {
      throw ModelError.batch(problem: "a sequence without tokens.")
    }
  }
}
