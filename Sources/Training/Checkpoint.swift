// What a killed run goes on from, as one HDF5 file that is replaced whole; what is in it is the run's own affair.
import Foundation
import Storage

/// A file that a run, or a pre-training, can be resumed from, bit for bit.
package struct Checkpoint: Sendable {
  /// The file.
  package let url: URL
  /// The run it belongs to; a file of another run is refused.
  package let identity: String
  /// What computes its numbers; a file of another arithmetic is refused.
  package let origin: CheckpointOrigin

  /// Names the checkpoint of the run of this identity; nothing is read yet.
  package init(url: URL, identity: String, origin: CheckpointOrigin) {
    self.url = url
    self.identity = identity
    self.origin = origin
  }

  /// Replaces what is there.
  ///
  /// - Throws: `StorageError` where the file cannot be written; the checkpoint before it stays.
  package func write(
    _ groups: [(name: String, group: HDF5Group)], attributes: [(name: String, attribute: HDF5Attribute)]
  ) throws {
    try HDF5File.write(
      HDF5Group(groups: groups, attributes: [("identity", .string(identity))] + attributes + origin.attributes), to: url)
  }

  /// What is there; `nil` when there is nothing.
  ///
  /// - Throws: `CheckpointError` when the file is damaged, of another run, or of another arithmetic.
  package func contents() throws -> HDF5Group? {
    guard FileManager.default.fileExists(atPath: url.path) else { return nil }
    let root: HDF5Group
    do { root = try HDF5File.read(url) } catch { throw CheckpointError(file: url.path, reason: "\(error)") }
    guard root.attribute("identity") == .string(identity) else {
      throw CheckpointError(file: url.path, reason: "it belongs to another run")
    }
    guard CheckpointOrigin(root.attributes) == origin else {
      throw CheckpointError(file: url.path, reason: "it was computed with another arithmetic than core \(origin.core)")
    }
    return root
  }

  /// The error for what the file lacks.
  package func missing(_ what: String) -> CheckpointError {
    CheckpointError(file: url.path, reason: "\(what) is missing or misshapen")
  }

  /// Removes the file of a run that has ended.
  package func delete() { try? FileManager.default.removeItem(at: url) }
}

/// A checkpoint that cannot be resumed from.
package struct CheckpointError: Error, CustomStringConvertible, Equatable {
  /// The checkpoint's path.
  package let file: String
  /// Why it is of no use, without a full stop.
  package let reason: String

  package var description: String { "\(file): cannot go on from this checkpoint: \(reason). Delete it to start the run again" }
}
