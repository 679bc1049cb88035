// Llama 3's splitting of text into words, its regular expression written out over Unicode scalars: numbers in threes, and one mark or
// space before a word's letters.

/// The expression, as Llama 3's `tokenizer.json` spells it.
let llama3Expression =
  #"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"#

/// The words of UTF-8 text, as ranges of its bytes that cover all of it.
func llama3Words(_ text: ArraySlice<UInt8>) -> [Range<Int>] {
  let text = ClassifiedText(text)
  return text.words { wordEnd(from: $0, text) }
}

/// The index of the scalar after the word that begins at `index`.
private func wordEnd(from index: Int, _ text: ClassifiedText) -> Int {
  if let length = contractionLength(text.text(from: index)) { return index + length }
  let kind = text.classes[index]
  switch kind {
  case .letter: return text.end(ofRunFrom: index, .letter)
  case .number: return min(index + 3, text.end(ofRunFrom: index, .number))
  case .space, .other:
    if text.kind(index + 1) == .letter, !isLineEnd(text.byte(index)) { return text.end(ofRunFrom: index + 1, .letter) }
  }
  let body = text.byte(index) == UInt8(ascii: " ") ? index + 1 : index
  if text.kind(body) == .other {
    var end = text.end(ofRunFrom: body, .other)
    while end < text.classes.count, isLineEnd(text.byte(end)) { end += 1 }
    return end
  }
  let blanks = index..<text.end(ofRunFrom: index, .space)
  return blanks.last { isLineEnd(text.byte($0)) }.map { $0 + 1 } ?? blankEnd(from: index, text)
}

private func isLineEnd(_ byte: UInt8) -> Bool { byte == 0x0A || byte == 0x0D }

/// The number of scalars of `'s`, `'t`, `'m`, `'d`, `'re`, `'ve` or `'ll` in either case if the text begins with one; `ſ` is an s too.
private func contractionLength(_ text: ArraySlice<UInt8>) -> Int? {
  guard text.first == UInt8(ascii: "'") else { return nil }
  let after = text.dropFirst()
  if after.starts(with: "\u{17F}".utf8) { return 2 }
  let letters = after.prefix(2).map { $0 | 0x20 }
  guard let first = letters.first else { return nil }
  if "stmd".utf8.contains(first) { return 2 }
  return ["re", "ve", "ll"].contains { letters.elementsEqual($0.utf8) } ? 3 : nil
}
