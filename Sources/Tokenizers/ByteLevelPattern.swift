// GPT-2's splitting of text into words (Radford et al. 2019), its regular expression written out over Unicode scalars.

/// The expression, as a `tokenizer.json` may spell it.
let byteLevelExpression = #"'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+"#

/// The words of UTF-8 text, as ranges of its bytes that cover all of it.
func byteLevelWords(_ text: ArraySlice<UInt8>) -> [Range<Int>] {
  let text = ClassifiedText(text)
  return text.words { wordEnd(from: $0, text) }
}

/// The index of the scalar after the word that begins at `index`.
private func wordEnd(from index: Int, _ text: ClassifiedText) -> Int {
  if let length = contractionLength(text.text(from: index)) { return index + length }
  let isBlank = text.byte(index) == UInt8(ascii: " ")
  let body = isBlank && index + 1 < text.classes.count ? index + 1 : index
  if text.classes[body] != .space { return text.end(ofRunFrom: body, text.classes[body]) }
  return blankEnd(from: index, text)
}

/// The index after the white space at `index`: `\s+(?!\S)|\s+`.
func blankEnd(from index: Int, _ text: ClassifiedText) -> Int {
  let end = text.end(ofRunFrom: index, .space)
  // White space before a word leaves its last character to that word, or to itself if it is the only one.
  return end == text.classes.count ? end : max(index + 1, end - 1)
}

/// The length of `'s`, `'t`, `'m`, `'d`, `'re`, `'ve` or `'ll` if the text begins with one.
private func contractionLength(_ text: ArraySlice<UInt8>) -> Int? {
  guard text.first == UInt8(ascii: "'") else { return nil }
  let after = Array(text.dropFirst().prefix(2))
  switch after.first {
  case UInt8(ascii: "s"), UInt8(ascii: "t"), UInt8(ascii: "m"), UInt8(ascii: "d"): return 2
  default:
    let isTwoLetters = after == Array("re".utf8) || after == Array("ve".utf8) || after == Array("ll".utf8)
    return isTwoLetters ? 3 : nil
  }
}

/// A digit, letter-like number or other number, as the reference's tables know it.
func isNumberScalar(_ scalar: Unicode.Scalar) -> Bool { ScalarClass(scalar) == .number }
