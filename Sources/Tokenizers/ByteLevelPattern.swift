// GPT-2's splitting of text into words (Radford et al. 2019), its regular expression written out over Unicode scalars.

/// The expression, as a `tokenizer.json` may spell it.
let byteLevelExpression = #"'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+"#

/// What the expression tells apart.
private enum ScalarClass: UInt8 {
  case letter, number, space, other
}

/// The words of UTF-8 text, as ranges of its bytes that cover all of it.
func byteLevelWords(_ text: ArraySlice<UInt8>) -> [Range<Int>] {
  var classes: [ScalarClass] = []
  /// Where each scalar begins, and at last where the text ends.
  var starts: [Int] = []
  classes.reserveCapacity(text.count)
  starts.reserveCapacity(text.count + 1)
  var offset = text.startIndex
  for scalar in String(decoding: text, as: UTF8.self).unicodeScalars {
    classes.append(scalarClass(scalar))
    starts.append(offset)
    offset += UTF8.width(scalar)
  }
  starts.append(text.endIndex)

  var words: [Range<Int>] = []
  var index = 0
  while index < classes.count {
    let end = wordEnd(from: index, text, classes, starts)
    words.append(starts[index]..<starts[end])
    index = end
  }
  return words
}

/// The index of the scalar after the word that begins at `index`.
private func wordEnd(from index: Int, _ text: ArraySlice<UInt8>, _ classes: [ScalarClass], _ starts: [Int]) -> Int {
  if let length = contractionLength(text[starts[index]...]) { return index + length }
  let isBlank = text[starts[index]] == UInt8(ascii: " ")
  let body = isBlank && index + 1 < classes.count ? index + 1 : index
  if classes[body] != .space {
    return classes[body...].firstIndex { $0 != classes[body] } ?? classes.count
  }
  guard let end = classes[index...].firstIndex(where: { $0 != .space }) else { return classes.count }
  // White space before a word leaves its last character to that word, or to itself if it is the only one.
  return max(index + 1, end - 1)
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

private func scalarClass(_ scalar: Unicode.Scalar) -> ScalarClass {
  if scalar.isASCII {
    switch scalar.value {
    case 0x41...0x5A, 0x61...0x7A: return .letter
    case 0x30...0x39: return .number
    case 0x09...0x0D, 0x20: return .space
    default: return .other
    }
  }
  let properties = scalar.properties
  if properties.isWhitespace { return .space }
  // The reference's tables are those of Unicode 16: what was assigned later is neither letter nor number there.
  guard let age = properties.age, age.major <= 16 else { return .other }
  switch properties.generalCategory {
  case .uppercaseLetter, .lowercaseLetter, .titlecaseLetter, .modifierLetter, .otherLetter: return .letter
  case .decimalNumber, .letterNumber, .otherNumber: return .number
  default: return .other
  }
}

/// A digit, letter-like number or other number, as the reference's tables know it.
func isNumberScalar(_ scalar: Unicode.Scalar) -> Bool { scalarClass(scalar) == .number }
