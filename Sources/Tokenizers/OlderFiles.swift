// Tokenizers from the files that models had before `tokenizer.json`, made as `transformers` converts them.

import Foundation

/// What is known of a folder with such files.
struct OlderFiles {
  let folder: URL
  let settings: TokenizerSettings

  private func file(_ name: String) -> URL { folder.appendingPathComponent(name) }

  /// BERT: `vocab.txt`, one piece a line.
  ///
  /// - Throws: ``TokenizerError`` naming the line: a file that is not UTF-8, an empty or repeated line, a missing
  ///   special token.
  func bert() throws -> TokenPipeline {
    let file = file("vocab.txt")
    let vocabulary = try Vocabulary(entries: pieces(readTokenizerFile(file), file: file.path), file: file.path)
    let declared = Set(settings.names.declared.map(\.token.content))
    let roles: [(SpecialRole, String)] = [
      (.unknown, "which stands for words that it cannot spell"), (.classification, "which begins every input"),
      (.separator, "which ends every text"), (.padding, "which fills a padded batch"), (.mask, "which hides a word"),
    ]
    for (role, needed) in roles where !settings.names.names(role) {
      guard let usual = TokenizerClass.bert.usualToken(role), !declared.contains(Array(usual.utf8)) else { continue }
      _ = try vocabulary.required(usual, file: file.path, needed: needed)
    }
    let name = settings.names.token(.unknown, .bert, fromPieces: false).map { String(decoding: $0.content, as: UTF8.self) }
    let unknown = try vocabulary.required(name ?? "[UNK]", file: file.path, needed: roles[0].1)
    let text = BertText(
      lowercases: settings.lowercases ?? true, stripsAccents: settings.stripsAccents,
      isolatesCJK: settings.isolatesCJK ?? true)
    let stages = TokenizerStages(
      normalizer: .bert(text), preTokenizers: [.bert], model: WordPieceModel(vocabulary, unknown: unknown),
      decoders: [.wordPiece(prefix: Array("##".utf8), cleans: true)])
    return try pipeline(stages, .bert, file: file.path) { roles in
      .bert(
        classification: try required(roles, .classification, .bert, file.path),
        separator: try required(roles, .separator, .bert, file.path))
    }
  }

  /// RoBERTa and GPT-2: `vocab.json` and `merges.txt`.
  ///
  /// - Parameter kind: The class; nil where none is named: then a vocabulary with `<s>` is RoBERTa's and one with
  ///   `<|endoftext|>` GPT-2's.
  func byteLevel(_ kind: TokenizerClass?) throws -> TokenPipeline {
    let file = file("vocab.json")
    let mergesFile = self.file("merges.txt")
    let vocabulary = try Vocabulary(
      entries: VocabularyJSON.entries(readTokenizerFile(file), file: file.path), file: file.path)
    try vocabulary.requireBytes(file: file.path)
    var model = BytePairModel(vocabulary)
    try addMerges(readTokenizerFile(mergesFile), to: &model, file: mergesFile.path)
    let isRoberta = kind.map { $0 != .gpt2 } ?? (vocabulary.id(of: Array("<s>".utf8)) != nil)
    let own = isRoberta ? TokenizerClass.roberta : .gpt2
    let declared = Set(settings.names.declared.map(\.token.content))
    func require(_ token: String, _ role: SpecialRole, _ needed: String) throws {
      if settings.names.names(role) || declared.contains(Array(token.utf8)) { return }
      _ = try vocabulary.required(token, file: file.path, needed: needed)
    }
    if isRoberta {
      try require("<s>", .classification, "which begins every input")
      try require("</s>", .separator, "which ends every text")
    } else if vocabulary.id(of: Array("<|endoftext|>".utf8)) == nil, kind == nil {
      throw TokenizerError.missingToken(
        file: file.path, token: "<s>", needed: "nor '<|endoftext|>': neither RoBERTa's nor GPT-2's")
    }
    let stages = TokenizerStages(
      preTokenizers: [.byteLevel(addsSpace: settings.addsPrefixSpace ?? false, splits: true)], model: model,
      decoders: [.byteLevel])
    return try pipeline(stages, own, file: file.path) { roles in
      if isRoberta {
        return .roberta(
          beginning: try required(roles, .classification, own, file.path),
          separator: try required(roles, .separator, own, file.path))
      }
      guard settings.addsBeginning ?? false else { return .plain }
      return .gpt2(beginning: try required(roles, .beginning, own, file.path))
    }
  }

  /// DeBERTa-v2/v3: `spm.model`. `[CLS]`, `[SEP]`, `[PAD]` and `[UNK]` are in the model; `[MASK]` too, or else it is added.
  ///
  /// Where the vocabulary lacks a character, the answer is SentencePiece's own: its bytes if the model has byte pieces.
  func deberta() throws -> TokenPipeline {
    try settings.requireNoSplitting()
    let file = file("spm.model")
    let model = try SentencePieceModel(bytes: readTokenizerFile(file), file: file.path)
    let classification = try model.required("[CLS]", file: file.path, needed: "which begins every input of DeBERTa")
    let separator = try model.required("[SEP]", file: file.path, needed: "which ends every text of DeBERTa")
    _ = try model.required("[PAD]", file: file.path, needed: "which fills a padded batch")
    _ = try model.required("[UNK]", file: file.path, needed: "which stands for what it cannot spell")
    let map = model.characters.map { [Normalizer.map($0)] } ?? []
    let normalizer = Normalizer.sequence(
      [.strip(left: true, right: true)] + map + [.replace(.spaces(2), with: [0x20])])
    let stages = TokenizerStages(
      normalizer: normalizer, model: model, decoders: [.bytes, .wordMarks(mark: wordMark, stripsFirst: true)],
      normalizesItself: true)
    return try pipeline(stages, .deberta, controls: model.controls, file: file.path) { _ in
      .bert(classification: classification, separator: separator)
    }
  }

