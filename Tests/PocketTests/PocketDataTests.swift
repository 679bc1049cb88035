// The folder of generated data.
import Foundation
import Storage
import TestSupport
import Testing

@testable import Pocket

@Suite("The pocket profile's data")
struct PocketDataTests {
  private func digest(of folder: URL) throws -> String {
    let paths = try FileManager.default.subpathsOfDirectory(atPath: folder.path).filter { path in
      var isFolder: ObjCBool = false
      return FileManager.default.fileExists(atPath: folder.appending(path: path).path, isDirectory: &isFolder)
        && !isFolder.boolValue && path != "generated"
    }
    var bytes: [UInt8] = []
    for path in paths.sorted() { bytes += Array(path.utf8) + (try Data(contentsOf: folder.appending(path: path))) }
    return FileDigest.sha256(of: bytes)
  }

  @Test("The digest that a folder is known by is that of its files, and a folder of another is written again")
  func digests() throws {
    try withTemporaryFolder { folder in
      let data = folder.appending(path: "pocket")
      #expect(try PocketData.folder(at: data) == data)
      #expect(PocketData.isWhole(data))
      // changed tasks change it: without the new one, folders of the old tasks would stay
      #expect(try digest(of: data).hasPrefix(PocketData.digest))

      let file = data.appending(path: "gsm8k/train.jsonl"), whole = try Data(contentsOf: file)
      try Data("old".utf8).write(to: file)
      try Data("seed 1, numerics 1, with texts\n".utf8).write(to: data.appending(path: "generated"))
      #expect(!PocketData.isWhole(data))
      _ = try PocketData.folder(at: data)
      #expect(try Data(contentsOf: file) == whole)
      #expect(PocketData.isWhole(data))
    }
  }
}
