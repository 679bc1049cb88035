// From a folder in the hub's layout to its tokenizer.

import Foundation

/// A folder with a published model's tokenizer files.
package enum TokenizerFolder {
  /// Reads the tokenizer of a folder.
  ///
  /// | files | tokenizer |
  /// |---|---|
  /// | `tokenizer.json` | any: WordPiece, byte-pair encoding or unigram, as the file says |
  /// | `spm.model` | DeBERTa-v2/v3: SentencePiece unigram |
  /// | `tokenizer.model` | Llama: SentencePiece BPE |
  /// | `vocab.txt` | BERT: WordPiece |
  /// | `vocab.json` and `merges.txt` | RoBERTa, GPT-2: byte-level BPE |
  ///
  /// `tokenizer.json` comes before the others, as in `transformers`. Beside all of them, `tokenizer_config.json`,
  /// `special_tokens_map.json` and `added_tokens.json` are read where they are there. `tokenizer_class` of
  /// `tokenizer_config.json`, or else of `config.json`, decides where the folder has that class's files (a RoBERTa may
  /// come with a SentencePiece vocabulary), else the model's own row where `modelType` is known, else the first row that
  /// the folder has.
  ///
  /// - Parameter modelType: `model_type` of the model's `config.json`; nil where there is none.
  /// - Throws: ``TokenizerError``.
  package static func load(from folder: URL, modelType: String? = nil) throws -> any Tokenizer {
    func has(_ names: String...) -> Bool {
      names.allSatisfy { FileManager.default.fileExists(atPath: folder.appendingPathComponent($0).path) }
    }
    let settings = try TokenizerSettings(folder: folder)
    let model = modelType.flatMap(TokenizerClass.init(modelType:))
    let whole = folder.appendingPathComponent("tokenizer.json")
    if has("tokenizer.json") {
      return try TokenizerJSON.tokenizer(
        readTokenizerFile(whole), file: whole.path, kind: settings.tokenizerClass ?? model, settings: settings)
    }
    let named = settings.tokenizerClass.flatMap { kind in kind.files.flatMap { isPresent($0, in: folder) ? kind : nil } }
    let own = named ?? model
    guard let files = own?.files ?? Files.allCases.first(where: { isPresent($0, in: folder) }), isPresent(files, in: folder)
    else {
      let expected = own?.files.map { [$0.rawValue] } ?? Files.allCases.map(\.rawValue)
      throw TokenizerError.noTokenizer(folder: folder.path, expected: ["tokenizer.json"] + expected)
    }
    let older = OlderFiles(folder: folder, settings: settings)
    switch files {
    case .pieces: return try older.deberta()
    case .llamaPieces: return try older.llama()
    case .words: return try older.bert()
    case .merges: return try older.byteLevel(own)
    }
  }

  /// The older files of a tokenizer, in the order in which a folder is searched for them.
  fileprivate enum Files: String, CaseIterable {
    case pieces = "spm.model"
    case llamaPieces = "tokenizer.model"
    case words = "vocab.txt"
    case merges = "vocab.json with merges.txt"
  }

  private static func isPresent(_ files: Files, in folder: URL) -> Bool {
    files.rawValue.split(separator: " with ").allSatisfy {
      FileManager.default.fileExists(atPath: folder.appendingPathComponent(String($0)).path)
    }
  }
}

extension TokenizerClass {
  /// The older files that the class reads; nil for one that this program only knows from `tokenizer.json`.
  fileprivate var files: TokenizerFolder.Files? {
    switch self {
    case .deberta: .pieces
    case .llama: .llamaPieces
    case .bert: .words
    case .roberta, .gpt2: .merges
    case .albert, .xlmRoberta, .t5, .plain: nil
    }
  }
}
