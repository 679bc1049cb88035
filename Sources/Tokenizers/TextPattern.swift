// What a normalizer replaces or a pre-tokenizer splits at. A file's regular expression is never run: the few that
// published tokenizers have are written out here, and any other is refused by its text.

/// A pattern in UTF-8 text.
enum TextPattern: Sendable {
  /// Just this text, which is not empty.
  case text([UInt8])
  /// Runs of at least so many spaces.
  case spaces(Int)
  /// Runs of white space.
  case whitespace
  /// The words of GPT-2.
  case byteLevelWords
  /// The words of Llama 3.
  case llama3Words

  /// The pattern of a regular expression; nil where it is none of those that this program knows.
  init?(regularExpression text: String) {
    switch text {
    case " {2,}", "  +": self = .spaces(2)
    case " +", " {1,}": self = .spaces(1)
    case #"\s+"#: self = .whitespace
    case byteLevelExpression: self = .byteLevelWords
    case llama3Expression: self = .llama3Words
    default:
      let special = #"\^$.|?*+()[]{}"#.unicodeScalars
      guard !text.isEmpty, !text.unicodeScalars.contains(where: special.contains) else { return nil }
      self = .text(Array(text.utf8))
    }
  }

  /// Where the pattern stands, from left to right without overlaps.
  func matches(in text: ArraySlice<UInt8>) -> [Range<Int>] {
    switch self {
    case .byteLevelWords: return Tokenizers.byteLevelWords(text)
    case .llama3Words: return Tokenizers.llama3Words(text)
    case .whitespace: return scalarRuns(text, BertText.isSpace).filter(\.isMatch).map(\.range)
    case .spaces(let least):
      return runs(text) { $0 == 0x20 }.filter { $0.count >= least }
    case .text(let wanted):
      guard let first = wanted.first else { return [] }
      var matches: [Range<Int>] = []
      var position = text.startIndex
      while let start = text[position...].firstIndex(of: first) {
        if text[start...].starts(with: wanted) {
          matches.append(start..<(start + wanted.count))
          position = start + wanted.count
        } else {
          position = start + 1
        }
      }
      return matches
    }
  }

  /// How many times as long a text can be with so many bytes in each match's place.
  func growth(_ count: Int) -> Int {
    let least =
      switch self {
      case .text(let wanted): wanted.count
      case .spaces(let least): least
      case .whitespace, .byteLevelWords, .llama3Words: 1
      }
    return max(1, (count + least - 1) / max(1, least))
  }

  private func runs(_ text: ArraySlice<UInt8>, _ isTaken: (UInt8) -> Bool) -> [Range<Int>] {
    var runs: [Range<Int>] = []
    var position = text.startIndex
    while let start = text[position...].firstIndex(where: isTaken) {
      let end = text[start...].firstIndex { !isTaken($0) } ?? text.endIndex
      runs.append(start..<end)
      position = end
    }
    return runs
  }
}

/// A part of a text, and whether it is what was looked for.
struct TextRun: Sendable, Equatable {
  var range: Range<Int>
  var isMatch: Bool
}

/// A text cut into runs of scalars that answer alike.
func scalarRuns(_ text: ArraySlice<UInt8>, _ isMatch: (Unicode.Scalar) -> Bool) -> [TextRun] {
  scalarClasses(text) { isMatch($0) ? 1 : 0 }.map { TextRun(range: $0.range, isMatch: $0.kind == 1) }
}

/// A text cut into runs of scalars of one kind.
func scalarClasses(_ text: ArraySlice<UInt8>, _ kind: (Unicode.Scalar) -> Int) -> [(range: Range<Int>, kind: Int)] {
  var runs: [(range: Range<Int>, kind: Int)] = []
  var position = text.startIndex
  for scalar in String(decoding: text, as: UTF8.self).unicodeScalars {
    let end = position + UTF8.width(scalar)
    let found = kind(scalar)
    if let last = runs.last, last.kind == found {
      runs[runs.count - 1].range = last.range.lowerBound..<end
    } else {
      runs.append((position..<end, found))
    }
    position = end
  }
  return runs
}

/// What becomes of the places where a text is split.
enum SplitBehavior: String, Sendable {
  case removed = "Removed"
  case isolated = "Isolated"
  case mergedWithPrevious = "MergedWithPrevious"
  case mergedWithNext = "MergedWithNext"
  case contiguous = "Contiguous"

  /// The pieces of a text that is cut into runs, which cover all of it.
  func pieces(_ runs: [TextRun]) -> [Range<Int>] {
    switch self {
    case .removed: return runs.filter { !$0.isMatch }.map(\.range)
    case .isolated: return runs.map(\.range)
    case .contiguous:
      var pieces: [TextRun] = []
      for run in runs {
        if let last = pieces.last, last.isMatch == run.isMatch {
          pieces[pieces.count - 1].range = last.range.lowerBound..<run.range.upperBound
        } else {
          pieces.append(run)
        }
      }
      return pieces.map(\.range)
    case .mergedWithPrevious:
      var pieces: [Range<Int>] = []
      var isAfterMatch = false
      for run in runs {
        if run.isMatch, !isAfterMatch, let last = pieces.popLast() {
          pieces.append(last.lowerBound..<run.range.upperBound)
        } else {
          pieces.append(run.range)
        }
        isAfterMatch = run.isMatch
      }
      return pieces
    case .mergedWithNext:
      var pieces: [Range<Int>] = []
      var isBeforeMatch = false
      for run in runs.reversed() {
        if run.isMatch, !isBeforeMatch, let last = pieces.popLast() {
          pieces.append(run.range.lowerBound..<last.upperBound)
        } else {
          pieces.append(run.range)
        }
        isBeforeMatch = run.isMatch
      }
      return pieces.reversed()
    }
  }
}
