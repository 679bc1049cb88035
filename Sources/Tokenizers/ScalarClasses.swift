// What the expressions that cut text into words tell apart: letters, numbers, white space, and all else.

/// The class of a Unicode scalar, as the reference's tables know it.
enum ScalarClass: UInt8 {
  case letter, number, space, other

  init(_ scalar: Unicode.Scalar) {
    if scalar.isASCII {
      switch scalar.value {
      case 0x41...0x5A, 0x61...0x7A: self = .letter
      case 0x30...0x39: self = .number
      case 0x09...0x0D, 0x20: self = .space
      default: self = .other
      }
      return
    }
    let properties = scalar.properties
    // The reference's tables are those of Unicode 16: what was assigned later is neither letter nor number there.
    switch properties.generalCategory {
    case _ where properties.isWhitespace: self = .space
    case _ where (properties.age?.major ?? .max) > 16: self = .other
    case .uppercaseLetter, .lowercaseLetter, .titlecaseLetter, .modifierLetter, .otherLetter: self = .letter
    case .decimalNumber, .letterNumber, .otherNumber: self = .number
    default: self = .other
    }
  }
}

/// UTF-8 text with the class of each of its scalars.
struct ClassifiedText {
  let text: ArraySlice<UInt8>
  let classes: [ScalarClass]
  /// Where each scalar begins, and at last where the text ends.
  let starts: [Int]

  init(_ text: ArraySlice<UInt8>) {
    var classes: [ScalarClass] = []
    var starts: [Int] = []
    classes.reserveCapacity(text.count)
    starts.reserveCapacity(text.count + 1)
    var offset = text.startIndex
    for scalar in String(decoding: text, as: UTF8.self).unicodeScalars {
      classes.append(ScalarClass(scalar))
      starts.append(offset)
      offset += UTF8.width(scalar)
    }
    starts.append(text.endIndex)
    (self.text, self.classes, self.starts) = (text, classes, starts)
  }

  /// The bytes from a scalar on.
  func text(from index: Int) -> ArraySlice<UInt8> { text[starts[index]...] }

  /// The first byte of a scalar.
  func byte(_ index: Int) -> UInt8 { text[starts[index]] }

  /// The class of a scalar; nil behind the text's end.
  func kind(_ index: Int) -> ScalarClass? { index < classes.count ? classes[index] : nil }

  /// The index after the scalars of one class that begin at `index`.
  func end(ofRunFrom index: Int, _ kind: ScalarClass) -> Int { classes[index...].firstIndex { $0 != kind } ?? classes.count }

  /// The words, as ranges of bytes that cover all of the text; each ends where `end` says, at least a scalar on.
  func words(_ end: (_ start: Int) -> Int) -> [Range<Int>] {
    var words: [Range<Int>] = []
    var index = 0
    while index < classes.count {
      let next = end(index)
      words.append(starts[index]..<starts[next])
      index = next
    }
    return words
  }
}
