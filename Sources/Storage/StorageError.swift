// What can go wrong between this program and its files, in words that name the file and the next step.
import Foundation

/// An error in reading or writing a file.
package enum StorageError: Error, Equatable, Sendable, CustomStringConvertible {
  /// The file or folder cannot be opened; `reason` is the system's.
  case cannotOpen(path: String, reason: String)
  /// The path names a folder, a pipe or a device where a plain file is needed.
  case notAPlainFile(path: String)
  /// A read failed; `reason` is the system's.
  case cannotRead(path: String, reason: String)
  /// The file is now shorter than the `size` bytes that it had when it was opened.
  case fileShrank(path: String, size: Int)
  /// A write failed; the file at `path` is as it was before.
  case cannotWrite(path: String, reason: String, advice: String)
  /// The file's content breaks the rules of its format.
  case malformed(path: String, format: String, problem: String)
  /// The content is well formed, but is nothing that this program reads.
  case unsupported(path: String, problem: String, advice: String)
  /// The file holds no tensor of that name.
  case unknownTensor(path: String, name: String)
  /// The tensor's type or size is not what the caller asked for.
  case tensorMismatch(path: String, name: String, found: String, expected: String)
  /// The folder holds none of the files that a checkpoint may consist of.
  case noCheckpoint(path: String, expected: [String])
  /// Values handed over for writing contradict each other.
  case invalidContent(name: String, problem: String)

  /// What was found, what was expected, and what to do.
  package var description: String {
    switch self {
    case .cannotOpen(let path, let reason):
      return "\(path): cannot be opened: \(reason). Check the path and its permissions."
    case .notAPlainFile(let path):
      return "\(path): is not a plain file. Name a file with the expected content."
    case .cannotRead(let path, let reason):
      return "\(path): cannot be read: \(reason). Check the disk, or fetch the file again."
    case .fileShrank(let path, let size):
      return "\(path): became shorter while it was read; it had \(size) bytes when it was opened. "
        + "Restore the file, leave it alone during a run, and start again."
    case .cannotWrite(let path, let reason, let advice):
      return "\(path): cannot be written: \(reason). What stood there before is unchanged. \(advice)"
    case .malformed(let path, let format, let problem):
      return "\(path): is not a valid \(format) file: \(problem). Fetch or make the file again."
    case .unsupported(let path, let problem, let advice):
      return "\(path): \(problem). \(advice)"
    case .unknownTensor(let path, let name):
      return "\(path): holds no tensor '\(name)'. Check that the file belongs to this model."
    case .tensorMismatch(let path, let name, let found, let expected):
      return "\(path): tensor '\(name)' is \(found), expected \(expected). "
        + "Check that the file belongs to this model."
    case .noCheckpoint(let path, let expected):
      return "\(path): holds no checkpoint; expected \(expected.joined(separator: ", or ")). "
        + "Name a folder in the layout of the Hugging Face hub."
    case .invalidContent(let name, let problem):
      return "\(name): cannot be stored: \(problem)."
    }
  }

  /// The error of a failed write to `path`, with the advice that fits the system's `code`.
  package static func writing(_ path: String, code: Int32) -> StorageError {
    let advice: String
    switch code {
    case ENOSPC, EDQUOT: advice = "Free some space on its disk, then run the same command again."
    case EFBIG: advice = "Raise the limit on file sizes (ulimit -f), then run the same command again."
    case EACCES, EPERM, EROFS: advice = "Make its folder writable, or name another one."
    case ENOENT, ENOTDIR: advice = "Its folder does not exist: create it, or name another one."
    default: advice = "Check its disk, then run the same command again."
    }
    return .cannotWrite(path: path, reason: systemReason(code), advice: advice)
  }

  /// The system's words for an error code.
  static func systemReason(_ code: Int32) -> String { String(cString: strerror(code)) }
}
