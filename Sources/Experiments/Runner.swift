// Many runs, several at a time.
import Foundation
import Manifests
import Records
import Storage
import Synchronization
import Training

/// What came of a call.
public struct RunnerSummary: Sendable {
  /// Runs that were trained to their end in this call.
  public var trained = 0
  /// Those of them that diverged.
  public var diverged: [PlannedRun] = []
  /// Runs that could not be trained, with the reason.
  public var failures: [(run: PlannedRun, reason: String)] = []
  public var wasStopped = false
}

/// Trains the runs of a plan that are not done, `jobs` at a time, and links to all that are.
///
/// Two processes on one results folder never train the same run: whoever holds a run's lock does, and the other waits for its record.
public struct Runner: Sendable {
  public let store: RunStore
  public let executor: RunExecutor
  public let jobs: Int

  public init(store: RunStore, executor: RunExecutor, jobs: Int) {
    self.store = store
    self.executor = executor
    self.jobs = max(1, jobs)
  }

  /// What the jobs of a call share.
  private final class Queue: Sendable {
    struct State {
      var waiting: [PlannedRun]
      var summary = RunnerSummary()
    }

    let state: Mutex<State>

    init(_ waiting: [PlannedRun]) {
      state = Mutex(State(waiting: waiting))
    }
  }

  /// A run whose files cannot be read or written is a failure of the summary, and the others go on.
  ///
  /// - Throws: `StorageError` when a link to a finished run cannot be made.
  public func run(_ plan: [PlannedRun], progress: RunProgress) async throws -> RunnerSummary {
    var seen: Set<String> = []
    var waiting: [PlannedRun] = []
    for run in plan {
      if store.record(run.identity) != nil {
        store.removeCheckpoint(of: run)
        try store.link(run)
      } else if seen.insert(run.identity).inserted {
        waiting.append(run)
      }
    }
    progress.begin(total: plan.count, runs: waiting)
    let queue = Queue(waiting)
    await withTaskGroup(of: Void.self) { group in
      for _ in 0..<min(jobs, waiting.count) {
        group.addTask { await work(queue, progress) }
      }
    }
    // identical runs of several rows: all their links, now that the record is there
    for run in plan where store.record(run.identity) != nil { try store.link(run) }
    progress.end()
    return queue.state.withLock { state in
      state.summary.wasStopped = executor.options.shouldStop()
      return state.summary
    }
  }

  private func work(_ queue: Queue, _ progress: RunProgress) async {
    while !executor.options.shouldStop() {
      guard let run = queue.state.withLock({ $0.waiting.isEmpty ? nil : $0.waiting.removeFirst() }) else { return }
      do {
        let visit = try train(run, progress)
        guard visit != .busy else {
          // another process trains it: look again later
          queue.state.withLock { $0.waiting.append(run) }
          try? await Task.sleep(for: .milliseconds(300))
          continue
        }
        try store.link(run)
        guard case .trained(let outcome) = visit else { continue }
        queue.state.withLock {
          $0.summary.trained += 1
          if case .diverged = outcome { $0.summary.diverged.append(run) }
        }
      } catch is Interruption {
        progress.stopped(run)
      } catch {
        progress.failed(run, "\(error)")
        queue.state.withLock { $0.summary.failures.append((run, "\(error)")) }
      }
    }
  }

  /// What came of a look at one run.
  private enum Visit: Equatable {
    case trained(RunOutcome)
    /// Another process had trained it.
    case found
    /// Another process holds its lock.
    case busy
  }

  /// Trains one run under its lock.
  private func train(_ run: PlannedRun, _ progress: RunProgress) throws -> Visit {
    let folder = store.workspace.run(run.identity)
    try Folder.make(at: folder)
    guard let lock = try FolderLock.tryAcquire(in: folder) else { return .busy }
    return try withExtendedLifetime(lock) {
      // it may have been finished while this call waited
      if let record = store.record(run.identity) {
        progress.finished(run, record)
        return .found
      }
      _ = try AtomicFile.sweepStaleTemporaries(in: folder)
      let record = try executor.execute(run, in: folder, observer: progress.observer(of: run))
      progress.finished(run, record)
      return .trained(record.outcome)
    }
  }
}
