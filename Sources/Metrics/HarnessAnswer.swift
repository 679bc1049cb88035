// GSM8K's answers as lm-evaluation-harness finds and compares them (its task `gsm8k`, version 3).

/// The harness's two ways to find an answer, and the form in which it compares texts.
package enum HarnessAnswer {
  /// What the harness takes where it finds no answer.
  package static let invalid = "[invalid]"

  /// What was generated, cut at the first end of an answer: a next question or a marker of the end.
  package static func answered(_ generated: String) -> String {
    let stops = ["Question:", "</s>", "<|im_end|>"].map { Array($0.utf8) }
    let bytes = Array(generated.utf8)
    let end = bytes.indices.first { place in stops.contains { bytes[place...].starts(with: $0) } }
    return String(decoding: bytes[..<(end ?? bytes.count)], as: UTF8.self)
  }

  /// The first match of `#### (\-?[0-9\.\,]+)`, as it is written.
  package static func strict(_ text: String) -> String {
    GSM8KAnswer.markedNumber(Array(text.unicodeScalars)).map { String(String.UnicodeScalarView($0)) } ?? invalid
  }

  /// The last match of `(-?[$0-9.,]{2,})|(-?[0-9]+)`, as it is written.
  package static func flexible(_ text: String) -> String {
    let bytes = Array(text.utf8)
    func isDigit(_ byte: UInt8) -> Bool { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) }
    var last: ArraySlice<UInt8>?
    var place = 0
    while place < bytes.count {
      let start = bytes[place] == UInt8(ascii: "-") ? place + 1 : place
      let end = bytes[start...].firstIndex { !isDigit($0) && !"$.,".utf8.contains($0) } ?? bytes.count
      if end - start > 1 || end - start == 1 && isDigit(bytes[start]) {
        last = bytes[place..<end]
        place = end
      } else {
        place += 1
      }
    }
    return last.map { String(decoding: $0, as: UTF8.self) } ?? invalid
  }

  /// The form in which answers are compared: without commas and dollar signs, all up to the last `#### `, and one point at the end;
  /// in lower case.
  package static func normalised(_ text: String) -> String {
    var scalars = text.unicodeScalars.filter { $0 != "," && $0 != "$" }[...]
    let mark: [Unicode.Scalar] = ["#", "#", "#", "#", " "]
    if let place = scalars.indices.last(where: { scalars[$0...].starts(with: mark) }) {
      scalars = scalars[place...].dropFirst(mark.count)
    }
    let end = scalars.last == "\n" ? scalars.dropLast() : scalars
    if let point = end.indices.last, end[point] == "." { scalars.remove(at: point) }
    return String(String.UnicodeScalarView(TextScalars.lowercased(Array(scalars))))
  }

  /// Whether a text's answer is that of the data set.
  package static func isRight(_ answer: String, gold: String) -> Bool {
    Array(normalised(answer).utf8) == Array(normalised(gold).utf8)
  }
}
