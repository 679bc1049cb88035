// Where the recorded references lie, and a backend for them.
import CPUBackend
import Foundation
import Tensors

/// The repository's root, from this file's place in it.
private let root = URL(fileURLWithPath: #filePath)
  .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()

/// A folder of `Tests/Fixtures`.
func fixture(_ path: String) -> URL { root.appendingPathComponent("Tests/Fixtures/\(path)") }

func makeBackend() throws -> CPUBackend { try CPUBackend(threads: 2) }
