// What seals a run: its record's own digest, and those of its files.
import Foundation
import Records
import Storage
import TestSupport
import Testing

@Suite("The seal of a run")
struct RecordSealTests {
  private func message(_ json: Data) -> String {
    do {
      _ = try RunRecord(jsonData: json, file: "record.json")
      return ""
    } catch {
      return error.description
    }
  }

  @Test("it is the SHA-256 of the record's file with zeros in its own place")
  func definition() throws {
    let record = try RunRecordTests.record(), json = try record.jsonData()
    let seal = try #require(record.seal)
    let blanked = String(decoding: json, as: UTF8.self).replacing(seal, with: String(repeating: "0", count: 64))
    #expect(FileDigest.sha256(of: Data(blanked.utf8)) == seal)
    #expect(try RunRecord(jsonData: json, file: "record.json") == record)
  }

  @Test("no flipped bit and no edit passes")
  func damage() throws {
    let digest = String(repeating: "7", count: 64)
    let json = try RunRecordTests.record(tensors: digest, best: digest, last: digest).jsonData()
    for bit in 0..<json.count * 8 {
      var flipped = json
      flipped[bit / 8] ^= UInt8(1 << (bit % 8))
      #expect(!message(flipped).isEmpty, "bit \(bit)")
    }
    let edited = String(decoding: json, as: UTF8.self).replacing("0.30000000000000004", with: "0.4625")
    #expect(
      message(Data(edited.utf8))
        == "record.json: is not a record of a run: 'seal' does not fit the rest: a bit has flipped, or the file was edited. "
        + "Move it away, and the run is made again.")
  }

  @Test("a record from before there was a seal is read, and says so")
  func unsealedRecord() throws {
    let json = unsealed(try RunRecordTests.record().jsonData())
    let record = try RunRecord(jsonData: json, file: "record.json")
    #expect(record.seal == nil && record.files.isEmpty)
  }

  @Test("files that are gone or changed are told apart")
  func files() throws {
    try withTemporaryFolder { folder in
      let contents: [RunFile: Data] = [.tensors: Data("t".utf8), .best: Data("b".utf8), .last: Data("l".utf8)]
      let digests = contents.mapValues { FileDigest.sha256(of: $0) }
      let record = try RunRecordTests.record(tensors: digests[.tensors], best: digests[.best], last: digests[.last])
      for (file, data) in contents { try data.write(to: file.url(in: folder)) }
      #expect(record.files.map(\.file) == [.tensors, .best, .last])
      #expect(record.missingFile(in: folder) == nil)
      #expect(record.files.allSatisfy { record.damage(of: $0.file, in: folder) == nil })
      #expect(record.damage(of: .timing, in: folder) == nil, "a timing is no part of the seal")
      try Data("c".utf8).write(to: RunFile.best.url(in: folder))
      guard case .altered? = record.damage(of: .best, in: folder) else { Issue.record("altered"); return }
      #expect(record.missingFile(in: folder) == nil)
      try FileManager.default.removeItem(at: RunFile.last.url(in: folder))
      guard case .missing? = record.damage(of: .last, in: folder), case .missing? = record.missingFile(in: folder) else {
        Issue.record("missing")
        return
      }
    }
  }
}