  /// Llama and Llama 2: `tokenizer.model`, with `<unk>`, `<s>`, `</s>`.
  func llama() throws -> TokenPipeline {
    try settings.requireLegacy()
    let file = file("tokenizer.model")
    let model = try SentencePieceModel(bytes: readTokenizerFile(file), file: file.path)
    for token in ["<unk>", "<s>", "</s>"] {
      _ = try model.required(token, file: file.path, needed: "which Llama's inputs need")
    }
    let stages = TokenizerStages(
      model: model,
      decoders: [.replace(.text(wordMark), with: [0x20]), .bytes, .fuse, .strip([0x20], left: 1, right: 0)])
    if let entry = settings.names.declared.first(where: { $0.token.isNormalized && !$0.token.isSpecial }) {
      throw TokenizerError.unsupported(
        file: entry.file, setting: "\"normalized\" of the added token '\(entry.token.text)'", found: "true",
        supported: "false beside tokenizer.model, and both in a tokenizer.json")
    }
    return try pipeline(stages, .llama, controls: model.controls, file: file.path) { roles in
      try settings.llamaTemplate(roles, file: file.path)
    }
  }

  private func required(
    _ roles: [SpecialRole: Int32], _ role: SpecialRole, _ kind: TokenizerClass, _ file: String
  ) throws -> Int32 {
    guard let id = roles[role] else {
      throw TokenizerError.missingToken(
        file: file, token: kind.usualToken(role) ?? role.rawValue, needed: "which the model's inputs need")
    }
    return id
  }

  private func pipeline(
    _ stages: TokenizerStages, _ kind: TokenizerClass, controls: [String] = [], file: String,
    template: ([SpecialRole: Int32]) throws -> InputTemplate
  ) throws -> TokenPipeline {
    var added = AddedVocabulary()
    for control in controls {
      added.add(AddedToken(control, isSpecial: true, normalization: false), to: stages.model)
    }
    let roles = try added.add(settings.names, kind, to: stages.model, fromPieces: stages.normalizesItself)
    return try TokenPipeline(
      stages, added: added, specialTokens: SpecialTokens(roles), template: try template(roles),
      splitsSpecial: settings.splitsSpecial, file: file)
  }

  /// The lines of `vocab.txt`, each a piece.
  private func pieces(_ bytes: [UInt8], file: String) throws -> [VocabularyEntry] {
    var lines: [[UInt8]: Int] = [:]
    return try textLines(bytes).enumerated().map { index, line in
      func problem(_ problem: String, _ remedy: String = TokenizerError.downloadAgain) -> TokenizerError {
        .malformedLine(file: file, line: index + 1, problem: problem, remedy: remedy)
      }
      guard let piece = String(validating: line, as: UTF8.self) else { throw problem("this line is not UTF-8") }
      if piece.isEmpty { throw problem("this line is empty; a piece was expected") }
      if line.contains(0x0D) { throw problem("a carriage return stands within this line, which begins a line for some programs") }
      if let before = lines.updateValue(index + 1, forKey: Array(line)) {
        throw problem("'\(piece)' is in line \(before) already", "Each piece has one id: " + TokenizerError.downloadAgain)
      }
      return VocabularyEntry(token: piece, id: index, line: index + 1)
    }
  }

  /// Reads `merges.txt`: a version line, then two tokens a line, best first.
  ///
  /// `transformers` leaves out the first line and what stands after the last line end, whatever they say; where a merge
  /// would be lost that way, the file is refused.
  private func addMerges(_ bytes: [UInt8], to model: inout BytePairModel, file: String) throws {
    let lines = textLines(bytes)
    var rank = 0
    for (index, line) in lines.enumerated() {
      func problem(_ problem: String) -> TokenizerError {
        .malformedLine(
          file: file, line: index + 1, problem: problem,
          remedy: "It must be published together with the vocabulary: fetch both again")
      }
      if index == 0 {
        guard line.starts(with: "#".utf8), line.contains(where: { $0 == UInt8(ascii: ":") }) else {
          throw problem("'#version: 0.2' was expected in the first line")
        }
        continue
      }
      if line.isEmpty { continue }
      guard let text = String(validating: line, as: UTF8.self) else { throw problem("this line is not UTF-8") }
      let parts = text.unicodeScalars.split(separator: " ", omittingEmptySubsequences: false)
      guard parts.count == 2 else {
        throw problem("two tokens with a space between them were expected, \(parts.count) found")
      }
      if index == lines.count - 1, bytes.last != UInt8(ascii: "\n") {
        throw problem("the last line has no line end: the file is cut")
      }
      if let wrong = model.addMerge(String(parts[0]), String(parts[1]), rank: rank) { throw problem(wrong) }
      rank += 1
    }
  }
}
