// One worker for one work, on file systems with locks, without them, and with locks that exclude nobody.
import Foundation
import Synchronization
import TestSupport
import Testing

@testable import Storage

@Suite("Claims")
struct ClaimTests {
  private func taken(_ answer: Claim.Answer) -> Claim? {
    if case .taken(let claim) = answer { claim } else { nil }
  }

  /// The text of a claim's file as a holder of this process writes it, with lines replaced.
  private func text(_ folder: URL, boot: String? = nil, isLocked: Bool = true) throws -> String {
    let claim = try #require(taken(try Claim.take(in: folder, name: ".sample")))
    var lines = try withExtendedLifetime(claim) {
      try String(contentsOf: folder.appending(path: ".sample"), encoding: .utf8).split(separator: "\n").map(String.init)
    }
    #expect(lines.count == 5 && lines[2] == "locked")
    if let boot { lines[1] = boot }
    if !isLocked { lines[2] = "unlocked" }
    return lines.joined(separator: "\n") + "\n"
  }

  /// Makes a claim look as if it was touched so many seconds ago.
  private func age(_ url: URL, _ seconds: Int) {
    let time = timespec(tv_sec: Int(Date.now.timeIntervalSince1970) - seconds, tv_nsec: 0)
    #expect(utimensat(AT_FDCWD, url.path, [time, time], 0) == 0)
  }

  @Test("one holder; who it is; nothing is left of it")
  func one() throws {
    try withTemporaryFolder { folder in
      var first = taken(try Claim.take(in: folder))
      #expect(first != nil)
      try first?.requireHeld()
      guard case .held(let holder?) = try Claim.take(in: folder) else { Issue.record("a second holder"); return }
      #expect(holder.process == "\(getpid())" && holder.host == ProcessInfo.processInfo.hostName)
      #expect(taken(try Claim.take(in: folder, name: ".other")) != nil)
      first = nil
      #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path).isEmpty)
      #expect(taken(try Claim.take(in: folder)) != nil)
    }
  }

  @Test("a holder of this machine that has ended has it no more, however young the claim")
  func ended() throws {
    try withTemporaryFolder { folder in
      try Data(try text(folder).utf8).write(to: folder.appending(path: ".claim"))
      #expect(taken(try Claim.take(in: folder)) != nil)
    }
  }

  @Test(
    "of another machine, of a file system without locks, and cut off: it counts until it was not touched for long",
    arguments: ["another", "unlocked", "cut"])
  func expiry(kind: String) throws {
    try withTemporaryFolder { folder in
      let url = folder.appending(path: ".claim")
      let text =
        switch kind {
        case "another": try text(folder, boot: "another start")
        case "unlocked": try text(folder, isLocked: false)
        default: String(try text(folder).prefix(20))
        }
      try Data(text.utf8).write(to: url)
      #expect(taken(try Claim.take(in: folder)) == nil)
      age(url, 200)
      #expect(taken(try Claim.take(in: folder)) == nil)
      age(url, -400)
      #expect(taken(try Claim.take(in: folder)) != nil, "the clock was set back")
      try Data(text.utf8).write(to: url)
      age(url, 400)
      let claim = try #require(taken(try Claim.take(in: folder)))
      try claim.requireHeld()
      #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path) == [".claim"], "no probe and no old claim is left")
    }
  }

  @Test("who has lost it learns of it before it writes, and leaves the new holder's claim alone")
  func lost() throws {
    try withTemporaryFolder { folder in
      let url = folder.appending(path: ".claim")
      var first = taken(try Claim.take(in: folder))
      let other = Data(try text(folder, boot: "another start").utf8)
      try other.write(to: url)
      #expect(throws: ClaimLost(path: url.path)) { try first?.requireHeld() }
      first = nil
      #expect(try Data(contentsOf: url) == other)
      try FileManager.default.removeItem(at: url)
      first = taken(try Claim.take(in: folder))
      try FileManager.default.removeItem(at: url)
      #expect(throws: ClaimLost(path: url.path)) { try first?.requireHeld() }
    }
  }

