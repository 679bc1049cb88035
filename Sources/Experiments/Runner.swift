// Many runs, several at a time.
import Foundation
import Records
import Storage
import Synchronization
import Training

/// What came of a call.
package struct RunnerSummary: Sendable {
  /// Runs that were trained to their end in this call.
  package var trained = 0
  /// Those of them that diverged.
  package var diverged: [PlannedRun] = []
  /// Runs that could not be trained, with the reason.
  package var failures: [(run: PlannedRun, reason: String)] = []
  /// Times that another process took a run over that was being trained here: a machine that slept, or a file system that was away.
  /// Such a run is trained there, and perhaps was in part twice.
  package var takenOver = 0
  /// Whether a signal ended it before its last run.
  package var wasStopped = false
}

/// Trains the runs of a plan that are not done, `jobs` at a time on threads of their own, and links to all that are.
///
/// Two processes on one results folder never train the same run: whoever holds a run's claim does, and the other waits for its record.
package struct Runner: Sendable {
  /// Where records are looked for and left.
  package let store: RunStore
  /// What trains one run.
  package let executor: RunExecutor
  /// Runs at the same time.
  package let jobs: Int
  /// Where the curves of all runs go, those that are done too; nil where none are asked for.
  package let curves: CurveFolder?
  /// Whether a run that was begun several times without gaining a step is given up: nobody is there who would see it.
  private let limitsAttempts: Bool

  /// Trains what `store` lacks, `jobs` runs at a time.
  package init(store: RunStore, executor: RunExecutor, jobs: Int, curves: CurveFolder? = nil, limitsAttempts: Bool = false) {
    self.limitsAttempts = limitsAttempts
    self.store = store
    self.executor = executor
    self.jobs = max(1, jobs)
    self.curves = curves
  }

  /// What the jobs of a call share.
  private final class Queue: Sendable {
    struct State {
      var waiting: [PlannedRun]
      var isCancelled = false
      /// Runs that other processes hold, which has been said.
      var waitedFor: Set<String> = []
      /// What runs need, by identity, as far as it was asked.
      var needs: [String: MemoryLedger.Need] = [:]
      var summary = RunnerSummary()
    }

    let state: Mutex<State>
    let memory = MemoryLedger()

    init(_ waiting: [PlannedRun]) { state = Mutex(State(waiting: waiting)) }
  }

  /// A run whose files cannot be read or written is a failure of the summary, and the others go on.
  ///
  /// - Throws: `StorageError` when a link to a finished run cannot be made; `ExperimentError.noThreads`, `.fewFiles`.
  package func run(_ plan: [PlannedRun], progress: RunProgress) throws -> RunnerSummary {
    try ProcessLimits.prepare(jobs: jobs)
    // git is asked now: Ctrl-C would reach it too
    _ = ProgramVersion.current
    var seen: Set<String> = []
    var waiting: [PlannedRun] = []
    for run in plan {
      if try store.linkIfFinished(run) {
        store.removeCheckpoint(of: run)
        if let record = store.record(run.identity) { draw(record, of: run, progress) }
      } else if seen.insert(run.identity).inserted {
        waiting.append(run)
      }
    }
    progress.begin(waiting)
    let queue = Queue(waiting)
    defer { progress.end() }
    try JobThreads.run(min(jobs, waiting.count), cancel: { queue.state.withLock { $0.isCancelled = true } }) {
      work(queue, progress)
    }
    // identical runs of several rows: all their links, now that the record is there
    for run in plan {
      guard let record = store.record(run.identity) else { continue }
      try store.link(run)
      draw(record, of: run, progress)
    }
    return queue.state.withLock { state in
      state.summary.wasStopped = executor.options.shouldStop()
      return state.summary
    }
  }

  private func work(_ queue: Queue, _ progress: RunProgress) {
    while !executor.options.shouldStop() {
      let next = queue.state.withLock { $0.waiting.isEmpty || $0.isCancelled ? nil : $0.waiting.removeFirst() }
      guard let run = next else { return }
      do {
        switch try train(run, queue, progress) {
        case .busy:
          // another process trains it, or there is not enough memory beside the others: look again later
          queue.state.withLock { $0.waiting.append(run) }
          Thread.sleep(forTimeInterval: 0.3)
        case .found: try store.link(run)
        case .trained(let outcome):
          try store.link(run)
          queue.state.withLock {
            $0.summary.trained += 1
            if case .diverged = outcome { $0.summary.diverged.append(run) }
          }
        }
      } catch is Interruption {
        progress.happened(.stopped, to: run)
      } catch {
        progress.happened(.failed("\(error)"), to: run)
        queue.state.withLock { $0.summary.failures.append((run, "\(error)")) }
      }
    }
  }

  /// What came of a look at one run.
  private enum Visit: Equatable {
    case trained(RunOutcome)
    /// Another process had trained it.
    case found
    /// Another process holds its claim, or other runs hold the memory.
    case busy
  }

  /// Trains one run under its claim. An error is recorded, so that tables count the run as failed; another call tries again.
  private func train(_ run: PlannedRun, _ queue: Queue, _ progress: RunProgress) throws -> Visit {
    let folder = store.workspace.run(run.identity)
    try Folder.make(at: folder)
    let claim: Claim
    switch try answer(in: folder) {
    case nil: return .busy
    case .taken(let own): claim = own
    case .held(let holder):
      let isNew = queue.state.withLock { $0.waitedFor.insert(run.identity).inserted }
      if isNew { progress.happened(.noted("waits for \(holder?.description ?? "another process"), which trains it"), to: run) }
      return .busy
    }
    return try withExtendedLifetime(claim) {
      // it may have been finished while this call waited
      if let record = store.record(run.identity) {
        progress.happened(.finished(record), to: run)
        return .found
      }
      _ = try AtomicFile.sweepStaleTemporaries(in: folder)
      do {
        let need = try need(of: run, queue)
        guard try queue.memory.admit(need) else { return .busy }
        defer { queue.memory.release(need) }
        if limitsAttempts { try RunAttempts.begin(in: folder) }
        let record = try execute(run, in: folder, claim, progress)
        RunAttempts.forget(in: folder)
        progress.happened(.finished(record), to: run)
        return .trained(record.outcome)
      } catch is ClaimLost {
        progress.happened(.noted("was taken over by another process, which trains it now"), to: run)
        queue.state.withLock { $0.summary.takenOver += 1 }
        return .busy
      } catch let error where !(error is Interruption) {
        // where even this cannot be written, the error itself is what is told
        try? executor.recordFailure(of: run, reason: "\(error)", in: folder)
        try? store.link(run)
        throw error
      }
    }
  }

  /// The answer to whoever asks for a run's claim; nil where the folder is gone: a call took it for a leftover, and has removed it.
  private func answer(in folder: URL) throws -> Claim.Answer? {
    do { return try Claim.take(in: folder) } catch {
      if FileManager.default.fileExists(atPath: folder.path) { throw error }
      return nil
    }
  }

  /// Trains a run, from its start where its checkpoint is of no use: that is set aside then.
  private func execute(_ run: PlannedRun, in folder: URL, _ claim: Claim, _ progress: RunProgress) throws -> RunRecord {
    do {
      return try attempt(run, in: folder, claim, progress)
    } catch let error as CheckpointError {
      let checkpoint = RunFile.checkpoint.url(in: folder)
      let isThere = FileManager.default.fileExists(atPath: checkpoint.path)
      let place = isThere ? try Checkpoint.setAside(checkpoint).lastPathComponent : nil
      let kept = place.map { ", and the file is kept as \($0)" } ?? ""
      progress.happened(.noted("its checkpoint cannot be used: \(error.reason). It starts again\(kept)"), to: run)
      return try attempt(run, in: folder, claim, progress)
    }
  }

  /// Trains a run, and writes its curves meanwhile where they are asked for.
  private func attempt(_ run: PlannedRun, in folder: URL, _ claim: Claim, _ progress: RunProgress) throws -> RunRecord {
    let observer = progress.observer(of: run)
    guard let curves else { return try executor.execute(run, in: folder, claim: claim, observer: observer) }
    let writer = CurveWriter(run, in: curves, results: folder, next: observer) { progress.happened(.noted($0), to: run) }
    do {
      let record = try executor.execute(run, in: folder, claim: claim, observer: writer)
      writer.end(record)
      return record
    } catch {
      writer.end(nil)
      throw error
    }
  }

  /// Writes the curves of a finished run where they are asked for and not there.
  private func draw(_ record: RunRecord, of run: PlannedRun, _ progress: RunProgress) {
    guard let curves, !executor.options.shouldStop() else { return }
    do { try curves.draw(record, of: run, from: store.workspace.run(run.identity)) } catch {
      if let text = curves.note(error) { progress.happened(.noted(text), to: run) }
    }
  }

  private func need(of run: PlannedRun, _ queue: Queue) throws -> MemoryLedger.Need {
    if let known = queue.state.withLock({ $0.needs[run.identity] }) { return known }
    let need = MemoryLedger.Need(
      tensors: try CostEstimate(run, inputs: executor.inputs).peakBytes, threads: executor.options.threads)
    queue.state.withLock { $0.needs[run.identity] = need }
    return need
  }
}
