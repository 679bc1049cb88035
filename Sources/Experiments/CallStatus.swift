// What calls of the program are at, for whoever asks from another terminal or another machine on the same results.
import Foundation
import Records
import Storage
import Synchronization

/// How far one call is.
package struct CallStatus: Sendable, Equatable, Codable {
  /// A run that goes on.
  package struct Run: Sendable, Equatable, Codable {
    /// Row, task and seed.
    package var name: String
    /// Updates done.
    package var update: Int
    /// All updates of the run.
    package var updates: Int
    /// The epoch that goes on, from 1.
    package var epoch: Int
    /// All epochs of the run.
    package var epochs: Int
    /// The last update's loss; nil where it is not a number.
    package var loss: Double?
  }

  /// The experiment that is trained now.
  package var experiment: String
  /// The size at which it is trained.
  package var profile: String
  /// Runs of the experiment that the call has trained.
  package var done: Int
  /// Runs that it had to train when it began.
  package var total: Int
  /// What the experiment's runs will take yet, in seconds; nil before it can be told.
  package var secondsLeft: Double?
  /// When the call began with the experiment.
  package var started: Date
  /// The runs that go on, the oldest first.
  package var runs: [Run]

  /// The lines for people.
  /// - Parameter holder: the process, where it is known.
  package func text(of holder: Claim.Holder?, now: Date = .now) -> String {
    let since = RunProgress.readable(seconds: max(0, now.timeIntervalSince(started)))
    let left = secondsLeft.map { ", about \(RunProgress.readable(seconds: $0)) left" } ?? ""
    let head =
      "\(experiment) · \(profile) · \(done) of \(total) runs done in \(since)\(left)" + (holder.map { " (\($0))" } ?? "")
    let width = runs.map(\.name.count).max() ?? 0
    return
      ([head]
      + runs.map { run in
        let loss = run.loss.map { "  loss \(($0 * 1000).rounded() / 1000)" } ?? ""
        return "  \(run.name.padding(toLength: width, withPad: " ", startingAt: 0))  epoch \(run.epoch)/\(run.epochs)  "
          + "update \(run.update)/\(run.updates)\(loss)"
      }).joined(separator: "\n")
  }
}

/// Where a call tells how far it is, as long as it goes on. A call that was killed is told from one that runs by its claim.
package final class CallBoard: Sendable {
  private static let file = "status.json"

  private let folder: URL
  private let claim: Mutex<Claim?>

  /// A place for this process's call in the folder of all of them; nil where none can be made.
  package init?(in calls: URL) {
    // what killed ones have left
    _ = Self.calls(in: calls)
    folder = calls.appending(path: "\(ProcessInfo.processInfo.processIdentifier)-\(UUID().uuidString.prefix(8))")
    guard (try? Folder.make(at: folder)) != nil, case .taken(let claim)? = try? Claim.take(in: folder) else { return nil }
    self.claim = Mutex(claim)
  }

  deinit { end() }

  /// Tells how far the call is. Where that cannot be written nothing is told; no training step waits for the disk.
  func tell(_ status: CallStatus) {
    let place = folder.appending(path: Self.file), fresh = folder.appending(path: ".new-\(Self.file)")
    guard let data = try? JSONEncoder().encode(status), (try? data.write(to: fresh)) != nil else { return }
    rename(fresh.path, place.path)
  }

  /// The call is over.
  package func end() {
    claim.withLock { $0 = nil }
    try? FileManager.default.removeItem(at: folder)
    // the last one leaves no empty folder
    rmdir(folder.deletingLastPathComponent().path)
  }

  /// A call that goes on.
  package struct Call: Sendable, Equatable {
    /// Its process, where that can be told.
    package let holder: Claim.Holder?
    /// How far it is.
    package let status: CallStatus
  }

  /// The calls that go on, the oldest first. What killed ones have left is removed.
  package static func calls(in folder: URL) -> [Call] {
    let names = ((try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? []).sorted()
    return names.compactMap { name -> Call? in
      let place = folder.appending(path: name)
      guard let answer = try? Claim.take(in: place) else { return nil }
      guard case .held(let holder) = answer else {
        try? FileManager.default.removeItem(at: place)
        return nil
      }
      guard let data = try? SmallFile.contents(of: place.appending(path: file), limit: 1 << 20),
        let status = try? JSONDecoder().decode(CallStatus.self, from: data)
      else { return nil }
      return Call(holder: holder, status: status)
    }.sorted { $0.status.started < $1.status.started }
  }
}
