// Whole files or none: content goes to a temporary beside the target, reaches the disk, then takes the target's name.
import Foundation
import Synchronization

/// Writing that leaves either the whole new file or what stood there before, even when the process is killed.
package enum AtomicFile {
  /// Replaces the file at `url` by `data`.
  ///
  /// - Throws: `StorageError` where it cannot be written; what was there before stays.
  package static func write(_ data: Data, to url: URL) throws {
    try write(to: url) { output in try data.withUnsafeBytes { try output.append($0) } }
  }

  /// Replaces the file at `url` by what `body` appends, so that large content need not be in memory at once.
  ///
  /// - Throws: `StorageError` where it cannot be written, and what `body` throws; what was there before stays.
  package static func write(to url: URL, _ body: (OutputFile) throws -> Void) throws {
    _ = fileSizeSignalIgnored
    let target = url.path
    let folder = url.deletingLastPathComponent().path
    let (descriptor, temporary) = try makeTemporary(for: target, in: folder, name: url.lastPathComponent)
    do {
      defer { close(descriptor) }
      try body(OutputFile(target: target, descriptor: descriptor))
      guard fsync(descriptor) == 0, rename(temporary, target) == 0 else {
        throw StorageError.writing(target, code: errno)
      }
    } catch {
      unlink(temporary)
      throw error
    }
    try synchronize(folder: folder, for: target)
  }

  /// Replaces the file at `target` by a copy of the plain file at `source`.
  ///
  /// - Throws: `StorageError` where one cannot be read or the other not be written; what was there before stays.
  package static func copy(_ source: URL, to target: URL) throws {
    let file = try InputFile(path: source.path), piece = 1 << 20
    try write(to: target) { output in
      for start in stride(from: 0, to: file.size, by: piece) {
        try file.bytes(at: start, count: min(piece, file.size - start)).withUnsafeBytes { try output.append($0) }
      }
    }
  }

  /// Removes temporaries that killed processes left in `folder`; those of living writers, which hold a lock on
  /// theirs, stay. Returns the names removed, sorted.
  ///
  /// - Throws: `StorageError` where the folder cannot be read.
  @discardableResult
  package static func sweepStaleTemporaries(in folder: URL) throws -> [String] {
    let names: [String]
    do {
      names = try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted()
    } catch {
      throw StorageError.cannotOpen(path: folder.path, reason: "no such folder, or no permission")
    }
    return names.filter { name in isTemporary(name) && sweepStale(folder.appendingPathComponent(name)) }
  }

  /// Whether a file of this name is a temporary, of a writer that lives or of one that was killed.
  package static func isTemporary(_ name: String) -> Bool { name.hasPrefix(".") && name.hasSuffix(temporarySuffix) }

  /// Whether no process writes the temporary at `url`; it stays.
  package static func isStale(_ url: URL) -> Bool { withStale(url.path) { true } }

  /// Removes the temporary at `url` unless a process writes it; returns whether it was.
  package static func sweepStale(_ url: URL) -> Bool { withStale(url.path) { unlink(url.path) == 0 } }

  /// What `body` returns while the temporary at `path` is locked; false where its writer, who holds a lock on it, lives.
  private static func withStale(_ path: String, _ body: () -> Bool) -> Bool {
    let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK)
    guard descriptor >= 0 else { return false }
    defer { close(descriptor) }
    return flock(descriptor, LOCK_EX | LOCK_NB) == 0 && body()
  }

  /// How the name of a temporary ends.
  package static let temporarySuffix = ".lowrank-temporary"

  /// With this signal ignored, a write beyond the limit on file sizes is an error like any other.
  static let fileSizeSignalIgnored: Bool = {
    signal(SIGXFSZ, SIG_IGN)
    return true
  }()

  private static let counter = Atomic<Int>(0)

  /// Creates and locks a new file in `folder`, named after its target, this process and a number.
  private static func makeTemporary(for target: String, in folder: String, name: String) throws
    -> (descriptor: Int32, path: String)
  {
    // A long name is cut, so that the temporary's own fits in the 255 bytes of a file name.
    let stem = String(decoding: name.utf8.prefix(150), as: UTF8.self)
    while true {
      let number = counter.add(1, ordering: .relaxed).newValue
      let path = "\(folder)/.\(stem).\(getpid())-\(number)\(temporarySuffix)"
      let descriptor = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o666)
      if descriptor < 0 {
        if errno == EEXIST { continue }
        throw StorageError.writing(target, code: errno)
      }
      // A sweep may have taken the file between its creation and this lock; then it has no name left.
      while flock(descriptor, LOCK_EX) != 0 && errno == EINTR {}
      var status = stat()
      if fstat(descriptor, &status) == 0, status.st_nlink > 0 { return (descriptor, path) }
      close(descriptor)
    }
  }

  /// Makes the new name itself survive a power cut.
  private static func synchronize(folder: String, for target: String) throws {
    let descriptor = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    guard descriptor >= 0 else { throw StorageError.writing(target, code: errno) }
    defer { close(descriptor) }
    // Some file systems cannot synchronize a folder and say EINVAL.
    guard fsync(descriptor) == 0 || errno == EINVAL else { throw StorageError.writing(target, code: errno) }
  }
}

/// A file that grows: the temporary that will become one, or one that is read meanwhile.
package struct OutputFile {
  let target: String
  let descriptor: Int32

  /// Adds `bytes` at the end; throws an error that names the target.
  package func append(_ bytes: UnsafeRawBufferPointer) throws {
    guard let base = bytes.baseAddress else { return }
    var done = 0
    while done < bytes.count {
      let put = Foundation.write(descriptor, base + done, min(bytes.count - done, 1 << 30))
      if put > 0 {
        done += put
      } else if put == 0 || errno != EINTR {
        throw StorageError.writing(target, code: put == 0 ? EIO : errno)
      }
    }
  }
}
