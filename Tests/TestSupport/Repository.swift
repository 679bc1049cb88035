// Where things lie that tests read.
import Foundation

/// The checkout that the tests were built from.
public enum Repository {
  public static let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent()
  /// `Tests/Fixtures`.
  public static let fixtures = root.appending(path: "Tests/Fixtures")
}

/// Data and tokenizers that others publish: in `$LOWRANK_SHARED`, or in the folder `shared` beside the repository.
public enum PublishedFiles {
  public static let root =
    ProcessInfo.processInfo.environment["LOWRANK_SHARED"].map { URL(filePath: $0) }
    ?? Repository.root.deletingLastPathComponent().appending(path: "shared")
  /// GLUE's official files, as far as they are there.
  public static let glue = root.appending(path: "data/glue")
}
