// A run with the files that it reads.
import Foundation
import Records

/// A run with the files it reads, known by their digests.
public struct PlannedRun: Sendable, Equatable, Codable {
  /// What is to be trained.
  public let specification: RunSpecification
  /// The folder of the model.
  public let modelFolder: URL
  /// The folder of the task's files; for a task of the user's own, whose files have places of their own, the root.
  public let dataFolder: URL
  /// The digests of what it reads; `tensors` is nil.
  public let digests: RunDigests
  /// SHA-256 of the specification, the digests and the numerics version.
  public let identity: String
}
