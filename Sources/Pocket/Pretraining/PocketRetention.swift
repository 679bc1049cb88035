// Rows as the pocket models were pre-trained on, of which they have seen none.
import Layers
import Models
import Objectives
import Tokenizers

/// Held-out rows of the pre-training streams.
package enum PocketRetention {
  /// Where they begin in the streams: no pre-training comes so far.
  private static let start = 1 << 40

  /// `count` rows for a pocket model, the kinds in turn and at full difficulty: hidden words and judgements for an encoder, documents for
  /// a decoder.
  ///
  /// - Parameter maximumLength: the tokens of a row that are seen at most.
  /// - Throws: `PretrainingError.noSpecialToken` where the tokenizer is not a pocket model's.
  package static func rows(
    _ count: Int, for architecture: Architecture, with tokenizer: any Tokenizer, maximumLength: Int
  ) throws -> Retention {
    let world = PocketWorld(seed: PocketData.seed)
    let rows = try architecture.maskedWordNames == nil ? documents(count, world, tokenizer) : questions(count, world, tokenizer)
    return Retention(rows, maximumLength: maximumLength)
  }

  private static func questions(_ count: Int, _ world: PocketWorld, _ tokenizer: any Tokenizer) throws -> [RetentionRow] {
    let stream = PocketPretraining(world: world, seed: PocketData.seed), kinds = PocketPretraining.Kind.allCases
    var encoder = try PretrainingEncoder(tokenizer)
    return (0..<count).map { index in
      let kind = kinds[index % kinds.count]
      var batch = PretrainingBatch(kind)
      encoder.append(stream.row(kind, level: 1, index: start + index), to: &batch, part: 0)
      let part = batch.parts[0], sequence = batch.sequences[0]
      return RetentionRow(
        tokens: sequence.tokens, segments: sequence.segments,
        asked: [
          .masked: zip(part.maskedPositions, part.maskedTargets).map { .init(at: Int($0), $1) },
          .replaced: zip(part.judgedPositions, part.judgements).map { .init(at: Int($0), Int32($1.label)) },
        ])
    }
  }

  private static func documents(_ count: Int, _ world: PocketWorld, _ tokenizer: any Tokenizer) throws -> [RetentionRow] {
    let stream = PocketDocuments(world: world, seed: PocketData.seed), kinds = PocketDocuments.Kind.allCases
    let ends = try DocumentEnds(tokenizer)
    return (0..<count).map { index in
      let tokens = stream.tokens(kinds[index % kinds.count], index: start + index, tokenizer, ends)
      return RetentionRow(
        tokens: tokens, segments: tokens.map { _ in 0 },
        asked: [.next: tokens.indices.dropLast().map { .init(at: $0, tokens[$0 + 1]) }])
    }
  }
}
