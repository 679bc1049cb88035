// Lines of a vocabulary file, as bytes: what is a character is decided later.

/// The lines of a file, without their ends (`\n` or `\r\n`). A line end at the end of the file begins no line.
func textLines(_ bytes: [UInt8]) -> [ArraySlice<UInt8>] {
  let newline = UInt8(ascii: "\n")
  var lines = bytes.split(separator: newline, omittingEmptySubsequences: false)
  if lines.last?.isEmpty == true { lines.removeLast() }
  return lines.map { $0.last == UInt8(ascii: "\r") ? $0.dropLast() : $0 }
}
