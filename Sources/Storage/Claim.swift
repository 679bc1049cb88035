// Keeps two workers from the same work on any file system, be it one whose locks fail (`ENOLCK`, `ENOSYS`) or exclude nobody on other
// machines (`nolock`). A claim is a file that is made exclusively, whole from its first moment, and holds a token. Its holder touches it
// while it works and reads the token again before it writes; who finds a claim that was touched last too long ago takes it over. So the
// worst that a lost claim comes to is work done twice. On one machine `flock` tells at once that a holder has ended, however it ended.
import Foundation
import Synchronization

/// An exclusive claim on the work in a folder, held until the value is released.
package final class Claim: Sendable {
  /// Who holds a claim, as its file says.
  package struct Holder: Sendable, Equatable, CustomStringConvertible {
    /// The name of its machine.
    package var host: String
    /// Its process there.
    package var process: String

    package var description: String { "process \(process) on \(host)" }
  }

  /// What asking for a claim came to.
  package enum Answer: Sendable {
    case taken(Claim)
    /// Another worker has it; who, where the file says so.
    case held(Holder?)
  }

  /// A claim untouched for so long is taken over: ten times as long as a holder takes from touch to touch.
  package static let expiry: Duration = .seconds(300)

  fileprivate let path: String
  fileprivate let token: String
  private let descriptor: Int32

  private init(path: String, token: String, descriptor: Int32) {
    (self.path, self.token, self.descriptor) = (path, token, descriptor)
  }

  deinit {
    ClaimPulse.shared.drop(self)
    if Content(path)?.token == token { unlink(path) }
    close(descriptor)
  }

  /// Asks for the claim that the file `name` in `folder` stands for. A holder that has ended, or has not been heard of for longer than
  /// `expiry` by the clock of the file system, has it no more.
  ///
  /// - Throws: `StorageError` where the file cannot be made.
  package static func take(in folder: URL, name: String = ".claim", expiry: Duration = expiry) throws -> Answer {
    let path = folder.appendingPathComponent(name).path
    while true {
      var status = stat()
      if lstat(path, &status) != 0, let claim = try make(path) { return .taken(claim) }
      switch try look(at: path, folder, expiry) {
      case .held(let holder): return .held(holder)
      case .gone: continue
      case .stale(let content, let descriptor):
        defer { if let descriptor { close(descriptor) } }
        guard remove(path, content) else { return .held(nil) }
      }
    }
  }

  /// The claim, waited for until its holder lets it go or is gone.
  ///
  /// - Throws: `StorageError` where the file cannot be made.
  package static func wait(in folder: URL, name: String = ".claim") throws -> Claim {
    while true {
      if case .taken(let claim) = try take(in: folder, name: name) { return claim }
      usleep(50_000)
    }
  }

  /// Whether somebody has the claim; nothing is taken, made or touched. Where it cannot be told, somebody has it.
  ///
  /// - Parameter now: the time by the clock of the file system, as `FileClock` has it.
  package static func isHeld(in folder: URL, name: String = ".claim", now: Duration) -> Bool {
    let path = folder.appendingPathComponent(name).path
    var status = stat()
    guard lstat(path, &status) == 0 else { return errno != ENOENT }
    guard let sight = try? look(at: path, folder, expiry, now: now) else { return true }
    switch sight {
    case .held: return true
    case .gone: return false
    case .stale(_, let descriptor):
      if let descriptor { close(descriptor) }
      return false
    }
  }

  /// Reads the token again, and touches the claim.
  ///
  /// - Throws: `ClaimLost` where another worker has taken it over.
  package func requireHeld() throws {
    guard touch() else { throw ClaimLost(path: path) }
  }

  /// Whether the claim is this one's still; then it counts as touched now, by the clock of the file system.
  fileprivate func touch() -> Bool {
    guard Content(path)?.token == token else { return false }
    return utimensat(AT_FDCWD, path, nil, 0) == 0 || errno != ENOENT
  }

  // MARK: The file

  /// What a claim's file says: a line each.
  private struct Content: Equatable {
    var token: String
    /// The system start that the holder runs in: where it is ours, `flock` tells whether the holder still runs.
    var boot: String
    var isLocked: Bool
    var host: String
    var process: String

    var text: String { "\(token)\n\(boot)\n\(isLocked ? "locked" : "unlocked")\n\(host)\n\(process)\n" }

    init(isLocked: Bool) {
      token = UUID().uuidString
      boot = Claim.boot
      self.isLocked = isLocked
      host = ProcessInfo.processInfo.hostName
      process = "\(getpid())"
    }

    /// Nil where there is no file, or not all of it yet.
    init?(_ path: String) {
      guard let data = try? SmallFile.contents(of: URL(filePath: path), limit: 4096) else { return nil }
      self.init(data)
    }

    init?(_ data: Data) {
      let lines = String(decoding: data, as: UTF8.self).split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
      guard lines.count == 6 else { return nil }
      (token, boot, isLocked, host, process) = (lines[0], lines[1], lines[2] == "locked", lines[3], lines[4])
    }
  }

  /// What names this start of this system; two machines share none.
  private static let boot: String = {
    let id = try? String(contentsOfFile: "/proc/sys/kernel/random/boot_id", encoding: .utf8)
    return id?.trimmingCharacters(in: .whitespacesAndNewlines) ?? ProcessInfo.processInfo.hostName
  }()

  /// A claim of this process, where there is none of that name. It is whole and locked before it gets the name: a holder that is killed
  /// at any moment leaves either nothing or a claim by which others see that it has ended.
  ///
  /// - Returns: nil where another was quicker.
  private static func make(_ path: String) throws -> Claim? {
    let first = path + "-" + UUID().uuidString + AtomicFile.temporarySuffix
    let descriptor = open(first, creating, 0o666)
    guard descriptor >= 0 else { throw StorageError.writing(path, code: errno) }
    defer { unlink(first) }
    let content = try inscribe(first, path, descriptor)
    if link(first, path) == 0 { return keep(path, content, descriptor) }
    let code = errno
    close(descriptor)
    // the second: swept by another before it was locked
    if code == EEXIST || code == ENOENT { return nil }
    // a file system without second names: whoever is killed right here leaves a claim that counts until it expires
    let direct = open(path, creating, 0o666)
    guard direct >= 0 else {
      if errno == EEXIST { return nil }
      throw StorageError.writing(path, code: errno)
    }
    return keep(path, try inscribe(path, path, direct), direct)
  }

  private static let creating = O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW

  /// Locks a new file and writes into it who we are; where that cannot be, the file is gone again.
  private static func inscribe(_ file: String, _ path: String, _ descriptor: Int32) throws -> Content {
    let content = Content(isLocked: lock(descriptor) == .locked), bytes = Array(content.text.utf8)
    guard write(descriptor, bytes, bytes.count) == bytes.count else {
      let code = errno
      unlink(file)
      close(descriptor)
      throw StorageError.writing(path, code: code)
    }
    return content
  }

  private static func keep(_ path: String, _ content: Content, _ descriptor: Int32) -> Claim {
    let claim = Claim(path: path, token: content.token, descriptor: descriptor)
    ClaimPulse.shared.keep(claim)
    return claim
  }

  private enum Locking {
    case locked, refused
    /// The file system has no locks.
    case impossible
  }

  private static func lock(_ descriptor: Int32) -> Locking {
    while flock(descriptor, LOCK_EX | LOCK_NB) != 0 {
      if errno == EWOULDBLOCK { return .refused }
      guard errno == EINTR else { return .impossible }
    }
    return .locked
  }

  private enum Sight {
    case held(Holder?)
    case gone
    /// Its holder is gone; where `flock` told so, the open file whose lock is ours now.
    case stale(Content?, Int32?)
  }

  /// - Parameter now: the time by the clock of the file system, where it is known.
  private static func look(at path: String, _ folder: URL, _ expiry: Duration, now: Duration? = nil) throws -> Sight {
    let descriptor = open(path, O_RDWR | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK)
    guard descriptor >= 0 else { return errno == ENOENT ? .gone : .held(nil) }
    var isKept = false
    defer { if !isKept { close(descriptor) } }
    let content = Content(path)
    let holder = content.map { Holder(host: $0.host, process: $0.process) }
    if let content, content.boot == boot, content.isLocked {
      switch lock(descriptor) {
      case .refused: return .held(holder)
      case .locked:
        // the name may have gone to another claim meanwhile
        var opened = stat(), named = stat()
        guard fstat(descriptor, &opened) == 0, stat(path, &named) == 0 else { return .gone }
        guard opened.st_ino == named.st_ino, opened.st_dev == named.st_dev else { return .held(nil) }
        isKept = true
        return .stale(content, descriptor)
      case .impossible: break
      }
    }
    let time = try now ?? FileClock.now(in: folder)
    guard let touched = FileClock.modified(path) else { return .gone }
    let age = time - touched
    // a time ahead of now is one from before the clock was set back
    return age > expiry || age < .zero - expiry ? .stale(content, nil) : .held(holder)
  }

  /// Takes a stale claim out of the way: under a name of its own first, so that of several that try one does. What turns out to be
  /// another claim than the stale one goes back.
  private static func remove(_ path: String, _ stale: Content?) -> Bool {
    let aside = path + "-" + UUID().uuidString + AtomicFile.temporarySuffix
    guard rename(path, aside) == 0 else { return true }
    defer { unlink(aside) }
    if Content(aside) == stale { return true }
    link(aside, path)
    return false
  }
}

/// A worker's claim was taken over by another, which does its work now.
package struct ClaimLost: Error, Equatable, CustomStringConvertible {
  /// The claim's file.
  package let path: String

  package var description: String { "\(path): another process has taken this work over" }
}

/// Touches every claim of this process from time to time.
private final class ClaimPulse: Sendable {
  static let shared = ClaimPulse()

  private struct Held {
    weak var claim: Claim?
  }

  private let claims = Mutex<(held: [String: Held], isBeating: Bool)>(([:], false))

  func keep(_ claim: Claim) {
    let begins = claims.withLock { state in
      state.held[claim.token] = Held(claim: claim)
      defer { state.isBeating = true }
      return !state.isBeating
    }
    if begins { Thread.detachNewThread { self.beat() } }
  }

  func drop(_ claim: Claim) { claims.withLock { $0.held[claim.token] = nil } }

  private func beat() {
    while true {
      Thread.sleep(forTimeInterval: Double(Claim.expiry.components.seconds) / 10)
      for claim in claims.withLock({ $0.held.values.compactMap(\.claim) }) { _ = claim.touch() }
    }
  }
}
