// A run whose worker is killed again and again before it gains a step would go on for ever: it is given up after three such attempts in a row.
import Foundation
import Records
import Storage

/// What is kept of the attempts at a run, beside its checkpoint.
struct RunAttempts: Sendable, Equatable, Codable {
  /// Attempts in a row that gained nothing.
  static let most = 3
  /// How much of the log a message shows.
  private static let shownLines = 5

  /// What the checkpoint was when the last attempt began; empty where there was none.
  let checkpoint: String
  /// The attempts before it that had begun with the same.
  let fruitless: Int

  /// Counts an attempt that begins now.
  ///
  /// - Throws: `Exhausted` where the last three began with the checkpoint that is there now; after that they are counted anew.
  static func begin(in folder: URL) throws {
    let file = RunFile.attempts.url(in: folder), now = stamp(of: RunFile.checkpoint.url(in: folder))
    let before = (try? SmallFile.contents(of: file)).flatMap { try? JSONDecoder().decode(RunAttempts.self, from: $0) }
    let fruitless = before.map { $0.checkpoint == now ? $0.fruitless + 1 : 0 } ?? 0
    guard fruitless < most else {
      forget(in: folder)
      throw Exhausted(log: lastLines(in: folder))
    }
    try AtomicFile.write(try JSONEncoder().encode(RunAttempts(checkpoint: now, fruitless: fruitless)), to: file)
  }

  /// The run is done.
  static func forget(in folder: URL) { unlink(RunFile.attempts.url(in: folder).path) }

  /// What tells a checkpoint from another one, by its inode, size and time.
  private static func stamp(of file: URL) -> String {
    var status = stat()
    guard stat(file.path, &status) == 0 else { return "" }
    return "\(status.st_ino) \(status.st_size) \(status.st_mtim.tv_sec).\(status.st_mtim.tv_nsec)"
  }

  private static func lastLines(in folder: URL) -> [String] {
    guard let (bytes, _) = try? SmallFile.ending(of: RunFile.log.url(in: folder), limit: 4096) else { return [] }
    return String(decoding: bytes, as: UTF8.self).split(separator: "\n").suffix(shownLines).map(String.init)
  }

  /// Why a run is given up.
  struct Exhausted: Error, Equatable, CustomStringConvertible {
    /// The last lines of its log.
    let log: [String]

    var description: String {
      "\(RunAttempts.most) tasks in a row were ended before they gained a step"
        + (log.isEmpty ? "; its log is empty" : "; the end of its log: \(log.joined(separator: " | "))")
    }
  }
}
