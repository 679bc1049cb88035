// The classes of `transformers` that a tokenizer may name, and what each takes for granted where the files do not say.

/// A kind of tokenizer by its class's name.
enum TokenizerClass: Sendable, CaseIterable {
  case bert, roberta, gpt2, deberta, llama, albert, xlmRoberta, t5
  /// A class that takes nothing for granted.
  case plain

  /// By the class's name in `transformers`, slow or fast; nil for one that this program does not know.
  init?(name: String) {
    let name = name.hasSuffix("Fast") ? String(name.dropLast(4)) : name
    guard let known = Self.allCases.first(where: { $0.names.contains(name) }) else { return nil }
    self = known
  }

  /// By `model_type` of a model's `config.json`.
  init?(modelType: String) {
    switch modelType {
    case "deberta-v2": self = .deberta
    case "llama": self = .llama
    case "bert": self = .bert
    case "roberta": self = .roberta
    case "gpt2": self = .gpt2
    default: return nil
    }
  }

  private var names: [String] {
    switch self {
    case .bert:
      [
        "BertTokenizer", "DistilBertTokenizer", "ElectraTokenizer", "ConvBertTokenizer", "MobileBertTokenizer",
        "SqueezeBertTokenizer", "LayoutLMTokenizer",
      ]
    case .roberta: ["RobertaTokenizer", "LongformerTokenizer", "BartTokenizer"]
    case .gpt2: ["GPT2Tokenizer"]
    case .deberta: ["DebertaV2Tokenizer"]
    case .llama: ["LlamaTokenizer"]
    case .albert: ["AlbertTokenizer"]
    case .xlmRoberta: ["XLMRobertaTokenizer", "CamembertTokenizer"]
    case .t5: ["T5Tokenizer"]
    case .plain: ["PreTrainedTokenizer"]
    }
  }

  /// All names that are known, for a message.
  static var allNames: String { allCases.flatMap(\.names).joined(separator: ", ") }

  /// The token that has a role where the files name none.
  func usualToken(_ role: SpecialRole) -> String? {
    switch self {
    case .bert:
      [.unknown: "[UNK]", .separator: "[SEP]", .padding: "[PAD]", .classification: "[CLS]", .mask: "[MASK]"][role]
    case .deberta:
      [
        .beginning: "[CLS]", .end: "[SEP]", .unknown: "[UNK]", .separator: "[SEP]", .padding: "[PAD]",
        .classification: "[CLS]", .mask: "[MASK]",
      ][role]
    case .albert:
      [
        .beginning: "[CLS]", .end: "[SEP]", .unknown: "<unk>", .separator: "[SEP]", .padding: "<pad>",
        .classification: "[CLS]", .mask: "[MASK]",
      ][role]
    case .roberta, .xlmRoberta:
      [
        .beginning: "<s>", .end: "</s>", .unknown: "<unk>", .separator: "</s>", .padding: "<pad>",
        .classification: "<s>", .mask: "<mask>",
      ][role]
    case .gpt2: [.beginning: "<|endoftext|>", .end: "<|endoftext|>", .unknown: "<|endoftext|>"][role]
    case .llama: [.beginning: "<s>", .end: "</s>", .unknown: "<unk>"][role]
    case .t5: [.end: "</s>", .unknown: "<unk>", .padding: "<pad>"][role]
    case .plain: nil
    }
  }

  /// What the class makes of a role's token that is only named; nil where that stays a name.
  func token(_ role: SpecialRole, named name: String, fromPieces: Bool) -> AddedToken? {
    switch (self, role) {
    case (.roberta, .mask), (.albert, .mask): AddedToken(name, stripsLeft: true, normalization: false)
    case (.xlmRoberta, .mask): AddedToken(name, stripsLeft: true)
    // Only where it is made from `spm.model`.
    case (.deberta, .unknown) where fromPieces: AddedToken(name, isSpecial: true, normalization: true)
    default: nil
    }
  }
}

/// What a special token is for, in the order in which `transformers` goes through them.
enum SpecialRole: String, CaseIterable, Sendable {
  case beginning = "bos_token"
  case end = "eos_token"
  case unknown = "unk_token"
  case separator = "sep_token"
  case padding = "pad_token"
  case classification = "cls_token"
  case mask = "mask_token"
}
