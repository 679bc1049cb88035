// The tokenizers of DeBERTa-v2/v3 (unigram) and Llama (BPE) on top of their SentencePiece models.

/// A tokenizer whose ids come from a SentencePiece model.
///
/// Special tokens that are spelled in a text are taken out first; what is between them goes to the library piece by
/// piece.
/// Where DeBERTa's vocabulary lacks a character, the answer is the library's own: its bytes if the model has byte
/// pieces.
package struct SentencePieceTokenizer: Tokenizer {
  package let vocabularySize: Int
  package let specialTokens: SpecialTokens
  package let template: InputTemplate

  private let model: SentencePieceModel
  private let splitter: SpecialTokenSplitter
  private let isSpecial: Set<Int32>
  /// Whether a decoded text loses all the word marks of its first piece, or one space of the text.
  private let stripsFirstPiece: Bool

  /// DeBERTa-v2/v3: `[CLS]`, `[SEP]`, `[PAD]`, `[UNK]` from the model; `[MASK]` too, or else the id after its last
  /// piece.
  static func deberta(model: SentencePieceModel, file: String) throws -> SentencePieceTokenizer {
    func id(_ token: String, _ needed: String) throws -> Int32 {
      guard let index = model.pieces.firstIndex(of: token), let id = Int32(exactly: index) else {
        throw TokenizerError.missingToken(file: file, token: token, needed: needed)
      }
      return id
    }
    let classification = try id("[CLS]", "which begins every input of DeBERTa")
    let separator = try id("[SEP]", "which ends every text of DeBERTa")
    let padding = try id("[PAD]", "which fills a padded batch")
    let unknown = try id("[UNK]", "which stands for what it cannot spell")
    let mask = try? id("[MASK]", "")
    let appended = Int32(clamping: model.pieces.count)
    return SentencePieceTokenizer(
      model: model, vocabularySize: model.pieces.count + (mask == nil ? 1 : 0),
      specialTokens: SpecialTokens(
        beginning: classification, separator: separator, padding: padding, unknown: unknown, mask: mask ?? appended),
      template: .bert(classification: classification, separator: separator),
      spelled: [
        SpecialToken("[CLS]", id: classification), SpecialToken("[SEP]", id: separator),
        SpecialToken("[PAD]", id: padding), SpecialToken("[UNK]", id: unknown),
        SpecialToken("[MASK]", id: mask ?? appended),
      ],
      stripsFirstPiece: true)
  }

  /// Llama and Llama 2: `<unk>`, `<s>`, `</s>`; no padding, no mask.
  ///
  /// - Parameters:
  ///   - addsBeginning: Whether `<s>` stands before each text, as the published models have it.
  ///   - addsEnd: Whether `</s>` stands after each text.
  static func llama(
    model: SentencePieceModel, file: String, addsBeginning: Bool, addsEnd: Bool
  ) throws -> SentencePieceTokenizer {
    func token(_ token: String) throws -> SpecialToken {
      guard let index = model.pieces.firstIndex(of: token), let id = Int32(exactly: index) else {
        throw TokenizerError.missingToken(file: file, token: token, needed: "which Llama's inputs need")
      }
      return SpecialToken(token, id: id)
    }
    let (unknown, beginning, end) = (try token("<unk>"), try token("<s>"), try token("</s>"))
    return SentencePieceTokenizer(
      model: model, vocabularySize: model.pieces.count,
      specialTokens: SpecialTokens(beginning: beginning.id, separator: end.id, unknown: unknown.id),
      template: .llama(beginning: addsBeginning ? beginning.id : nil, end: addsEnd ? end.id : nil),
      spelled: [unknown, beginning, end], stripsFirstPiece: false)
  }

  private init(
    model: SentencePieceModel, vocabularySize: Int, specialTokens: SpecialTokens, template: InputTemplate,
    spelled: [SpecialToken], stripsFirstPiece: Bool
  ) {
    self.model = model
    self.vocabularySize = vocabularySize
    self.specialTokens = specialTokens
    self.template = template
    self.stripsFirstPiece = stripsFirstPiece
    splitter = SpecialTokenSplitter(spelled)
    isSpecial = Set(spelled.map(\.id))
  }

  package func encode(_ text: String) -> [Int32] {
    let bytes = Array(text.utf8)
    var ids: [Int32] = []
    for part in splitter.split(bytes) {
      switch part {
      case .special(let id): ids.append(id)
      case .text(let range): ids.append(contentsOf: model.encode(bytes[range]))
      }
    }
    return ids
  }

  package func decode(_ ids: [Int32]) -> String {
    var text = ""
    var run: [UInt8] = []
    var isFirst = true
    func finishRun() {
      // A run of byte pieces that is no UTF-8 is a replacement character for each byte, as in `transformers`.
      text += String(validating: run, as: UTF8.self) ?? String(repeating: "\u{FFFD}", count: run.count)
      run.removeAll()
    }
    for id in ids where model.pieces.indices.contains(Int(id)) && !isSpecial.contains(id) {
      if case .byte(let byte) = model.kinds[Int(id)] {
        run.append(byte)
      } else {
        finishRun()
        for scalar in model.pieces[Int(id)].unicodeScalars {
          if scalar != Self.wordMark {
            text.unicodeScalars.append(scalar)
          } else if !(isFirst && stripsFirstPiece) {
            text.unicodeScalars.append(" ")
          }
        }
      }
      isFirst = false
    }
    finishRun()
    if !stripsFirstPiece, text.unicodeScalars.first == " " { text.unicodeScalars.removeFirst() }
    return text
  }

  /// U+2581, which stands for a space within pieces.
  private static let wordMark: Unicode.Scalar = "\u{2581}"
}
