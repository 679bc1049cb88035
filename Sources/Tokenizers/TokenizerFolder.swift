// From a folder in the hub's layout to its tokenizer.

import Foundation

/// A folder with a published model's tokenizer files.
package enum TokenizerFolder {
  /// Reads the tokenizer of a folder.
  ///
  /// | files | tokenizer |
  /// |---|---|
  /// | `spm.model` | DeBERTa-v2/v3: SentencePiece unigram |
  /// | `tokenizer.model` | Llama: SentencePiece BPE |
  /// | `vocab.txt` | BERT: WordPiece |
  /// | `tokenizer.json`, or `vocab.json` and `merges.txt` | RoBERTa, GPT-2: byte-level BPE |
  ///
  /// `tokenizer_config.json` is read where it is there. Its `tokenizer_class` decides where the folder has that class's files (a
  /// RoBERTa may come with a SentencePiece vocabulary), else the model's own row where `modelType` is known, else the first row
  /// that the folder has.
  ///
  /// - Parameter modelType: `model_type` of the model's `config.json`; nil where there is none.
  /// - Throws: ``TokenizerError``.
  package static func load(from folder: URL, modelType: String? = nil) throws -> any Tokenizer {
    let settings = try TokenizerSettings(folder: folder)
    let named = settings.tokenizerClass.flatMap(Family.init(tokenizerClass:)).flatMap { $0.isPresent(in: folder) ? $0 : nil }
    let own = named ?? modelType.flatMap(Family.init(modelType:))
    guard let family = own ?? Family.allCases.first(where: { $0.isPresent(in: folder) }), family.isPresent(in: folder) else {
      let expected = own.map { [$0.files] } ?? Family.allCases.map(\.files)
      throw TokenizerError.noTokenizer(folder: folder.path, expected: expected)
    }
    switch family {
    case .deberta:
      try settings.requireNoSplitting()
      let file = folder.appendingPathComponent("spm.model")
      return try SentencePieceTokenizer.deberta(
        model: SentencePieceModel(bytes: readFile(file), file: file.path), file: file.path)
    case .llama:
      let file = folder.appendingPathComponent("tokenizer.model")
      return try SentencePieceTokenizer.llama(
        model: SentencePieceModel(bytes: readFile(file), file: file.path), file: file.path,
        addsBeginning: settings.addsBeginning ?? true, addsEnd: settings.addsEnd ?? false)
    case .bert:
      let file = folder.appendingPathComponent("vocab.txt")
      let lowercases = settings.lowercases ?? true
      return try WordPieceTokenizer(
        vocabulary: readFile(file), file: file.path,
        text: BertText(
          lowercases: lowercases, stripsAccents: settings.stripsAccents ?? lowercases,
          isolatesCJK: settings.isolatesCJK ?? true))
    case .byteLevel:
      try settings.requireNoPrefixSpace()
      return try byteLevel(folder)
    }
  }

  private static func byteLevel(_ folder: URL) throws -> ByteLevelTokenizer {
    let whole = folder.appendingPathComponent("tokenizer.json")
    if FileManager.default.fileExists(atPath: whole.path) {
      return try ByteLevelTokenizer(
        vocabulary: TokenizerJSON.vocabulary(readFile(whole), file: whole.path), file: whole.path)
    }
    let file = folder.appendingPathComponent("vocab.json")
    let mergesFile = folder.appendingPathComponent("merges.txt")
    var vocabulary = try ByteLevelVocabulary(
      entries: VocabularyJSON.entries(readFile(file), file: file.path), file: file.path)
    try vocabulary.addMerges(readFile(mergesFile), file: mergesFile.path)
    return try ByteLevelTokenizer(vocabulary: vocabulary, file: file.path)
  }

  /// The kinds of tokenizers, in the order in which a folder is searched for them.
  private enum Family: CaseIterable {
    case deberta, llama, bert, byteLevel

    init?(modelType: String) {
      switch modelType {
      case "deberta-v2": self = .deberta
      case "llama": self = .llama
      case "bert": self = .bert
      case "roberta", "gpt2": self = .byteLevel
      default: return nil
      }
    }

    /// By the class's name in `transformers`, slow or fast.
    init?(tokenizerClass: String) {
      switch tokenizerClass.hasSuffix("Fast") ? String(tokenizerClass.dropLast(4)) : tokenizerClass {
      case "DebertaV2Tokenizer": self = .deberta
      case "LlamaTokenizer": self = .llama
      case "BertTokenizer": self = .bert
      case "RobertaTokenizer", "GPT2Tokenizer": self = .byteLevel
      default: return nil
      }
    }

    var files: String {
      switch self {
      case .deberta: "spm.model"
      case .llama: "tokenizer.model"
      case .bert: "vocab.txt"
      case .byteLevel: "tokenizer.json or vocab.json with merges.txt"
      }
    }

    func isPresent(in folder: URL) -> Bool {
      func has(_ name: String) -> Bool {
        FileManager.default.fileExists(atPath: folder.appendingPathComponent(name).path)
      }
      return switch self {
      case .deberta, .llama, .bert: has(files)
      case .byteLevel: has("tokenizer.json") || (has("vocab.json") && has("merges.txt"))
      }
    }
  }
}

/// All bytes of a file.
func readFile(_ file: URL) throws -> [UInt8] {
  do {
    return Array(try Data(contentsOf: file))
  } catch {
    throw TokenizerError.unreadable(
      file: file.path, reason: "this file cannot be read. Check that it is there and that you may read it")
  }
}
