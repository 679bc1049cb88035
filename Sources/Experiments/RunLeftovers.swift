// Which runs, and which files of runs, nothing refers to.
import Foundation
import Records
import Storage
import Training

/// Judges the folders of runs by what links and manifests name. In doubt a run stays.
struct RunLeftovers: Sendable {
  /// What was found in the folder of a run.
  struct Finding: Sendable, Equatable {
    /// The run itself, or files of it, that nothing needs.
    var leftovers: [Leftover] = []
    /// What the folder held when it was looked at.
    var contents: FolderContents?
    /// Why the run stays although nothing is known to refer to it.
    var doubt: Doubt?
    /// The commit of the program that made the record of a run that goes as a whole, where it has one and that tells.
    var commit: String?
  }

  /// What keeps a run that no link names and of which no manifest is known to name it.
  enum Doubt: String, Sendable, CaseIterable {
    case unreadable
    case unfinished
    case unnamed
    case link

    /// The sentence on the runs of these names.
    func text(_ names: [String]) -> String {
      let kept = names.count == 1 ? "1 run is kept" : "\(names.count) runs are kept"
      let (them, they) = names.count == 1 ? ("it", "it") : ("them", "they")
      return switch self {
      case .unreadable: "\(kept), of which not all can be read: 'lowrank verify' says what"
      case .unfinished: "\(kept), unfinished, since the checkpoint does not say what it trains: a manifest may name that"
      case .unnamed:
        "\(kept), unfinished, of settings that no manifest has: a call with --set, or of a manifest elsewhere, may go on with "
          + "\(them); \(they) may be deleted by hand: \(names.joined(separator: ", "))"
      case .link: "\(kept) elsewhere, with a link in its place"
      }
    }
  }

  let layout: ResultsLayout
  let named: NamedRuns
  /// The time by the clock of the file system.
  let now: Duration

  /// What nothing refers to in the folder of a run.
  /// - Parameters:
  ///   - linked: the identities that links name.
  ///   - isMine: whether the run's claim is this process's own: then it is nobody else's, and its age has been looked at.
  func finding(_ identity: String, linked: Set<String>, isMine: Bool = false) -> Finding {
    let folder = layout.run(identity)
    guard let contents = FolderContents(folder) else {
      let isLink = (try? FileManager.default.destinationOfSymbolicLink(atPath: folder.path)) != nil
      let isDoubtful = !linked.contains(identity) && (isLink || FileManager.default.fileExists(atPath: folder.path))
      return Finding(doubt: isDoubtful ? (isLink ? .link : .unreadable) : nil)
    }
    var finding = Finding(contents: contents)
    // what is young may be in use by a call that has not taken its claim, or has not linked to it
    guard isMine || (now - contents.newest > Claim.expiry && !Claim.isHeld(in: folder, now: now)) else { return finding }
    do {
      let record = try record(in: folder, contents, identity)
      if !linked.contains(identity), let why = try reason(against: record, in: folder, contents) {
        finding.leftovers = [Leftover(kind: .run(identity), url: folder, bytes: contents.bytes, why: why)]
        finding.commit = record?.program.commit
        return finding
      }
      finding.leftovers = files(of: identity, record, contents)
    } catch let doubt as DoubtError {
      if !linked.contains(identity) { finding.doubt = doubt.doubt }
    } catch {
      if !linked.contains(identity) { finding.doubt = .unreadable }
    }
    return finding
  }

  private struct DoubtError: Error {
    var doubt: Doubt
  }

  /// The record of a run; nil where there is none.
  /// - Throws: where there is one that cannot be used.
  private func record(in folder: URL, _ contents: FolderContents, _ identity: String) throws -> RunRecord? {
    let file = RunFile.record.url(in: folder)
    guard try isThere(file, contents) else { return nil }
    let record = try RunRecord(jsonData: SmallFile.contents(of: file, limit: 32 << 20), file: file.path)
    guard record.identity == identity else { throw DoubtError(doubt: .unreadable) }
    return record
  }

  /// Whether a run has a file.
  /// - Throws: where its folder lists the name, and nothing is found under it: a link to a disk that is not mounted, perhaps.
  private func isThere(_ file: URL, _ contents: FolderContents) throws -> Bool {
    if FileManager.default.fileExists(atPath: file.path) { return true }
    if contents.files[file.lastPathComponent] != nil { throw DoubtError(doubt: .unreadable) }
    return false
  }

  /// Why nothing needs a run that no link names; nil where a manifest names it, or may.
  /// - Throws: where it cannot be told.
  private func reason(against record: RunRecord?, in folder: URL, _ contents: FolderContents) throws -> String? {
    let checkpoint = RunFile.checkpoint.url(in: folder)
    if let record { return named.reason(against: record) }
    guard try isThere(checkpoint, contents) else { return "begun, and nothing is left to go on from" }
    let origin: Checkpoint.Origin
    do { origin = try Checkpoint.origin(at: checkpoint) } catch is ArchiveDamage {
      return "unfinished, and its checkpoint is damaged: no call goes on with it"
    }
    if let why = named.reason(against: origin) { return why }
    if let doubt = named.doubt(on: origin) { throw DoubtError(doubt: doubt) }
    return nil
  }

  /// The files that a run which stays does not need.
  private func files(of identity: String, _ record: RunRecord?, _ contents: FolderContents) -> [Leftover] {
    let folder = layout.run(identity), checkpoint = RunFile.checkpoint.url(in: folder)
    func leftover(_ url: URL, _ why: String) -> Leftover? {
      guard let file = contents.files[url.lastPathComponent] else { return nil }
      return Leftover(kind: .file(ofRun: identity), url: url, bytes: file.size, why: why)
    }
    var found = [leftover(Checkpoint.placeAside(checkpoint), "a checkpoint that was set aside")]
    if let record, !record.outcome.isFailure, record.missingFile(in: folder) == nil {
      found.append(leftover(checkpoint, "a checkpoint of a run that is finished"))
    }
    let names = ((try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? []).sorted()
    for url in names.filter({ AtomicFile.isTemporary($0) }).map({ folder.appending(path: $0) }) {
      found.append(Leftover.temporary(url, now: now))
    }
    return found.compactMap { $0 }
  }
}

extension Leftover {
  /// A file that a killed writer has left; nil where its writer may live.
  static func temporary(_ url: URL, now: Duration) -> Leftover? {
    var status = stat()
    guard lstat(url.path, &status) == 0, status.st_mode & S_IFMT == S_IFREG,
      now - FileClock.modified(status) > Claim.expiry, AtomicFile.isStale(url)
    else { return nil }
    return Leftover(kind: .temporary, url: url, bytes: Int(status.st_size), why: "left by a call that was killed as it wrote")
  }
}
