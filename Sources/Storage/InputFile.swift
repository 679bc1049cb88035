// A file open for reading. Reads are `pread` on one descriptor, never a memory map: a file that is shortened
// meanwhile gives an error here, where a map would end the process with SIGBUS.
import Foundation

/// A plain file, held open with the size that it had at that time.
final class InputFile: Sendable {
  /// The path as the caller gave it.
  let path: String
  /// Bytes in the file when it was opened.
  let size: Int
  private let descriptor: Int32

  /// Opens the plain file at `path`.
  init(path: String) throws {
    // Without O_NONBLOCK, opening a pipe would wait for its writer for ever.
    let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
    guard descriptor >= 0 else {
      throw StorageError.cannotOpen(path: path, reason: StorageError.systemReason(errno))
    }
    var status = stat()
    guard fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG else {
      close(descriptor)
      throw StorageError.notAPlainFile(path: path)
    }
    self.path = path
    self.size = Int(status.st_size)
    self.descriptor = descriptor
  }

  deinit { close(descriptor) }

  /// Fills `buffer` from `offset`. The caller has checked that the range lies within `size`.
  func read(at offset: Int, into buffer: UnsafeMutableRawBufferPointer) throws {
    guard let base = buffer.baseAddress else { return }
    var done = 0
    while done < buffer.count {
      let got = pread(descriptor, base + done, min(buffer.count - done, 1 << 30), off_t(offset + done))
      if got > 0 {
        done += got
      } else if got == 0 {
        throw StorageError.fileShrank(path: path, size: size)
      } else if errno != EINTR {
        throw StorageError.cannotRead(path: path, reason: StorageError.systemReason(errno))
      }
    }
  }

  /// The `count` bytes from `offset`. The caller has checked that the range lies within `size`.
  func bytes(at offset: Int, count: Int) throws -> [UInt8] {
    try [UInt8](unsafeUninitializedCapacity: count) { buffer, initialized in
      try read(
        at: offset, into: UnsafeMutableRawBufferPointer(rebasing: UnsafeMutableRawBufferPointer(buffer)[..<count]))
      initialized = count
    }
  }

  /// The whole file, which may have at most `limit` bytes.
  func contents(limit: Int) throws -> [UInt8] {
    guard size <= limit else {
      throw StorageError.unsupported(
        path: path, problem: "has \(size) bytes, more than the \(limit) that are read at once",
        advice: "Check that it is the right file.")
    }
    return try bytes(at: 0, count: size)
  }

  /// Refuses what lies in a file's place where a download went wrong. A zip archive may be meant, and the length that a safetensors file
  /// begins with may look like gzip's mark.
  func refuseOtherKind() throws {
    let start = try bytes(at: 0, count: min(size, 512))
    guard let kind = OtherKind(start), !start.starts(with: [0x50, 0x4B]) else { return }
    let length = start.prefix(8).reversed().reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
    if start.starts(with: [0x1F, 0x8B]), start.count >= 8, length < UInt64(size) { return }
    throw StorageError.unsupported(path: path, problem: "is \(kind.name)", advice: kind.advice + ".")
  }
}
