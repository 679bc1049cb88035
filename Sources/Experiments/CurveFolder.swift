// The folder in which TensorBoard finds the runs of a call, live and done, a folder for each.
//
// A file holds a run from its first update on; that of a run which goes on from its checkpoint begins with what was done before.
// The start of a session at step 0 makes TensorBoard drop what earlier files hold, and the end of one names the run that is whole.
import Foundation
import Records
import Storage
import Synchronization
import Training

/// Where the curves of runs are written. What cannot be written keeps no run from being trained.
package final class CurveFolder: Sendable {
  private let folder: URL
  private let told = Mutex<[String]>([])

  /// Opens a folder, which is made where it is not there.
  ///
  /// - Throws: `StorageError` where files cannot be written into it.
  package init(_ folder: URL) throws {
    self.folder = folder.standardizedFileURL
    try Folder.makeWritable(at: self.folder)
  }

  /// What kept curves from being written, a sentence each; of writing itself the first time alone.
  package var problems: [String] { told.withLock { $0 } }

  /// The folder of a run.
  func place(of run: RunSpecification) -> URL { folder.appending(path: ResultsLayout.curves(run)) }

  /// The sentence that tells of an error, nil where it was told before.
  func note(_ error: any Error) -> String? {
    let isOfWriting = if case StorageError.cannotWrite = error { true } else { false }
    let text = (isOfWriting ? "curves are not written: " : "its curves are not written: ") + "\(error)"
    return told.withLock { told in
      if told.contains(where: { isOfWriting ? $0.hasPrefix("curves") : $0 == text }) { return nil }
      told.append(text)
      return text
    }
  }

  /// Writes the curves of a finished run from what it left, unless they are there.
  ///
  /// - Parameter results: the folder of the run's results.
  /// - Throws: `FileDamage`, `StorageError`.
  func draw(_ record: RunRecord, of run: PlannedRun, from results: URL) throws {
    let place = place(of: run.specification)
    if EventFile.ends(with: Self.end(of: record), in: place) { return }
    let curves = try RunCurves(record, in: results)
    let file = try EventFile(in: place, at: .now)
    file.add(Self.start(of: run))
    for event in curves.events(UpdateTimes(TimingRecord(of: run.identity, in: results))) { file.add(event) }
    file.add(Self.end(of: record))
    try file.write()
  }

  /// The event with which a run begins in every file of its own.
  static func start(of run: PlannedRun) -> TensorBoardEvent {
    TensorBoardEvent(time: Date.now.timeIntervalSince1970, step: 0, .start(run.identity))
  }

  /// The event that ends a file which holds all of a run; it has no time, so that it can be known again.
  static func end(of record: RunRecord) -> TensorBoardEvent {
    TensorBoardEvent(time: 0, step: record.steps, .stop(record.identity))
  }
}

/// Writes the curves of one run while it is trained. No step waits for more than the copy of a few bytes; what TensorBoard sees is
/// seconds old.
final class CurveWriter: TrainingObserver {
  private let run: PlannedRun
  private let folder: CurveFolder
  private let results: URL
  private let next: any TrainingObserver
  private let warn: (String) -> Void
  private var file: EventFile?
  private var hasBegun = false
  private var isPreliminary = false
  /// Updates that count for themselves, before those of training proper.
  private var before = 0
  private var written = ContinuousClock.now

  private static let longestWait = Duration.seconds(2)
  private static let mostPending = 1 << 16

  /// Writes nothing before the first update.
  ///
  /// - Parameters:
  ///   - results: the folder of the run's results.
  ///   - next: who else is told of the updates.
  ///   - warn: takes what a person should know where curves cannot be written.
  init(_ run: PlannedRun, in folder: CurveFolder, results: URL, next: any TrainingObserver, warn: @escaping (String) -> Void) {
    self.run = run
    self.folder = folder
    self.results = results
    self.next = next
    self.warn = warn
  }

  func willUpdate(after history: TrainingHistory, isPreliminary: Bool) {
    self.isPreliminary = isPreliminary
    before = isPreliminary ? 0 : history.preliminary.count
    if !hasBegun { begin(after: history) }
    next.willUpdate(after: history, isPreliminary: isPreliminary)
  }

  func didUpdate(_ result: StepResult, updates: Int, total: Int) {
    add(updates - before, RunCurves.Update(result).scalars(isPreliminary: isPreliminary))
    if let file, file.pending > Self.mostPending || ContinuousClock.now - written > Self.longestWait { write() }
    next.didUpdate(result, updates: updates, total: total)
  }

  func didFinishEpoch(_ epoch: TrainingHistory.Epoch, number: Int) {
    add(epoch.updates, EpochScores(epoch, number: number).choosing(without: epoch.heldOut).scalars)
    write()
    next.didFinishEpoch(epoch, number: number)
  }

  func didSaveCheckpoint() { next.didSaveCheckpoint() }

  /// The run has ended, with a record where it is whole.
  func end(_ record: RunRecord?) {
    if let record { file?.add(CurveFolder.end(of: record)) }
    write()
    file = nil
  }

  private func begin(after history: TrainingHistory) {
    hasBegun = true
    attempt {
      let file = try EventFile(in: folder.place(of: run.specification), at: .now)
      file.add(CurveFolder.start(of: run))
      for event in RunCurves(history).events(UpdateTimes(TimingRecord(of: run.identity, in: results))) { file.add(event) }
      self.file = file
    }
    write()
  }

  private func add(_ step: Int, _ scalars: [TensorBoardEvent.Scalar]) {
    file?.add(TensorBoardEvent(time: Date.now.timeIntervalSince1970, step: step, .scalars(scalars)))
  }

  private func write() {
    attempt { try file?.write() }
    written = .now
  }

  /// After an error nothing more is written of this run.
  private func attempt(_ body: () throws -> Void) {
    do { try body() } catch {
      file = nil
      if let text = folder.note(error) { warn(text) }
    }
  }
}
