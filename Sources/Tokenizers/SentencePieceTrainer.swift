// Trains vocabularies in the layouts of DeBERTa-v3's and Llama's, through SentencePiece's own trainer.

import CSentencePiece
import Foundation

/// Makes the SentencePiece vocabularies of models of our own.
package enum SentencePieceTrainer {
  /// Trains a unigram model (Kudo 2018) on the lines of a corpus and answers the bytes of `spm.model`.
  ///
  /// Ids are DeBERTa-v3's: `[PAD]` 0, `[CLS]` 1, `[SEP]` 2, `[UNK]` 3, then the pieces; `[MASK]` follows them without
  /// being one.
  /// One thread and no sampling, so equal corpora give equal bytes; no file name is kept in the model.
  ///
  /// - Parameters:
  ///   - corpus: A UTF-8 file, one sentence a line; lines longer than 4192 bytes are left out by the library.
  ///   - vocabularySize: How many pieces to make, special ones included; fewer where the corpus gives no more.
  ///   - characterCoverage: The share of the corpus's characters that get a piece; the others are unknown.
  /// - Throws: ``TokenizerError`` when the corpus cannot be read or the library refuses.
  package static func train(
    corpus: URL, vocabularySize: Int, characterCoverage: Double = 0.9995
  ) throws -> [UInt8] {
    guard vocabularySize > 4 else {
      throw TokenizerError.training(
        reason: "\(vocabularySize) pieces were asked for; the four special ones and at least one more are needed")
    }
    guard (0.98...1).contains(characterCoverage) else {
      throw TokenizerError.training(reason: "a character coverage of \(characterCoverage); 0.98 to 1 is possible")
    }
    return try train(
      corpus,
      [
        ("model_type", "unigram"), ("vocab_size", "\(vocabularySize)"), ("character_coverage", "\(characterCoverage)"),
        ("normalization_rule_name", "nmt_nfkc"), ("hard_vocab_limit", "false"), ("byte_fallback", "false"),
        ("num_threads", "1"), ("minloglevel", "2"),
        ("pad_id", "0"), ("bos_id", "1"), ("eos_id", "2"), ("unk_id", "3"),
        ("pad_piece", "[PAD]"), ("bos_piece", "[CLS]"), ("eos_piece", "[SEP]"), ("unk_piece", "[UNK]"),
      ])
  }

  /// Trains byte pairs (Sennrich et al. 2016) on the lines of a corpus and answers the bytes of `tokenizer.model`, as Llama 2 has them:
  /// text stays as it is, digits stand alone, and what no piece spells is spelled in bytes.
  ///
  /// Ids are Llama's: `<unk>` 0, `<s>` 1, `</s>` 2, then 256 bytes, then the pieces. Equal corpora give equal bytes.
  ///
  /// - Parameters:
  ///   - corpus: A UTF-8 file, one sentence a line; lines longer than 4192 bytes are left out by the library.
  ///   - vocabularySize: How many pieces to make, special ones and bytes included; fewer where the corpus gives no more.
  /// - Throws: ``TokenizerError`` when the corpus cannot be read or the library refuses.
  package static func trainBytePairs(corpus: URL, vocabularySize: Int) throws -> [UInt8] {
    guard vocabularySize > 259 else {
      throw TokenizerError.training(
        reason: "\(vocabularySize) pieces were asked for; the three special ones, 256 bytes and at least one more are needed")
    }
    return try train(
      corpus,
      [
        ("model_type", "bpe"), ("vocab_size", "\(vocabularySize)"), ("character_coverage", "1"),
        ("normalization_rule_name", "identity"), ("remove_extra_whitespaces", "false"), ("hard_vocab_limit", "false"),
        ("byte_fallback", "true"), ("split_digits", "true"), ("num_threads", "1"), ("minloglevel", "2"),
        ("unk_id", "0"), ("bos_id", "1"), ("eos_id", "2"), ("pad_id", "-1"),
      ])
  }

  private static func train(_ corpus: URL, _ options: [(name: String, value: String)]) throws -> [UInt8] {
    let text = try readFile(corpus)
    guard !text.isEmpty else { throw TokenizerError.training(reason: "\(corpus.path) is empty") }
    var message = [CChar](repeating: 0, count: 512)
    var length = 0
    let names = CStrings(options.map(\.name))
    let values = CStrings(options.map(\.value))
    let trained = text.withUnsafeBytes { corpus in
      csp_train(
        corpus.baseAddress?.assumingMemoryBound(to: CChar.self), corpus.count, names.pointers, values.pointers,
        options.count, &length, &message, message.count)
    }
    guard let trained else {
      throw TokenizerError.training(reason: reason(in: message))
    }
    defer { csp_free_bytes(trained) }
    return Array(UnsafeRawBufferPointer(start: trained, count: length))
  }
}

/// C strings that live as long as this object.
private final class CStrings {
  let pointers: [UnsafePointer<CChar>?]

  init(_ strings: [String]) {
    pointers = strings.map { string in strdup(string).map { UnsafePointer($0) } }
  }

  deinit {
    for pointer in pointers { free(UnsafeMutablePointer(mutating: pointer)) }
  }
}
