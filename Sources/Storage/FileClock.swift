// What a file system says of time: its clock is another machine's where a folder is shared.
import Foundation

/// The clock that a file system gives its times by.
package enum FileClock {
  /// The time, since 1970, of the file system that `folder` lies on: that of a file made there, which is gone again.
  ///
  /// - Throws: `StorageError` where no file can be made.
  package static func now(in folder: URL) throws -> Duration {
    let probe = folder.appendingPathComponent(".probe-\(UUID().uuidString)\(AtomicFile.temporarySuffix)").path
    let descriptor = open(probe, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o666)
    guard descriptor >= 0 else { throw StorageError.writing(probe, code: errno) }
    defer {
      close(descriptor)
      unlink(probe)
    }
    var status = stat()
    guard fstat(descriptor, &status) == 0 else { throw StorageError.writing(probe, code: errno) }
    return modified(status)
  }

  /// When the thing at `path` was written or touched last, since 1970, no link followed; nil where there is none.
  package static func modified(_ path: String) -> Duration? {
    var status = stat()
    return lstat(path, &status) == 0 ? modified(status) : nil
  }

  /// When what a status is of was written or touched last, since 1970.
  package static func modified(_ status: stat) -> Duration {
    .seconds(status.st_mtim.tv_sec) + .nanoseconds(status.st_mtim.tv_nsec)
  }
}
