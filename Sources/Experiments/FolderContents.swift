// What a folder holds, without following any link: how much, how young, and whether it is as it was.
import Foundation
import Storage

/// The files below a folder at one moment.
struct FolderContents: Sendable, Equatable {
  /// The bytes of all plain files.
  private(set) var bytes = 0
  /// When the folder or anything in it was touched last, since 1970.
  private(set) var newest: Duration
  /// The files by their paths, but for hidden ones, such as claims: size and time of each.
  private(set) var files: [String: File] = [:]

  /// What tells that a file was replaced or written to.
  struct File: Sendable, Equatable {
    /// Its size in bytes.
    let size: Int
    /// When it was written last.
    let modified: Duration
  }

  /// Looks at the folder at `url`; nil where there is none, or a link in its place, or not all of it can be read.
  init?(_ url: URL) {
    var status = stat()
    guard lstat(url.path, &status) == 0, status.st_mode & S_IFMT == S_IFDIR else { return nil }
    newest = FileClock.modified(status)
    guard visit(url, below: "") else { return nil }
  }

  private mutating func visit(_ folder: URL, below path: String) -> Bool {
    guard let names = try? FileManager.default.contentsOfDirectory(atPath: folder.path) else { return false }
    for name in names {
      let url = folder.appending(path: name)
      var status = stat()
      guard lstat(url.path, &status) == 0 else { continue }
      let modified = FileClock.modified(status)
      newest = max(newest, modified)
      if status.st_mode & S_IFMT == S_IFDIR {
        guard visit(url, below: path + name + "/") else { return false }
        continue
      }
      if status.st_mode & S_IFMT == S_IFREG { bytes += Int(status.st_size) }
      if !name.hasPrefix(".") { files[path + name] = File(size: Int(status.st_size), modified: modified) }
    }
    return true
  }
}
