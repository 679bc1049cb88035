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
    let piece = UnsafeMutableRawBufferPointer.allocate(byteCount: 1 << 20, alignment: 16)
    defer { piece.deallocate() }
    return try digest { update in
      for start in stride(from: 0, to: file.size, by: piece.count) {
        let part = UnsafeMutableRawBufferPointer(rebasing: piece[..<min(piece.count, file.size - start)])
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
    let context = EVP_MD_CTX_new()
    defer { EVP_MD_CTX_free(context) }
    // These calls fail only where memory is exhausted or the library lacks SHA-256.
    var succeeded = EVP_DigestInit_ex(context, EVP_sha256(), nil) == 1
    try body { succeeded = EVP_DigestUpdate(context, $0.baseAddress, $0.count) == 1 && succeeded }
    var result = [UInt8](repeating: 0, count: 32)
    succeeded = EVP_DigestFinal_ex(context, &result, nil) == 1 && succeeded
    precondition(succeeded, "libcrypto does not compute SHA-256")
    let digits = Array("0123456789abcdef".utf8)
    return String(decoding: result.flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] }, as: UTF8.self)
  }
}
