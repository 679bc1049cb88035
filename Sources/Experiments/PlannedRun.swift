// A run with the files that it reads.
import Foundation
import Records

/// A run with the files it reads, known by their digests.
package struct PlannedRun: Sendable, Equatable, Codable {
  /// What is to be trained.
  package let specification: RunSpecification
  /// Where the model's files lie.
  package let modelFolder: URL
  /// The folder of the task's files; for a task of the user's own, whose files have places of their own, the root.
  package let dataFolder: URL
  /// The digests of what it reads; `tensors` is nil.
  package let digests: RunDigests
  /// SHA-256 of the specification, the digests and the numerics version.
  package let identity: String
}
