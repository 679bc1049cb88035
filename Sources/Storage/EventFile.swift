// A TensorBoard event file that grows while it is read. Unlike all other files it is not replaced whole: whoever reads it waits at
// a record that is not whole yet.
import Foundation

/// A new event file in the folder of a run's files, which TensorBoard reads one after the other, by their names.
package final class EventFile {
  private let output: OutputFile
  private var buffer: [UInt8] = []

  /// Makes a file after those that are there.
  ///
  /// - Parameters:
  ///   - folder: where; it is made where it is not there.
  ///   - time: the time that the file is named after.
  /// - Throws: `StorageError`.
  package init(in folder: URL, at time: Date) throws {
    _ = AtomicFile.fileSizeSignalIgnored
    try Folder.make(at: folder)
    while true {
      let path = folder.appending(path: Self.name(at: time, after: Self.newest(in: folder))).path
      let descriptor = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o666)
      if descriptor >= 0 {
        output = OutputFile(target: path, descriptor: descriptor)
        break
      }
      // another process has made it meanwhile
      guard errno == EEXIST else { throw StorageError.writing(path, code: errno) }
    }
    add(TensorBoardEvent(time: time.timeIntervalSince1970, step: 0, .version))
  }

  deinit { close(output.descriptor) }

  /// Bytes that are not written yet.
  package var pending: Int { buffer.count }

  /// Adds an event, which is kept in memory until it is asked to be written.
  package func add(_ event: TensorBoardEvent) { buffer += event.record }

  /// Hands what was added to the system; nobody waits for the disk. After an error the file is of no use any more.
  ///
  /// - Throws: `StorageError`.
  package func write() throws {
    try buffer.withUnsafeBytes { try output.append($0) }
    buffer.removeAll(keepingCapacity: true)
  }

  /// Whether the last of a folder's event files ends with this event.
  package static func ends(with event: TensorBoardEvent, in folder: URL) -> Bool {
    let record = event.record
    guard let name = newest(in: folder), let file = try? InputFile(path: folder.appending(path: name).path),
      file.size >= record.count
    else { return false }
    return (try? file.bytes(at: file.size - record.count, count: record.count)) == record
  }

  /// The last of a folder's event files, by the order of their bytes, in which TensorBoard reads them.
  private static func newest(in folder: URL) -> String? {
    let names = (try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? []
    return names.filter { $0.contains("tfevents") }.max { $0.utf8.lexicographicallyPrecedes($1.utf8) }
  }

  /// `events.out.tfevents.` with seconds and microseconds, or a name that follows `last` where that does not.
  static func name(at time: Date, after last: String?) -> String {
    let microseconds = Int(exactly: (time.timeIntervalSince1970 * 1e6).rounded()) ?? 0
    let digits = "\(max(0, microseconds))"
    let padded = String(repeating: "0", count: max(0, 16 - digits.count)) + digits
    let name = "events.out.tfevents.\(padded.dropLast(6)).\(padded.suffix(6))"
    guard let last, !last.utf8.lexicographicallyPrecedes(name.utf8) else { return name }
    return last + ".1"
  }
}
