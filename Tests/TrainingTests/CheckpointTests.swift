// What a checkpoint says of itself to whoever knows no run of its identity.
import Foundation
import Records
import Storage
import TestSupport
import Testing

@testable import Training

@Suite("A checkpoint's origin")
struct CheckpointTests {
  @Test("what it trains, and by which arithmetic; it reads back as one that does not tell")
  func told() throws {
    try withTemporaryFolder { folder in
      let url = folder.appending(path: "checkpoint.safetensors"), digest = String(repeating: "a", count: 64)
      try Checkpoint(url: url, identity: "run", specification: digest).write([], texts: ["epoch": "1"])
      #expect(try Checkpoint.origin(at: url) == Checkpoint.Origin(specification: digest, numericsVersion: Numerics.version))
      #expect(try Checkpoint(url: url, identity: "run").contents()?.text("epoch") == "1")
      try Checkpoint(url: url, identity: "run").write([], texts: [:])
      #expect(try Checkpoint.origin(at: url).specification == nil)
    }
  }

  @Test("one that is damaged, or not there, tells nothing")
  func damaged() throws {
    try withTemporaryFolder { folder in
      let url = folder.appending(path: "checkpoint.safetensors")
      #expect(throws: StorageError.self) { try Checkpoint.origin(at: url) }
      try Checkpoint(url: url, identity: "run").write([], texts: [:])
      try Data(contentsOf: url).dropLast(70).write(to: url)
      #expect(throws: ArchiveDamage.self) { try Checkpoint.origin(at: url) }
      let aside = try Checkpoint.setAside(url)
      #expect(aside == Checkpoint.placeAside(url) && aside.lastPathComponent == "checkpoint.damaged.safetensors")
    }
  }
}
