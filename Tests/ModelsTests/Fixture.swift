// Where the recorded references lie, and a backend for them.
import Foundation
import Tensors

/// The repository's root, from this file's place in it.
private let root = URL(fileURLWithPath: #filePath)
  .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()

/// A folder of `Tests/Fixtures`.
func fixture(_ path: String) -> URL { root.appendingPathComponent("Tests/Fixtures/\(path)") }

func makeBackend() throws -> CPUBackend { try CPUBackend(threads: 2) }

/// A folder that goes away with the test.
func withTemporaryFolder<Result>(_ body: (URL) throws -> Result) throws -> Result {
  let folder = FileManager.default.temporaryDirectory.appendingPathComponent("lowrank-models-\(UUID().uuidString)")
  try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
  defer { try? FileManager.default.removeItem(at: folder) }
  return try body(folder)
}
