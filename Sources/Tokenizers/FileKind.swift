// What lies in a tokenizer file's place where a download went wrong: each gets its own name in the message.

import Foundation

/// The bytes of a tokenizer's file, if they can be such a file at all.
///
/// - Throws: ``TokenizerError`` where it cannot be read, is empty, or is evidently something else.
func readTokenizerFile(_ file: URL) throws -> [UInt8] {
  let bytes = try readFile(file)
  guard let (problem, remedy) = otherKind(bytes) else { return bytes }
  throw TokenizerError.malformed(file: file.path, problem: problem, remedy: remedy)
}

/// What these bytes are instead of a tokenizer's file, and what to do; nil where nothing else is evident.
func otherKind(_ bytes: [UInt8]) -> (problem: String, remedy: String)? {
  if bytes.isEmpty { return ("this file is empty", "Fetch it again") }
  if bytes.starts(with: "version https://git-lfs".utf8) {
    return (
      "this is a Git LFS pointer, not the file itself",
      "Run `git lfs pull` where it was cloned, or fetch the file from the model's page"
    )
  }
  if bytes.starts(with: [0x1F, 0x8B]) { return ("this file is compressed with gzip", "Unpack it with gunzip first") }
  if bytes.starts(with: [0x50, 0x4B, 0x03, 0x04]) { return ("this is a zip archive", "Unpack it first") }
  if bytes.starts(with: [0xFF, 0xFE]) || bytes.starts(with: [0xFE, 0xFF]) || isUTF16(bytes) {
    return ("this file is UTF-16", "Save it as UTF-8, or fetch it again")
  }
  if bytes.starts(with: [0xEF, 0xBB, 0xBF]) {
    return (
      "this file begins with a byte order mark, which would be part of its first token",
      "Save it as UTF-8 without one, or fetch it again"
    )
  }
  let start = bytes.drop { [0x09, 0x0A, 0x0D, 0x20].contains($0) }.prefix(14).map { $0 | 0x20 }
  if start.starts(with: "<!doctype html".utf8) || start.starts(with: "<html".utf8) {
    return ("this is an HTML page, not the file itself", "Fetch it by its download link")
  }
  return nil
}

/// Whether every second byte of the beginning is zero, as in UTF-16 without a mark.
private func isUTF16(_ bytes: [UInt8]) -> Bool {
  let start = bytes.prefix(16)
  guard start.count >= 4 else { return false }
  let zeros = start.enumerated().filter { $0.element == 0 }.map(\.offset)
  return zeros.count == start.count / 2 && Set(zeros.map { $0 % 2 }).count == 1
}
