import Foundation

/// Files that are small by nature, such as configurations.
package enum SmallFile {
  /// The bytes of a plain file, which may have at most `limit`.
  ///
  /// - Throws: `StorageError`.
  package static func contents(of url: URL, limit: Int = 1 << 24) throws -> Data {
    Data(try InputFile(path: url.path).contents(limit: limit))
  }
}
