// Trains a vocabulary in the layout of a published family, through SentencePiece's own trainer.

import CSentencePiece
import Foundation
import Storage

/// Makes the SentencePiece vocabulary of a model of our own.
package enum SentencePieceTrainer {
  /// Whose vocabulary the new one is like.
  package enum Layout: Sendable, CaseIterable {
    /// DeBERTa-v3's: a unigram model (Kudo 2018) with ids `[PAD]` 0, `[CLS]` 1, `[SEP]` 2, `[UNK]` 3, then the pieces; `[MASK]` follows
    /// them without being one. Characters without a piece are unknown.
    case deberta
    /// Llama's: byte-pair encoding with ids `<unk>` 0, `<s>` 1, `</s>` 2, the 256 bytes, then the pieces. Text is taken as it is, each
    /// digit is a piece, and characters without a piece are spelled by their bytes, so that every text comes back from its ids.
    case llama
  }

  /// Trains a model on the lines of a corpus and answers the bytes of `spm.model` or `tokenizer.model`.
  ///
  /// One thread and no sampling, so equal corpora give equal bytes; no file name is kept in the model.
  ///
  /// - Parameters:
  ///   - corpus: A UTF-8 file, one sentence a line; lines longer than 4192 bytes are left out by the library.
  ///   - layout: Whose vocabulary it is like.
  ///   - vocabularySize: How many pieces to make, special ones included; fewer where the corpus gives no more.
  ///   - characterCoverage: The share of the corpus's characters that get a piece.
  /// - Throws: ``TokenizerError`` when the corpus cannot be read or the library refuses.
  package static func train(
    corpus: URL, layout: Layout = .deberta, vocabularySize: Int, characterCoverage: Double = 0.9995
  ) throws -> [UInt8] {
    guard vocabularySize > layout.ownPieces else {
      throw TokenizerError.training(
        reason: "\(vocabularySize) pieces were asked for; the \(layout.ownPiecesPhrase) and at least one more are needed")
    }
    guard (0.98...1).contains(characterCoverage) else {
      throw TokenizerError.training(reason: "a character coverage of \(characterCoverage); 0.98 to 1 is possible")
    }
    let text = try readFile(corpus)
    guard !text.isEmpty else { throw TokenizerError.training(reason: "\(corpus.path) is empty") }
    let options =
      [
        ("vocab_size", "\(vocabularySize)"), ("character_coverage", "\(characterCoverage)"), ("hard_vocab_limit", "false"),
        ("num_threads", "1"), ("minloglevel", "2"),
      ] + layout.options
    var message = [CChar](repeating: 0, count: 512)
    var length = 0
    let names = CStrings(options.map(\.0))
    let values = CStrings(options.map(\.1))
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

  /// Writes a trained model of Llama's layout as the folder that `transformers` reads too: `tokenizer.model` and
  /// `tokenizer_config.json`.
  ///
  /// - Throws: `StorageError` where a file cannot be written.
  package static func writeLlama(_ model: [UInt8], to folder: URL) throws {
    try AtomicFile.write(Data(model), to: folder.appending(path: "tokenizer.model"))
    try AtomicFile.write(Data(llamaConfiguration.utf8), to: folder.appending(path: "tokenizer_config.json"))
  }

  private static let llamaConfiguration = """
    {
      "add_bos_token": true,
      "add_eos_token": false,
      "bos_token": "<s>",
      "clean_up_tokenization_spaces": false,
      "eos_token": "</s>",
      "legacy": true,
      "tokenizer_class": "LlamaTokenizer",
      "unk_token": "<unk>"
    }

    """
}

extension SentencePieceTrainer.Layout {
  /// How many pieces every vocabulary of the layout has.
  fileprivate var ownPieces: Int {
    switch self {
    case .deberta: 4
    case .llama: 3 + 256
    }
  }

  fileprivate var ownPiecesPhrase: String {
    switch self {
    case .deberta: "four special ones"
    case .llama: "three special ones, the 256 bytes"
    }
  }

  /// What the library's trainer is told.
  fileprivate var options: [(String, String)] {
    switch self {
    case .deberta:
      [
        ("model_type", "unigram"), ("normalization_rule_name", "nmt_nfkc"), ("byte_fallback", "false"),
        ("pad_id", "0"), ("bos_id", "1"), ("eos_id", "2"), ("unk_id", "3"),
        ("pad_piece", "[PAD]"), ("bos_piece", "[CLS]"), ("eos_piece", "[SEP]"), ("unk_piece", "[UNK]"),
      ]
    case .llama:
      [
        ("model_type", "bpe"), ("normalization_rule_name", "identity"), ("remove_extra_whitespaces", "false"),
        ("byte_fallback", "true"), ("split_digits", "true"), ("allow_whitespace_only_pieces", "true"),
        ("unk_id", "0"), ("bos_id", "1"), ("eos_id", "2"), ("pad_id", "-1"),
      ]
    }
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
