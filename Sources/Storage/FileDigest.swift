// SHA-256 of files and bytes, by libcrypto.
import CCrypto
import Foundation

/// SHA-256 digests as 64 lower-case hexadecimal digits.
package enum FileDigest {
  /// The digest of the file at `url`, read in pieces.
  ///
  /// - Throws: `StorageError` where the file cannot be read.
  package static func sha256(of url: URL) throws -> String {
    let file = try InputFile(path: url.path)
    return try sha256(of: file, count: file.size)
  }

  /// The digest of a file's first `count` bytes, of which it has as many.
  static func sha256(of file: InputFile, count: Int) throws -> String {
    let piece = UnsafeMutableRawBufferPointer.allocate(byteCount: 1 << 20, alignment: 16)
    defer { piece.deallocate() }
    return try digest { update in
      for start in stride(from: 0, to: count, by: piece.count) {
        let part = UnsafeMutableRawBufferPointer(rebasing: piece[..<min(piece.count, count - start)])
        try file.read(at: start, into: part)
        update(UnsafeRawBufferPointer(part))
      }
    }
  }

  /// One digest of several files, in this order: that of the lines of their digests.
  ///
  /// - Throws: `StorageError` where a file cannot be read.
  package static func sha256(ofAll files: [URL]) throws -> String {
    sha256(of: Array(try files.map { try sha256(of: $0) + "\n" }.joined().utf8))
  }

  /// The digest of `data`.
  package static func sha256(of data: Data) -> String {
    digest { update in data.withUnsafeBytes { update($0) } }
  }

  /// The digest of `bytes`.
  package static func sha256(of bytes: [UInt8]) -> String {
    digest { update in bytes.withUnsafeBytes { update($0) } }
  }

  private static func digest(_ body: ((UnsafeRawBufferPointer) -> Void) throws -> Void) rethrows -> String {
    let stream = DigestStream()
    try body { stream.update($0) }
    return stream.finish()
  }
}

/// A SHA-256 that takes its bytes piece by piece.
final class DigestStream {
  private let context = EVP_MD_CTX_new()
  // these calls fail only where memory is exhausted or the library lacks SHA-256
  private var succeeded: Bool

  init() { succeeded = EVP_DigestInit_ex(context, EVP_sha256(), nil) == 1 }

  deinit { EVP_MD_CTX_free(context) }

  func update(_ bytes: UnsafeRawBufferPointer) {
    succeeded = EVP_DigestUpdate(context, bytes.baseAddress, bytes.count) == 1 && succeeded
  }

  /// The digest of all that it took; it takes nothing after.
  func finish() -> String {
    var result = [UInt8](repeating: 0, count: 32)
    succeeded = EVP_DigestFinal_ex(context, &result, nil) == 1 && succeeded
    precondition(succeeded, "libcrypto does not compute SHA-256")
    let digits = Array("0123456789abcdef".utf8)
    return String(decoding: result.flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] }, as: UTF8.self)
  }
}
