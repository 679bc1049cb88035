// Folders, and the making of one with all its files or not at all.
import Foundation

/// Makes folders.
package enum Folder {
  /// Makes the folder at `url`, and those it lies in, where they are not there.
  ///
  /// - Throws: `StorageError.cannotWrite`.
  package static func make(at url: URL) throws {
    do {
      try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
    } catch {
      throw StorageError.cannotWrite(
        path: url.path, reason: "the folder cannot be made", advice: "Check the path, its permissions and the free space.")
    }
  }

  /// Makes the folder at `url` where it is not there, and makes sure that files can be written into it.
  ///
  /// - Throws: `StorageError.cannotWrite`, which names the folder.
  package static func makeWritable(at url: URL) throws {
    try make(at: url)
    let probe = url.appendingPathComponent(".lowrank-probe-\(getpid())")
    do {
      try AtomicFile.write(Data("\n".utf8), to: probe)
    } catch StorageError.cannotWrite(_, let reason, let advice) {
      throw StorageError.cannotWrite(path: url.path, reason: reason, advice: advice)
    }
    unlink(probe.path)
  }

  /// Makes the folder at `url` with what `body` writes into the folder it is handed: a temporary beside the target, which takes the
  /// target's name when all is written. A target that is there must be an empty folder.
  ///
  /// - Throws: `StorageError.cannotWrite`, and what `body` throws; then nothing is left.
  package static func makeWhole(at url: URL, _ body: (URL) throws -> Void) throws {
    // "x/." and "x/" are the folder x
    let target = url.standardizedFileURL
    try requireVacant(target)
    let parent = target.deletingLastPathComponent()
    try make(at: parent)
    let temporary = parent.appendingPathComponent(
      ".\(String(decoding: target.lastPathComponent.utf8.prefix(150), as: UTF8.self)).\(getpid())\(AtomicFile.temporarySuffix)")
    // of a killed process that had this one's id
    try? FileManager.default.removeItem(at: temporary)
    do {
      try make(at: temporary)
      try body(temporary)
      try requireVacant(target)
      // takes the place of an empty folder, never of another
      guard rename(temporary.path, target.path) == 0 else { throw StorageError.writing(target.path, code: errno) }
    } catch {
      try? FileManager.default.removeItem(at: temporary)
      throw error
    }
  }

  /// Lets `body` fill the folder at `url`, made where it is not there, unless it is whole already; one process at a time.
  ///
  /// - Parameter isWhole: asked before, and again once no other process is at it.
  /// - Throws: `StorageError`, and what `body` throws.
  package static func fill(_ url: URL, unless isWhole: () -> Bool, _ body: () throws -> Void) throws {
    if isWhole() { return }
    try make(at: url)
    let claim = try Claim.wait(in: url)
    try withExtendedLifetime(claim) { if !isWhole() { try body() } }
  }

  private static func requireVacant(_ url: URL) throws {
    var status = stat()
    guard lstat(url.path, &status) == 0 else { return }
    let names = try? FileManager.default.contentsOfDirectory(atPath: url.path)
    guard status.st_mode & S_IFMT == S_IFDIR, names?.isEmpty ?? false else {
      let kind = status.st_mode & S_IFMT == S_IFDIR ? "the folder is there and not empty" : "something else has this name"
      throw StorageError.cannotWrite(path: url.path, reason: kind, advice: "Name a folder that is not there yet.")
    }
  }
}
