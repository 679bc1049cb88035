import Foundation

/// Files that are small by nature, such as configurations.
package enum SmallFile {
  /// The bytes of a plain file, which may have at most `limit` and is not evidently another file than a text.
  ///
  /// - Throws: `StorageError`.
  package static func contents(of url: URL, limit: Int = 1 << 24) throws -> Data {
    let bytes = try InputFile(path: url.path).contents(limit: limit)
    if let kind = OtherKind(bytes) {
      throw StorageError.unsupported(path: url.path, problem: "is \(kind.name)", advice: kind.advice + ".")
    }
    return Data(bytes)
  }
}
