// Keeps two processes from the same work, by `flock`: the system releases it when its holder ends, however it ends.
import Foundation

/// An exclusive lock, held until the value is released. The lock file stays: to remove it would let two in.
package final class FolderLock: Sendable {
  private let descriptor: Int32

  private init(descriptor: Int32) { self.descriptor = descriptor }

  deinit { close(descriptor) }

  /// Takes the lock that the file `name` in `folder` stands for, waiting for its holder.
  static func acquire(in folder: URL, name: String = ".lock") throws -> FolderLock {
    while true {
      if let lock = try take(folder.appendingPathComponent(name).path, operation: LOCK_EX) { return lock }
    }
  }

  /// Takes the lock that the file `name` in `folder` stands for, or returns nil where another holds it.
  ///
  /// - Throws: `StorageError` where the file cannot be made or locked.
  package static func tryAcquire(in folder: URL, name: String = ".lock") throws -> FolderLock? {
    try take(folder.appendingPathComponent(name).path, operation: LOCK_EX | LOCK_NB)
  }

  private static func take(_ path: String, operation: Int32) throws -> FolderLock? {
    let descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0o666)
    guard descriptor >= 0 else { throw StorageError.writing(path, code: errno) }
    let lock = FolderLock(descriptor: descriptor)
    while flock(descriptor, operation) != 0 {
      if errno == EWOULDBLOCK { return nil }
      guard errno == EINTR else { throw StorageError.writing(path, code: errno) }
    }
    // Someone may have removed the folder while this waited; a lock on a nameless file would lock nobody out.
    var held = stat()
    var named = stat()
    guard fstat(descriptor, &held) == 0, stat(path, &named) == 0, held.st_ino == named.st_ino,
      held.st_dev == named.st_dev
    else { return nil }
    return lock
  }
}
