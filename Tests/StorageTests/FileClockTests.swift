import Foundation
import TestSupport
import Testing

@testable import Storage

@Suite("A file system's clock")
struct FileClockTests {
  @Test("it is the clock of the times of files, and asking leaves none")
  func now() throws {
    try withTemporaryFolder { folder in
      let file = folder.appending(path: "file"), before = try FileClock.now(in: folder)
      try Data().write(to: file)
      let written = try #require(FileClock.modified(file.path))
      #expect(before <= written)
      #expect(try written <= FileClock.now(in: folder))
      #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path) == ["file"])
      #expect(throws: StorageError.self) { try FileClock.now(in: folder.appending(path: "none")) }
    }
  }

  @Test("a link has a time of its own")
  func links() throws {
    try withTemporaryFolder { folder in
      let link = folder.appending(path: "link").path
      #expect(FileClock.modified(link) == nil)
      try FileManager.default.createSymbolicLink(atPath: link, withDestinationPath: "nowhere")
      #expect(
        utimensat(AT_FDCWD, link, [timespec(tv_sec: 7, tv_nsec: 5), timespec(tv_sec: 7, tv_nsec: 5)], AT_SYMLINK_NOFOLLOW) == 0)
      #expect(FileClock.modified(link) == .seconds(7) + .nanoseconds(5))
    }
  }
}
