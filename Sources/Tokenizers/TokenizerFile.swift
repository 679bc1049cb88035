// What lies in a tokenizer file's place where a download went wrong: each gets its own name in the message.

import Foundation
import Storage

/// The bytes of a tokenizer's file, if they can be such a file at all.
///
/// - Throws: ``TokenizerError`` where it cannot be read, is empty, or is evidently something else.
func readTokenizerFile(_ file: URL) throws -> [UInt8] {
  let bytes = try readFile(file)
  if let kind = OtherKind(bytes) {
    throw TokenizerError.malformed(file: file.path, problem: "this file is \(kind.name)", remedy: kind.advice)
  }
  if bytes.starts(with: [0xEF, 0xBB, 0xBF]) {
    throw TokenizerError.malformed(
      file: file.path, problem: "this file begins with a byte order mark, which would be part of its first token",
      remedy: "Save it as UTF-8 without one, or fetch it again")
  }
  return bytes
}

/// All bytes of a file.
func readFile(_ file: URL) throws -> [UInt8] {
  do {
    return Array(try Data(contentsOf: file))
  } catch {
    throw TokenizerError.unreadable(
      file: file.path, reason: "this file cannot be read. Check that it is there and that you may read it")
  }
}
