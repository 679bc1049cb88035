// The pocket profile's data: generated on first use, the same bytes on every machine.
import Foundation
import Settings
import Storage

/// The generated tasks of the pocket profile.
package enum PocketData {
  static let seed: UInt64 = 1
  /// How the SHA-256 of all files begins, their paths before their bytes: a folder of other files is written again.
  static let digest = "62fea3cfb64fa040"

  /// The eight tasks in GLUE's layout, and the four of texts in theirs, in `folder`, which is returned; written whole when they are not
  /// there.
  ///
  /// - Throws: `StorageError` where the files cannot be written.
  package static func folder(at folder: URL) throws -> URL {
    try Folder.fill(folder, unless: { isWhole(folder) }) {
      let world = PocketWorld(seed: seed)
      try PocketTasks(world: world, seed: seed).write(to: folder)
      try PocketTexts(world: world, seed: seed).write(to: folder)
      // last: a folder with this file is whole
      try AtomicFile.write(version, to: marker(in: folder))
    }
    return folder
  }

  /// The score of answers that are all right on a task's rows that are reported, in percent of its primary metric, averaged over sets:
  /// some labels are wrong on purpose. Nil for a task without such labels.
  package static func ceiling(of task: TaskDefinition) -> Double? {
    PocketTasks(world: PocketWorld(seed: seed), seed: seed).ceiling(of: task)
  }

  /// Whether a folder holds them all; nothing is written.
  package static func isWhole(_ folder: URL) -> Bool { (try? Data(contentsOf: marker(in: folder))) == version }

  private static var version: Data { Data("seed \(seed), files \(digest)\n".utf8) }

  private static func marker(in folder: URL) -> URL { folder.appending(path: "generated") }
}
