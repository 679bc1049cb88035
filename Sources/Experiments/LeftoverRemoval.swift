// Leftovers removed so that nothing is lost that is needed after all. A folder is claimed, judged again, and renamed out of its
// place as a whole; then the links are looked at once more, and a run that one names by now goes back. So whoever links to a run at
// that very moment either is seen, or sees that the run is gone. Only then is anything of it removed, its record first: what a kill
// leaves is no run, and the next call removes the rest.
import Foundation
import Records
import Storage

/// The removal of what a survey found.
package struct LeftoverRemoval {
  /// What is removed.
  package private(set) var removed: [Leftover] = []
  /// What stays, a line each: somebody works with it, or it has changed since it was found.
  package private(set) var kept: [String] = []
  /// What could not be removed, a line each.
  package private(set) var failures: [String] = []
  private let survey: LeftoverSurvey
  private var layout: ResultsLayout { survey.layout }

  /// Claims that are held at once: each is an open file.
  private static let batch = 32

  /// Prepares the removal of what a survey found; nothing is done yet.
  package init(_ survey: LeftoverSurvey) { self.survey = survey }

  /// `3 leftovers removed, 1.2 GB freed`.
  package var summary: String {
    let bytes = removed.reduce(0) { $0 + $1.bytes }
    return "\(removed.count) \(removed.count == 1 ? "leftover" : "leftovers") removed, \(Leftover.size(bytes)) freed"
  }

  /// Removes everything that nobody works with by now.
  package mutating func removeAll() {
    // first, since they take no claim, which on a full disk cannot be made
    for leftover in survey.leftovers where leftover.kind == .temporary { removeTemporary(leftover) }
    for (place, identity) in survey.returning {
      if case .taken(let claim)? = try? Claim.take(in: place) {
        withExtendedLifetime(claim) { _ = putBack(place, as: identity) }
      }
    }
    var folders = survey.leftovers.filter(\.isFolder)[...]
    while !folders.isEmpty {
      finish(doom(Array(folders.prefix(Self.batch))))
      folders = folders.dropFirst(Self.batch)
    }
    // the last one leaves no empty folder
    rmdir(layout.doomed.path)
    for leftover in survey.leftovers where !leftover.isFolder {
      switch leftover.kind {
      case .file(let identity): removeFile(leftover, ofRun: identity)
      case .link(let leadsNowhere): removeLink(leftover, leadsNowhere: leadsNowhere)
      default: break
      }
    }
  }

  /// A folder that has been taken out of its place.
  struct Doomed {
    /// What it was found as.
    let leftover: Leftover
    /// Where it is now.
    let place: URL
    /// The claim on it, which went with it.
    let claim: Claim
  }

  /// Takes folders out of their places, those that nobody works with and that are as they were found.
  mutating func doom(_ leftovers: [Leftover]) -> [Doomed] {
    leftovers.compactMap { leftover in
      do {
        guard FolderContents(leftover.url) != nil else { return skip(leftover, "is gone, or no folder any more") }
        guard case .taken(let claim) = try Claim.take(in: leftover.url) else {
          return skip(leftover, "another process works with it now")
        }
        guard isAsFound(leftover) else { return skip(leftover, "has changed since it was looked at") }
        if leftover.kind == .doomed { return Doomed(leftover: leftover, place: leftover.url, claim: claim) }
        try claim.requireHeld()
        let place = layout.doomed.appending(path: "\(leftover.url.lastPathComponent)-\(UUID().uuidString)")
        try move(leftover.url, to: place)
        return Doomed(leftover: leftover, place: place, claim: claim)
      } catch is ClaimLost {
        return skip(leftover, "another process works with it now")
      } catch {
        failures.append("\(error)")
        return nil
      }
    }
  }

  /// Removes folders that were taken out of their places; a run that a link names by now goes back instead.
  mutating func finish(_ doomed: [Doomed]) {
    if doomed.isEmpty { return }
    let tree = ResultsTree(layout)
    for item in doomed {
      withExtendedLifetime(item.claim) {
        if let identity = wholeRun(in: item.place), tree.named.contains(identity) || !tree.problems.isEmpty,
          putBack(item.place, as: identity)
        {
          keep(item.leftover, "a link names it now")
        } else {
          erase(item)
        }
      }
    }
  }

  private func isAsFound(_ leftover: Leftover) -> Bool {
    let before = survey.contents[leftover.url]?.files
    guard case .run(let identity) = leftover.kind else { return FolderContents(leftover.url)?.files == before }
    let finding = survey.judge.finding(identity, linked: survey.linked, isMine: true)
    return finding.leftovers.map(\.kind) == [leftover.kind] && finding.contents?.files == before
  }

  /// Moves a folder to where what is removed goes.
  /// - Throws: `StorageError`.
  private func move(_ folder: URL, to place: URL) throws {
    for attempt in 0... {
      try Folder.make(at: layout.doomed)
      var status = stat()
      // nothing leaves the folder of results, which a link here would lead out of
      guard lstat(layout.doomed.path, &status) == 0, status.st_mode & S_IFMT == S_IFDIR else {
        throw StorageError.writing(layout.doomed.path, code: ENOTDIR)
      }
      if rename(folder.path, place.path) == 0 { return }
      // another call may have removed the empty folder
      let code = errno
      guard code == ENOENT, attempt < 3 else { throw StorageError.writing(folder.path, code: code) }
    }
  }

  /// The identity of the run that a folder was before it was taken out of its place; nil where it was none, or has no record.
  private func wholeRun(in place: URL) -> String? {
    let identity = String(place.lastPathComponent.prefix(64))
    let hasRecord = FileManager.default.fileExists(atPath: RunFile.record.url(in: place).path)
    return hasRecord && ResultsLayout.isIdentity(identity) ? identity : nil
  }

  /// Puts a run back into its place; false where it is being made anew there, to the same bits.
  private mutating func putBack(_ place: URL, as identity: String) -> Bool {
    let folder = layout.run(identity)
    // takes the place of an empty folder, never of another
    if rename(place.path, folder.path) == 0 { return true }
    let code = errno
    if code == ENOTEMPTY || code == EEXIST { return false }
    failures.append("\(StorageError.writing(folder.path, code: code))")
    return true
  }

  private mutating func erase(_ item: Doomed) {
    do {
      let names = try FileManager.default.contentsOfDirectory(atPath: item.place.path).sorted()
      let record = RunFile.record.rawValue
      for name in names.filter({ $0 == record }) + names.filter({ $0 != record && $0 != ".claim" }) {
        try FileManager.default.removeItem(at: item.place.appending(path: name))
      }
      try FileManager.default.removeItem(at: item.place)
      removed.append(item.leftover)
    } catch {
      failures.append(
        "\(item.place.path): cannot be removed: \(error.localizedDescription). What is left is no run; the next call removes it")
    }
  }

  /// Removes a file of a run that stays, under the run's claim.
  private mutating func removeFile(_ leftover: Leftover, ofRun identity: String) {
    let folder = layout.run(identity)
    do {
      guard FolderContents(folder) != nil, case .taken(let claim) = try Claim.take(in: folder) else {
        return keep(leftover, "another process works with its run now")
      }
      withExtendedLifetime(claim) {
        let finding = survey.judge.finding(identity, linked: survey.linked, isMine: true), name = leftover.url.lastPathComponent
        guard finding.leftovers.contains(leftover), finding.contents?.files[name] == survey.contents[folder]?.files[name] else {
          return keep(leftover, "has changed since it was looked at")
        }
        note(leftover, unlink(leftover.url.path) == 0, errno)
      }
    } catch {
      failures.append("\(error)")
    }
  }

  /// Removes a link: it gets a name of its own, and is looked at once more. One that was made meanwhile, or whose run is there by
  /// now, goes back to its place.
  private mutating func removeLink(_ leftover: Leftover, leadsNowhere: Bool) {
    let aside = leftover.url.deletingLastPathComponent().appending(path: ".\(UUID().uuidString)\(AtomicFile.temporarySuffix)")
    guard rename(leftover.url.path, aside.path) == 0 else { return keep(leftover, "is gone") }
    let isNew = (FileClock.modified(aside.path) ?? .zero) > survey.judge.now - Claim.expiry
    if isNew || (leadsNowhere && FileManager.default.fileExists(atPath: aside.path)) {
      putBack(link: aside, to: leftover.url)
      return keep(leftover, "has changed since it was looked at")
    }
    note(leftover, unlink(aside.path) == 0, errno)
  }

  /// Gives a link its place again, unless a newer one has it.
  private func putBack(link aside: URL, to place: URL) {
    if link(aside.path, place.path) == 0 || errno == EEXIST {
      unlink(aside.path)
    } else if FileClock.modified(place.path) == nil {
      // a file system without second names
      rename(aside.path, place.path)
    }
  }

  private mutating func removeTemporary(_ leftover: Leftover) {
    guard Leftover.temporary(leftover.url, now: survey.judge.now) == leftover else {
      return keep(leftover, "has changed since it was looked at")
    }
    note(leftover, AtomicFile.sweepStale(leftover.url), errno)
  }

  private mutating func note(_ leftover: Leftover, _ isRemoved: Bool, _ code: Int32) {
    if isRemoved { removed.append(leftover) } else { failures.append("\(StorageError.writing(leftover.url.path, code: code))") }
  }

  private mutating func keep(_ leftover: Leftover, _ why: String) { kept.append("\(leftover.name(in: layout)): \(why)") }

  private mutating func skip(_ leftover: Leftover, _ why: String) -> Doomed? {
    keep(leftover, why)
    return nil
  }
}

extension Leftover {
  /// Whether it is a folder, which goes as a whole.
  fileprivate var isFolder: Bool {
    switch kind {
    case .run, .workplace, .doomed: true
    case .file, .temporary, .link: false
    }
  }
}
