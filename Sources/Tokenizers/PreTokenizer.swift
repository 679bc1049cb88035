// The second stage of a tokenizer: normalized text to the pieces that the model spells one by one.

/// A piece of a text.
struct Piece: Sendable, Equatable {
  var text: ArraySlice<UInt8>
  /// Whether it stands at the very beginning of the whole text.
  var isStart: Bool
}

/// One way to split text; several may follow each other.
enum PreTokenizer: Sendable {
  /// Before which pieces the mark of a word's beginning is put.
  enum MarkPlace: String, Sendable {
    case always, first, never
  }

  /// Words, each punctuation mark one of its own.
  case bert
  /// Runs of word characters, and of others that are no white space.
  case wordsAndMarks
  case whitespace
  case punctuation(SplitBehavior)
  case digits(isolates: Bool)
  /// Spaces become marks, and each mark begins a piece.
  case wordMarks(mark: [UInt8], place: MarkPlace, splits: Bool)
  /// Bytes become printable characters, GPT-2's words pieces.
  case byteLevel(addsSpace: Bool, splits: Bool)
  case split(TextPattern, SplitBehavior, inverts: Bool)

  func pieces(_ piece: Piece) -> [Piece] {
    let text = piece.text
    func cut(_ ranges: [Range<Int>]) -> [Piece] {
      ranges.filter { !$0.isEmpty }.map { range in
        Piece(text: text[range], isStart: piece.isStart && range.lowerBound == text.startIndex)
      }
    }
    switch self {
    case .bert:
      var ranges: [Range<Int>] = []
      for run in scalarClasses(text, { BertText.isSpace($0) ? 0 : BertText.isPunctuation($0) ? 1 : 2 }) {
        if run.kind == 2 { ranges.append(run.range) }
        if run.kind == 1 { ranges += Self.scalars(text, run.range) }
      }
      return cut(ranges)
    case .wordsAndMarks:
      let runs = scalarClasses(text) { isWordScalar($0) ? 1 : $0.properties.isWhitespace ? 0 : 2 }
      return cut(runs.filter { $0.kind != 0 }.map(\.range))
    case .whitespace: return cut(SplitBehavior.removed.pieces(scalarRuns(text, BertText.isSpace)))
    case .punctuation(let behavior): return cut(behavior.pieces(Self.singly(text, BertText.isPunctuation)))
    case .digits(let isolates):
      return cut((isolates ? SplitBehavior.isolated : .contiguous).pieces(Self.singly(text, isNumberScalar)))
    case .wordMarks(let mark, let place, let splits):
      var marked: [UInt8] = []
      marked.reserveCapacity(text.count + 2 * mark.count)
      let wantsMark = place == .always || (place == .first && piece.isStart)
      if wantsMark, text.first != 0x20, !text.starts(with: mark) { marked += mark }
      for byte in text { if byte == 0x20 { marked += mark } else { marked.append(byte) } }
      let whole = Piece(text: marked[...], isStart: piece.isStart)
      return splits ? Self.split(.text(mark), .mergedWithNext, inverts: false).pieces(whole) : [whole]
    case .byteLevel(let addsSpace, let splits):
      let spaced = addsSpace && text.first != 0x20 ? [0x20] + text : text
      let words = splits ? byteLevelWords(spaced) : [spaced.indices]
      return words.map { word in
        Piece(
          text: ByteAlphabet.spelling(spaced[word])[...], isStart: piece.isStart && word.lowerBound == spaced.startIndex)
      }
    case .split(let pattern, let behavior, let inverts):
      var runs: [TextRun] = []
      var start = text.startIndex
      func add(_ range: Range<Int>, isMatch: Bool) {
        if !range.isEmpty { runs.append(TextRun(range: range, isMatch: isMatch != inverts)) }
      }
      for match in pattern.matches(in: text) {
        add(start..<match.lowerBound, isMatch: false)
        add(match, isMatch: true)
        start = match.upperBound
      }
      add(start..<text.endIndex, isMatch: false)
      return cut(behavior.pieces(runs))
    }
  }

  /// How many times as long a text can be in all its pieces, about.
  var growth: Int {
    switch self {
    case .wordMarks(let mark, _, _): mark.count
    case .byteLevel: 2
    case .bert, .wordsAndMarks, .whitespace, .punctuation, .digits, .split: 1
    }
  }

  /// Each scalar of a range by itself.
  private static func scalars(_ text: ArraySlice<UInt8>, _ range: Range<Int>) -> [Range<Int>] {
    let starts = range.filter { text[$0] & 0xC0 != 0x80 }
    return zip(starts, starts.dropFirst() + [range.upperBound]).map { $0..<$1 }
  }

  /// Runs in which each match is a scalar by itself.
  private static func singly(_ text: ArraySlice<UInt8>, _ isMatch: (Unicode.Scalar) -> Bool) -> [TextRun] {
    scalarRuns(text, isMatch).flatMap { run in
      run.isMatch ? scalars(text, run.range).map { TextRun(range: $0, isMatch: true) } : [run]
    }
  }
}
