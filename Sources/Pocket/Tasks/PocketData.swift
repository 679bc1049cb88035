// The pocket profile's data: generated on first use, the same bytes on every machine.
import Foundation
import Storage
import Training

/// The generated tasks of the pocket profile.
package enum PocketData {
  static let seed: UInt64 = 1

  /// The eight tasks, in GLUE's layout, in `folder`, which is returned; written whole when they are not there.
  package static func folder(at folder: URL) throws -> URL {
    let marker = folder.appending(path: "generated")
    let version = Data("seed \(seed), numerics \(Numerics.version)\n".utf8)
    try Folder.fill(folder, unless: { (try? Data(contentsOf: marker)) == version }) {
      try PocketTasks(world: PocketWorld(seed: seed), seed: seed).write(to: folder)
      // last: a folder with this file is whole
      try AtomicFile.write(version, to: marker)
    }
    return folder
  }
}
