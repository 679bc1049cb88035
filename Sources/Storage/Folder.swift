import Foundation

/// Makes folders.
public enum Folder {
  /// Makes the folder at `url`, and those it lies in, where they are not there.
  ///
  /// - Throws: `StorageError.cannotWrite`.
  public static func make(at url: URL) throws {
    do {
      try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
    } catch {
      throw StorageError.cannotWrite(
        path: url.path, reason: "the folder cannot be made", advice: "Check the path, its permissions and the free space.")
    }
  }
}
