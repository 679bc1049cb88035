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

  /// The last bytes of a plain file, at most `limit` of them, and how many stand before them. A link is none.
  ///
  /// - Throws: `StorageError`.
  package static func ending(of url: URL, limit: Int) throws -> (bytes: [UInt8], before: Int) {
    var status = stat()
    guard lstat(url.path, &status) != 0 || status.st_mode & S_IFMT == S_IFREG else {
      throw StorageError.notAPlainFile(path: url.path)
    }
    let file = try InputFile(path: url.path), start = max(0, file.size - limit)
    return (try file.bytes(at: start, count: file.size - start), start)
  }
}