  @Test("touching keeps it young")
  func touched() throws {
    try withTemporaryFolder { folder in
      let claim = try #require(taken(try Claim.take(in: folder)))
      let url = folder.appending(path: ".claim")
      age(url, 400)
      try claim.requireHeld()
      var status = stat()
      #expect(stat(url.path, &status) == 0 && status.st_mtim.tv_sec > Int(Date.now.timeIntervalSince1970) - 100)
    }
  }

  @Test("of many that find one stale, whatever it is stale by, never two have it")
  func contest() throws {
    try withTemporaryFolder { folder in
      let url = folder.appending(path: ".claim")
      for round in 0..<60 {
        let isForeign = round % 2 == 0
        try Data(try text(folder, boot: isForeign ? "another start" : nil).utf8).write(to: url)
        if isForeign { age(url, 400) }
        let holders = Mutex<[Claim]>([])
        DispatchQueue.concurrentPerform(iterations: 8) { _ in
          guard let answer = try? Claim.take(in: folder), let claim = taken(answer) else { return }
          holders.withLock { $0.append(claim) }
        }
        let holding = holders.withLock { $0 }.filter { (try? $0.requireHeld()) != nil }
        #expect(holding.count <= 1, "round \(round)")
        #expect(isForeign || holders.withLock { $0 }.count == 1, "round \(round)")
      }
    }
  }

  @Test("it is whole from the moment that it has its name: whoever is killed while taking it leaves no riddle")
  func whole() throws {
    try withTemporaryFolder { folder in
      let url = folder.appending(path: ".claim"), isDone = Mutex(false), seen = Mutex<(whole: Int, part: Int)>((0, 0))
      DispatchQueue.concurrentPerform(iterations: 2) { lane in
        guard lane == 0 else {
          while !isDone.withLock({ $0 }) {
            guard let data = try? Data(contentsOf: url) else { continue }
            let isWhole = String(decoding: data, as: UTF8.self).split(separator: "\n").count == 5
            seen.withLock { if isWhole { $0.whole += 1 } else { $0.part += 1 } }
          }
          return
        }
        // until the other lane has had its turn, however busy the machine is
        for round in 0..<2_000_000 where round < 2000 || seen.withLock({ $0.whole + $0.part < 20 }) {
          _ = try? Claim.take(in: folder)
        }
        isDone.withLock { $0 = true }
      }
      let found = seen.withLock { $0 }
      #expect(found.whole > 0 && found.part == 0, "\(found)")
      let left = try FileManager.default.contentsOfDirectory(atPath: folder.path)
      #expect(left.isEmpty)
    }
  }

  @Test(
    "whether one is held is told without taking it, and leaves all as it was",
    arguments: ["none", "own", "ended", "another", "expired", "link", "no folder"])
  func asked(kind: String) throws {
    try withTemporaryFolder { folder in
      let url = folder.appending(path: ".claim"), isHeld = ["own", "another", "link"].contains(kind)
      var own: Claim?
      switch kind {
      case "own": own = taken(try Claim.take(in: folder))
      case "ended": try Data(try text(folder).utf8).write(to: url)
      case "another", "expired": try Data(try text(folder, boot: "another start").utf8).write(to: url)
      case "link": try FileManager.default.createSymbolicLink(atPath: url.path, withDestinationPath: "nowhere")
      default: break
      }
      if kind == "expired" { age(url, 400) }
      let before = try FileManager.default.contentsOfDirectory(atPath: folder.path), now = try FileClock.now(in: folder)
      let touched = FileClock.modified(url.path), changed = FileClock.modified(folder.path)
      let place = kind == "no folder" ? folder.appending(path: "none") : folder
      for _ in 0..<2 { #expect(Claim.isHeld(in: place, now: now) == isHeld) }
      #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path) == before)
      #expect(FileClock.modified(url.path) == touched && FileClock.modified(folder.path) == changed)
      try withExtendedLifetime(own) { try own?.requireHeld() }
    }
  }

  @Test("a link in its place is not followed")
  func link() throws {
    try withTemporaryFolder { folder in
      let target = folder.appending(path: "target")
      try Data("mine".utf8).write(to: target)
      try FileManager.default.createSymbolicLink(at: folder.appending(path: ".claim"), withDestinationURL: target)
      #expect(taken(try Claim.take(in: folder)) == nil)
      #expect(try String(contentsOf: target, encoding: .utf8) == "mine")
    }
  }
}
