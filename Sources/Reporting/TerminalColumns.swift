// How many columns of a terminal a text takes: letters of East Asian scripts and emoji take two, combining marks none.

extension String {
  /// The columns that the text takes on a terminal.
  var terminalColumns: Int { reduce(0) { $0 + $1.terminalColumns } }
}

extension Character {
  /// Two for what the Unicode standard calls wide (UAX #11: W and F), else one; marks that follow a letter take no more.
  fileprivate var terminalColumns: Int {
    guard let first = unicodeScalars.first else { return 0 }
    return Self.wide.contains { $0.contains(first.value) } ? 2 : 1
  }

  /// Hangul, CJK with its punctuation, kana, full-width forms, emoji.
  private static let wide: [ClosedRange<UInt32>] = [
    0x1100...0x115F, 0x2E80...0x303E, 0x3041...0x33FF, 0x3400...0x4DBF, 0x4E00...0xA4CF, 0xA960...0xA97F, 0xAC00...0xD7A3,
    0xF900...0xFAFF, 0xFE10...0xFE19, 0xFE30...0xFE6F, 0xFF01...0xFF60, 0xFFE0...0xFFE6, 0x1F300...0x1F64F, 0x1F680...0x1F6FF,
    0x1F900...0x1F9FF, 0x20000...0x3FFFD,
  ]
}
