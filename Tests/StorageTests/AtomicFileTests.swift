// Whole files or none, locks, and digests.
import Foundation
import Testing

@testable import Storage

@Suite struct AtomicFileTests {
  private func names(_ folder: TemporaryFolder) throws -> [String] {
    try FileManager.default.contentsOfDirectory(atPath: folder.url.path).sorted()
  }

  @Test func aFileIsReplacedWhole() throws {
    let folder = try TemporaryFolder()
    let url = folder.file("record.json")
    try AtomicFile.write(Data("one".utf8), to: url)
    try AtomicFile.write(Data("two".utf8), to: url)
    #expect(try Data(contentsOf: url) == Data("two".utf8))
    try AtomicFile.write(Data(), to: url)
    #expect(try Data(contentsOf: url).isEmpty)
    #expect(try names(folder) == ["record.json"])
  }

  @Test func aFailureInTheMiddleLeavesTheOldFile() throws {
    struct Stop: Error {}
    let folder = try TemporaryFolder()
    let url = try folder.write("old".utf8, as: "record.json")
    #expect(throws: Stop.self) {
      try AtomicFile.write(to: url) { output in
        try Array("new".utf8).withUnsafeBytes { try output.append($0) }
        throw Stop()
      }
    }
    #expect(try Data(contentsOf: url) == Data("old".utf8))
    #expect(try names(folder) == ["record.json"])
  }

  @Test func aFullDiskLeavesTheOldFile() throws {
    let folder = try TemporaryFolder()
    let url = try folder.write("old".utf8, as: "tensors.h5")
    // The limit is the whole process's, so it lies far above what the tests beside this one write.
    var limit = rlimit()
    getrlimit(__rlimit_resource_t(RLIMIT_FSIZE.rawValue), &limit)
    var low = limit
    low.rlim_cur = 32 << 20
    setrlimit(__rlimit_resource_t(RLIMIT_FSIZE.rawValue), &low)
    defer { setrlimit(__rlimit_resource_t(RLIMIT_FSIZE.rawValue), &limit) }
    #expect(
      message { try AtomicFile.write(Data(count: 33 << 20), to: url) }
        == "\(url.path): cannot be written: File too large. What stood there before is unchanged. "
        + "Raise the limit on file sizes (ulimit -f), then run the same command again.")
    #expect(try Data(contentsOf: url) == Data("old".utf8))
    #expect(try names(folder) == ["tensors.h5"])
    #expect(
      "\(StorageError.writing("x", code: ENOSPC))"
        == "x: cannot be written: No space left on device. What stood there before is unchanged. "
        + "Free some space on its disk, then run the same command again.")
    #expect(
      "\(StorageError.writing("x", code: EACCES))"
        == "x: cannot be written: Permission denied. What stood there before is unchanged. "
        + "Make its folder writable, or name another one.")
  }

  @Test func aFolderThatIsNoneIsNamed() throws {
    let folder = try TemporaryFolder()
    let blocker = try folder.write("a file".utf8, as: "results")
    let inFile = blocker.appendingPathComponent("record.json")
    #expect(
      message { try AtomicFile.write(Data("x".utf8), to: inFile) }
        == "\(inFile.path): cannot be written: Not a directory. What stood there before is unchanged. "
        + "Its folder does not exist: create it, or name another one.")
    let missing = folder.file("none").appendingPathComponent("record.json")
    #expect(message { try AtomicFile.write(Data("x".utf8), to: missing) }.contains("No such file or directory"))
    #expect(message { _ = try Claim.take(in: blocker) }.contains("Not a directory"))
  }

  @Test func staleTemporariesAreSweptAndLivingOnesKept() throws {
    let folder = try TemporaryFolder()
    _ = try folder.write("half".utf8, as: ".record.json.999-1.lowrank-temporary")
    _ = try folder.write("mine".utf8, as: ".hidden")
    let url = folder.file("record.json")
    try AtomicFile.write(to: url) { output in
      try Array("new".utf8).withUnsafeBytes { try output.append($0) }
      #expect(try AtomicFile.sweepStaleTemporaries(in: folder.url) == [".record.json.999-1.lowrank-temporary"])
    }
    #expect(try Data(contentsOf: url) == Data("new".utf8))
    #expect(try names(folder) == [".hidden", "record.json"])
    #expect(message { try AtomicFile.sweepStaleTemporaries(in: folder.file("none")) }.contains("cannot be opened"))
  }

  @Test func oneTemporaryIsStaleWhereItsWriterIsGone() throws {
    let folder = try TemporaryFolder()
    let left = try folder.write("half".utf8, as: ".record.json.999-1.lowrank-temporary")
    try AtomicFile.write(to: folder.file("record.json")) { _ in
      let living = try #require(try names(folder).first { $0 != left.lastPathComponent })
      #expect(AtomicFile.isTemporary(living) && !AtomicFile.isStale(folder.file(living)))
      #expect(!AtomicFile.sweepStale(folder.file(living)))
    }
    #expect(AtomicFile.isStale(left))
    #expect(try names(folder) == [left.lastPathComponent, "record.json"], "asking removes nothing")
    #expect(AtomicFile.sweepStale(left) && !AtomicFile.isStale(left))
    #expect(!AtomicFile.isTemporary("record.json") && !AtomicFile.isTemporary(".hidden"))
  }

  @Test func digestsAreThoseOfTheStandard() throws {
    let folder = try TemporaryFolder()
    let abc = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
    #expect(FileDigest.sha256(of: Data("abc".utf8)) == abc)
    #expect(FileDigest.sha256(of: Array("abc".utf8)) == abc)
    #expect(
      FileDigest.sha256(of: Data()) == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855")
    // FIPS 180's third example: a million times the letter a, here also across the pieces in which a file is read.
    let file = try folder.write([UInt8](repeating: 0x61, count: 1_000_000), as: "a")
    #expect(try FileDigest.sha256(of: file) == "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0")
    let large = Data(count: 3 << 20 | 5)
    #expect(try FileDigest.sha256(of: folder.write(large, as: "b")) == FileDigest.sha256(of: large))
    #expect(message { _ = try FileDigest.sha256(of: folder.file("none")) }.contains("No such file or directory"))
  }
}
