// Folders that are made whole or not at all.
import Foundation
import Testing

@testable import Storage

@Suite struct FolderTests {
  private struct Stop: Error {}

  private func withFolder(_ body: (URL) throws -> Void) throws {
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent("lowrank-folder-\(UUID().uuidString)")
    try Folder.make(at: folder)
    defer { try? FileManager.default.removeItem(at: folder) }
    try body(folder)
  }

  private func names(_ folder: URL) throws -> [String] { try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted() }

  @Test func takesItsNameWhenAllIsWritten() throws {
    try withFolder { folder in
      let target = folder.appendingPathComponent("a/b")
      try Folder.makeWhole(at: target) { inside in
        try AtomicFile.write(Data("x".utf8), to: inside.appendingPathComponent("file"))
        #expect(!FileManager.default.fileExists(atPath: target.path))
      }
      #expect(try names(folder.appendingPathComponent("a")) == ["b"])
      #expect(try names(target) == ["file"])
    }
  }

  @Test func leavesNothingWhenWritingFails() throws {
    try withFolder { folder in
      #expect(throws: Stop.self) {
        try Folder.makeWhole(at: folder.appendingPathComponent("a")) { inside in
          try AtomicFile.write(Data("x".utf8), to: inside.appendingPathComponent("file"))
          throw Stop()
        }
      }
      let left = try names(folder)
      #expect(left.isEmpty)
    }
  }

  @Test func refusesWhatIsThere() throws {
    try withFolder { folder in
      let (full, file, link) = (
        folder.appendingPathComponent("full"), folder.appendingPathComponent("file"), folder.appendingPathComponent("link")
      )
      try Folder.make(at: full.appendingPathComponent("inside"))
      try Data("x".utf8).write(to: file)
      try FileManager.default.createSymbolicLink(at: link, withDestinationURL: full)
      for (target, reason) in [
        (full, "the folder is there and not empty"), (file, "something else has this name"), (link, "something else has this name"),
      ] {
        #expect(
          throws: StorageError.cannotWrite(path: target.path, reason: reason, advice: "Name a folder that is not there yet.")
        ) { try Folder.makeWhole(at: target) { _ in Issue.record("nothing is to be written") } }
      }
      #expect(try names(folder) == ["file", "full", "link"])
    }
  }

  @Test func isMadeWritableOrNamed() throws {
    try withFolder { folder in
      let target = folder.appendingPathComponent("a/b")
      try Folder.makeWritable(at: target)
      try Folder.makeWritable(at: target)
      let left = try names(target)
      #expect(left.isEmpty)
      // nobody may write there, whoever asks
      #expect(message { try Folder.makeWritable(at: URL(filePath: "/proc")) }.hasPrefix("/proc: cannot be written: "))
      let file = folder.appendingPathComponent("file")
      try Data("x".utf8).write(to: file)
      #expect(message { try Folder.makeWritable(at: file) }.hasPrefix("\(file.path): cannot be written: "))
    }
  }

  @Test func refusesWhatCameMeanwhile() throws {
    try withFolder { folder in
      let target = folder.appendingPathComponent("a")
      #expect(throws: StorageError.self) {
        try Folder.makeWhole(at: target) { _ in try Folder.make(at: target.appendingPathComponent("other")) }
      }
      let left = try [folder, target].map(names)
      #expect(left == [["a"], ["other"]])
    }
  }
}
