// Reads `tokenizer.json`, the one-file format of Hugging Face's fast tokenizers: normalizer, pre-tokenizer, model,
// post-processor and decoder, each by a file of its own. `truncation` and `padding` change no id here: the caller says
// how long an input is, and `transformers` overrides them too.

/// A reader of `tokenizer.json`.
enum TokenizerJSON {
  /// The tokenizer of a file and of the settings beside it.
  ///
  /// - Parameter kind: The tokenizer's class; nil where none is named, then the vocabulary's own tokens tell.
  /// - Throws: ``TokenizerError``, which names what this program does not have.
  static func tokenizer(
    _ bytes: [UInt8], file: String, kind: TokenizerClass?, settings: TokenizerSettings
  ) throws -> TokenPipeline {
    let root = try JSONSection.root(bytes, file: file)
    let modelSection = try root.required("model")
    try settings.requireSupport(besideJSON: root, kind)
    var preTokenizers = try root["pre_tokenizer"].map(PreTokenizer.read) ?? []
    let isByteLevel = preTokenizers.contains { if case .byteLevel = $0 { true } else { false } }
    let model = try PieceModelJSON.model(modelSection, isByteLevel: isByteLevel)
    var normalizer = try root["normalizer"].map(Normalizer.init)
    if kind == .bert { normalizer = bert(normalizer, settings) }
    if kind != .llama { preTokenizers = spaced(preTokenizers, settings) }
    try requireBeginning(preTokenizers, normalizer, file: file)
    let decoders = try root["decoder"].map(TokenDecoder.read) ?? [.spaces]

    var added = AddedVocabulary()
    for section in try root["added_tokens"]?.elements() ?? [] {
      let token = try AddedToken(section)
      let declared = try section.required("id").integer()
      let id = added.add(token, to: model)
      guard let id, Int(id) == declared else {
        throw TokenizerError.misplaced(token, declared, found: id, in: model, file: file, line: section.node.line)
      }
    }
    let own = kind ?? guess { added.id(of: $0) ?? model.id(of: $0) }
    var names = settings.names
    names.describe(added.inOrder)
    let roles = try added.add(names, own, to: model, fromPieces: false)
    if own == .t5, added.id(of: Array("<extra_id_0>".utf8)) == nil {
      throw TokenizerError.missingToken(file: file, token: "<extra_id_0>", needed: "which T5's class adds")
    }
    var template = try root["post_processor"].map(InputTemplate.read) ?? nil
    if own == .llama { template = try settings.llamaTemplate(roles, file: file) }
    let size = max(model.count, added.end)
    if let highest = template?.highestID, Int(highest) >= size {
      throw TokenizerError.malformed(
        file: file, problem: "the post_processor has the id \(highest); \(size) tokens have ids 0 to \(size - 1)",
        remedy: TokenizerError.downloadAgain)
    }
    return try TokenPipeline(
      TokenizerStages(normalizer: normalizer, preTokenizers: preTokenizers, model: model, decoders: decoders),
      added: added, specialTokens: SpecialTokens(roles), template: template ?? .plain,
      splitsSpecial: settings.splitsSpecial, file: file)
  }

  /// BERT's class overrides what the file says of its normalizer, with its own defaults too.
  private static func bert(_ normalizer: Normalizer?, _ settings: TokenizerSettings) -> Normalizer? {
    guard case .bert(var text) = normalizer else { return normalizer }
    text.lowercases = settings.lowercases ?? true
    text.stripsAccents = settings.stripsAccents
    text.isolatesCJK = settings.isolatesCJK ?? true
    return .bert(text)
  }

  /// Every class overrides whether a byte-level pre-tokenizer that stands alone begins with a space.
  private static func spaced(_ preTokenizers: [PreTokenizer], _ settings: TokenizerSettings) -> [PreTokenizer] {
    guard preTokenizers.count == 1, case .byteLevel(_, let splits) = preTokenizers[0] else { return preTokenizers }
    return [.byteLevel(addsSpace: settings.addsPrefixSpace ?? false, splits: splits)]
  }

  /// Which piece is a text's first is only known where the normalizer takes nothing away before it.
  private static func requireBeginning(_ stages: [PreTokenizer], _ normalizer: Normalizer?, file: String) throws {
    let isAsked = stages.contains { if case .wordMarks(_, .first, _) = $0 { true } else { false } }
    if isAsked, normalizer?.keepsBeginning == false {
      throw TokenizerError.unsupported(
        file: file, setting: "prepend_scheme", found: "first, after a normalizer that may take the text's beginning away",
        supported: "always and never there")
    }
  }

  /// The class that a vocabulary was made for, by the special tokens in it.
  private static func guess(_ id: ([UInt8]) -> Int32?) -> TokenizerClass {
    func has(_ tokens: String...) -> Bool { tokens.allSatisfy { id(Array($0.utf8)) != nil } }
    if has("[CLS]", "[SEP]", "[UNK]") { return .bert }
    if has("[CLS]", "[SEP]", "<unk>") { return .albert }
    if has("<s>", "</s>", "<pad>") { return .roberta }
    if has("<s>", "</s>", "<unk>") { return .llama }
    return has("<|endoftext|>") ? .gpt2 : .plain
  }
}
