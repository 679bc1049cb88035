// Event files one after the other in a folder, and what is on the disk when.
import Foundation
import Testing

@testable import Storage

@Suite struct EventFileTests {
  private let time = Date(timeIntervalSince1970: 1_700_000_000.25)

  private func names(_ folder: TemporaryFolder) throws -> [String] {
    try FileManager.default.contentsOfDirectory(atPath: folder.url.path).sorted()
  }

  @Test func isNamedAfterTheTimeAndFollowsWhatIsThere() {
    #expect(EventFile.name(at: time, after: nil) == "events.out.tfevents.1700000000.250000")
    #expect(EventFile.name(at: time, after: "events.out.tfevents.1699999999.999999") == "events.out.tfevents.1700000000.250000")
    // the clock was put back, or does not tell the two apart
    #expect(
      EventFile.name(at: time, after: "events.out.tfevents.1700000001.host") == "events.out.tfevents.1700000001.host.1")
    #expect(
      EventFile.name(at: time, after: "events.out.tfevents.1700000000.250000") == "events.out.tfevents.1700000000.250000.1")
    #expect(EventFile.name(at: Date(timeIntervalSince1970: 7), after: nil) == "events.out.tfevents.0000000007.000000")
    #expect(EventFile.name(at: .distantPast, after: nil) == "events.out.tfevents.0000000000.000000")
    #expect(EventFile.name(at: Date(timeIntervalSince1970: .nan), after: nil) == "events.out.tfevents.0000000000.000000")
  }

  @Test func holdsWhatWasWrittenAndNoMore() throws {
    let folder = try TemporaryFolder()
    let file = try EventFile(in: folder.url, at: time)
    let path = folder.file("events.out.tfevents.1700000000.250000")
    #expect(try Data(contentsOf: path).isEmpty && file.pending > 0)
    try file.write()
    let version = TensorBoardEvent(time: 1_700_000_000.25, step: 0, .version)
    #expect(try Array(Data(contentsOf: path)) == version.record && file.pending == 0)
    let event = TensorBoardEvent(time: 1, step: 2, .scalars([.init("a", 3)]))
    file.add(event)
    #expect(file.pending == event.record.count)
    try file.write()
    try file.write()
    #expect(try Array(Data(contentsOf: path)) == version.record + event.record)
  }

  @Test func tellsWhetherTheLastFileIsEnded() throws {
    let folder = try TemporaryFolder()
    let end = TensorBoardEvent(time: 0, step: 12, .stop("abc"))
    #expect(!EventFile.ends(with: end, in: folder.url))
    let first = try EventFile(in: folder.url, at: time)
    try first.write()
    #expect(!EventFile.ends(with: end, in: folder.url))
    first.add(end)
    try first.write()
    #expect(EventFile.ends(with: end, in: folder.url))
    for other in [TensorBoardEvent(time: 0, step: 13, .stop("abc")), TensorBoardEvent(time: 0, step: 12, .stop("abd"))] {
      #expect(!EventFile.ends(with: other, in: folder.url))
    }
    _ = try folder.write([], as: "zzz-notes")
    #expect(EventFile.ends(with: end, in: folder.url), "no event file")
    // a file of the same moment comes after it
    try EventFile(in: folder.url, at: time).write()
    #expect(!EventFile.ends(with: end, in: folder.url))
    #expect(
      try names(folder)
        == ["events.out.tfevents.1700000000.250000", "events.out.tfevents.1700000000.250000.1", "zzz-notes"])
  }

  @Test func saysWhereItCannotBe() throws {
    let folder = try TemporaryFolder()
    let occupied = try folder.write([1], as: "occupied")
    #expect(
      message { _ = try EventFile(in: occupied.appending(path: "run"), at: time) }.hasPrefix(
        "\(occupied.path)/run: cannot be written: the folder cannot be made."))
    #expect(message { _ = try EventFile(in: URL(filePath: "/proc"), at: time) }.hasPrefix("/proc/events.out.tfevents."))
  }
}
