// The pocket profile's data: generated on first use, the same bytes on every machine.
import Datasets
import Foundation
import Storage

/// The generated tasks of the pocket profile.
public enum PocketData {
  static let seed: UInt64 = 1

  /// The folder of the eight tasks, in GLUE's layout; written whole when it is not there.
  public static func folder(in workspace: Workspace) throws -> URL {
    let folder = workspace.pocketData
    let marker = folder.appending(path: "generated")
    let version = Data("seed \(seed), numerics \(Numerics.version)\n".utf8)
    if (try? Data(contentsOf: marker)) == version { return folder }
    try Folder.make(at: folder)
    let lock = try FolderLock.acquire(in: folder)
    defer { withExtendedLifetime(lock) {} }
    // another process may have written it meanwhile
    if (try? Data(contentsOf: marker)) == version { return folder }
    try PocketTasks(world: PocketWorld(seed: seed), seed: seed).write(to: folder)
    // last: a folder with this file is whole
    try AtomicFile.write(version, to: marker)
    return folder
  }
}
