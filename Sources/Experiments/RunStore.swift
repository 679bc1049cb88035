// The runs that are there: records by identity, and the readable links to them.
import Foundation
import Records
import Settings
import Storage
import Synchronization

/// The folder of finished and unfinished runs.
package final class RunStore: Sendable {
  /// The project whose results these are.
  package let workspace: Workspace
  /// The records of finished runs, which never change, as far as they were read.
  private let finished = Mutex<[String: RunRecord]>([:])

  /// Opens the results of a project; nothing is read yet.
  package init(_ workspace: Workspace) {
    self.workspace = workspace
  }

  /// The record of a finished run; `nil` when there is none that can be read and holds this identity, the run failed, or a file that it
  /// left is gone.
  package func record(_ identity: String) -> RunRecord? {
    if let known = finished.withLock({ $0[identity] }) { return known }
    guard let record = anyRecord(identity), !record.outcome.isFailure, record.digests.tensors != nil,
      record.missingFile(in: workspace.run(identity)) == nil
    else { return nil }
    finished.withLock { $0[identity] = record }
    return record
  }

  private func anyRecord(_ identity: String) -> RunRecord? {
    let file = RunFile.record.url(in: workspace.run(identity))
    guard let data = try? Data(contentsOf: file), let record = try? RunRecord(jsonData: data, file: file.path),
      record.identity == identity
    else { return nil }
    return record
  }

  /// The identity that a readable link leads to.
  func linkedIdentity(_ run: RunSpecification) -> String? {
    (try? FileManager.default.destinationOfSymbolicLink(atPath: workspace.link(run).path)).map {
      ($0 as NSString).lastPathComponent
    }
  }

  /// Makes `results/<experiment>/<profile>/<row>/<task>/seed-<n>` lead to the run, replacing an older link.
  ///
  /// - Throws: `StorageError`, or Foundation's error where the link cannot be made.
  package func link(_ run: PlannedRun) throws {
    guard linkedIdentity(run.specification) != run.identity else { return }
    let link = workspace.link(run.specification)
    let fresh = link.deletingLastPathComponent().appending(
      path: ".\(link.lastPathComponent)-\(ProcessInfo.processInfo.processIdentifier)")
    do {
      try FileManager.default.createDirectory(at: link.deletingLastPathComponent(), withIntermediateDirectories: true)
      try? FileManager.default.removeItem(at: fresh)
      try FileManager.default.createSymbolicLink(
        atPath: fresh.path, withDestinationPath: ResultsLayout.linkDestination(run.identity))
      guard rename(fresh.path, link.path) == 0 else { throw CocoaError(.fileWriteUnknown) }
    } catch {
      try? FileManager.default.removeItem(at: fresh)
      throw StorageError.cannotWrite(
        path: link.path, reason: "the link to the run cannot be made", advice: "Check the folder's permissions and free space.")
    }
  }

  /// Links to a run where it is finished, and says whether it is. Who removes runs that nothing names looks for links after it has taken
  /// a run away: so one that was taken away before its link could be seen is seen here to be gone.
  ///
  /// - Throws: as `link`.
  func linkIfFinished(_ run: PlannedRun) throws -> Bool {
    guard record(run.identity) != nil else { return false }
    try link(run)
    if FileManager.default.fileExists(atPath: RunFile.record.url(in: workspace.run(run.identity)).path) { return true }
    finished.withLock { $0[run.identity] = nil }
    return false
  }

  /// Removes the checkpoint that a finished run has left when it was killed right after its record was written.
  func removeCheckpoint(of run: PlannedRun) {
    try? FileManager.default.removeItem(at: RunFile.checkpoint.url(in: workspace.run(run.identity)))
  }

  /// Why a run is to be trained, or that it is done.
  package func status(_ run: PlannedRun) -> RunStatus {
    if record(run.identity) != nil { return .done }
    if let left = anyRecord(run.identity) {
      if case .failed(let message) = left.outcome { return .failed(message) }
      if case .missing(let path)? = left.missingFile(in: workspace.run(run.identity)) {
        return .damaged("\((path as NSString).lastPathComponent) is missing")
      }
    } else if FileManager.default.fileExists(atPath: RunFile.record.url(in: workspace.run(run.identity)).path) {
      return .damaged("its record cannot be used")
    }
    if FileManager.default.fileExists(atPath: RunFile.checkpoint.url(in: workspace.run(run.identity)).path) { return .begun }
    guard let before = linkedIdentity(run.specification).flatMap(record) else { return .new }
    var changes = InputDigests(model: run.digests.model, tokenizer: run.digests.tokenizer, data: run.digests.data).changes(
      since: before)
    if before.digests.specification != run.digests.specification { changes += Self.changes(before, run.specification) }
    return .changed(changes.isEmpty ? ["inputs changed"] : changes)
  }

  /// What differs between a recorded specification and a new one, setting by setting.
  private static func changes(_ record: RunRecord, _ run: RunSpecification) -> [String] {
    guard let now = try? JSONValue(json: run.canonicalJSON) else { return [] }
    return ["options", "training"].flatMap { group -> [String] in
      guard case .object(let old)? = record.specification[group], case .object(let new)? = now[group] else { return [] }
      return Set(old.keys).union(new.keys).sorted().compactMap { key in
        guard old[key] != new[key] else { return nil }
        return "\(key) \(old[key]?.written ?? "unset") → \(new[key]?.written ?? "unset")"
      }
    }
  }
}

/// Whether a run is to be trained, and why.
package enum RunStatus: Sendable, Equatable {
  case done
  /// A checkpoint is there.
  case begun
  case new
  /// It could not be trained when it was tried, for this reason; it is tried again.
  case failed(String)
  /// It was finished, but what it left is no longer whole; it is trained again.
  case damaged(String)
  /// It was run before, from other inputs.
  case changed([String])

  package var description: String {
    switch self {
    case .done: "done"
    case .begun: "goes on from a checkpoint"
    case .new: "never run"
    case .failed(let reason): "failed: \(reason)"
    case .damaged(let reason): "damaged: \(reason)"
    case .changed(let reasons): reasons.joined(separator: ", ")
    }
  }
}

extension JSONValue {
  fileprivate var written: String {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    return (try? encoder.encode(self)).map { String(decoding: $0, as: UTF8.self) } ?? "?"
  }
}
