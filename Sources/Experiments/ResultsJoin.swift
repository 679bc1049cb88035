// Results of several machines made one: finished runs of another folder of results come into a project's own, each once; runs that both
// have are compared. The other folder is only read, and nothing that it says of itself is taken for granted.
import Foundation
import Records
import Storage

/// What came of joining another folder of results to a project's own.
package struct ResultsJoin: Sendable {
  /// Runs that were taken over.
  package private(set) var taken = 0
  /// Runs that both have, file by file the same.
  package private(set) var equal = 0
  /// Runs of the other folder that are not finished, or failed: there is nothing to take.
  package private(set) var unfinished = 0
  /// Links to runs that were made here as they are there.
  package private(set) var links = 0
  /// Runs that both have and that are not the same, with what differs, a line each.
  package private(set) var differences: [String] = []
  /// Runs that could not be taken, with the reason, a line each.
  package private(set) var problems: [String] = []

  private let other: ResultsLayout
  private let own: ResultsLayout
  private let store: RunStore
  /// The runs that are here now and in the other folder too.
  private var shared: Set<String> = []

  /// Takes the finished runs of `other` that `workspace` lacks, and compares those that it has.
  ///
  /// - Parameter shouldStop: asked before each run; what was taken until then stays.
  /// - Throws: `ExperimentError.noFolder` where `other` holds no runs, or is the workspace's own folder; `StorageError` where a run cannot
  ///   be written.
  package init(_ other: URL, into workspace: Workspace, shouldStop: () -> Bool = { false }) throws {
    let other = ResultsLayout(try Self.results(in: other.standardizedFileURL)), own = workspace.layout
    (self.other, self.own, store) = (other, own, RunStore(workspace))
    if other.folder.resolvingSymlinksInPath() == own.folder.resolvingSymlinksInPath() {
      throw ExperimentError.noFolder(other.folder.path, found: "is this project's own folder of results")
    }
    let names = try FileManager.default.contentsOfDirectory(atPath: other.runs.path).filter { ResultsLayout.isIdentity($0) }
    for identity in names.sorted() {
      if shouldStop() { return }
      try join(identity)
    }
    joinLinks()
  }

  /// Whether all that both folders have is the same, and every finished run of the other could be taken.
  package var isWhole: Bool { differences.isEmpty && problems.isEmpty }

  /// `12 runs taken, 3 were here and are the same, 1 differs, 2 not finished there`
  package var text: String {
    var parts = [Self.count(taken, "run") + " taken"]
    if equal > 0 { parts.append("\(equal) \(equal == 1 ? "was here and is" : "were here and are") the same") }
    if !differences.isEmpty { parts.append("\(differences.count) \(differences.count == 1 ? "differs" : "differ")") }
    if !problems.isEmpty { parts.append("\(problems.count) could not be taken") }
    if unfinished > 0 { parts.append("\(unfinished) not finished there") }
    return parts.joined(separator: ", ")
  }

  private static func count(_ number: Int, _ noun: String) -> String { "\(number) \(noun)\(number == 1 ? "" : "s")" }

  /// A folder of results, or that of a project.
  private static func results(in folder: URL) throws -> URL {
    for candidate in [folder, folder.appending(path: "results")] {
      var isFolder: ObjCBool = false
      let runs = ResultsLayout(candidate).runs.path
      if FileManager.default.fileExists(atPath: runs, isDirectory: &isFolder), isFolder.boolValue { return candidate }
    }
    let isThere = FileManager.default.fileExists(atPath: folder.path)
    throw ExperimentError.noFolder(folder.path, found: isThere ? "holds no folder 'runs'" : "is not there")
  }

  // MARK: Runs

  private mutating func join(_ identity: String) throws {
    let place = other.run(identity), name = "runs/\(identity.prefix(12))"
    let file = RunFile.record.url(in: place)
    guard FileManager.default.fileExists(atPath: file.path) else {
      unfinished += 1
      return
    }
    let record: RunRecord, data: Data
    do {
      data = try SmallFile.contents(of: file)
      record = try RunRecord(jsonData: data, file: file.path)
      guard record.identity == identity else {
        problems.append("\(name): its record is that of another run, \(record.identity.prefix(12))")
        return
      }
    } catch {
      problems.append("\(name): \(error)")
      return
    }
    if record.outcome.isFailure || record.digests.tensors == nil {
      unfinished += 1
      return
    }
    if let here = store.record(identity) {
      compare(here, record, name)
      shared.insert(identity)
      return
    }
    if let damage = record.files.lazy.compactMap({ record.damage(of: $0.file, in: place) }).first {
      problems.append("\(name): \(damage)")
      return
    }
    guard try take(record, data, from: place) else {
      problems.append("\(name): is being trained here")
      return
    }
    taken += 1
    shared.insert(identity)
  }

  private mutating func compare(_ here: RunRecord, _ there: RunRecord, _ name: String) {
    // a record of former days seals its tensors alone: what only one of them seals cannot be compared
    let digests = Dictionary(uniqueKeysWithValues: there.files.map { ($0.file, $0.digest) })
    var unlike = here.files.filter { file, digest in digests[file].map { $0 != digest } ?? false }.map(\.file.rawValue)
    if here.epochs != there.epochs { unlike.append("scores") }
    if here.outcome != there.outcome { unlike.append("how they ended") }
    if unlike.isEmpty {
      equal += 1
      return
    }
    let origins = [here, there].map { record in
      let commit = record.program.commit.map { " (\($0.prefix(12))\(record.program.isModified ? ", modified" : ""))" } ?? ""
      return "lowrank \(record.program.version)\(commit) on \(record.environment.processor)"
    }
    differences.append("\(name): not the same: \(unlike.joined(separator: ", ")); here by \(origins[0]), there by \(origins[1])")
  }

  /// Copies what a run left, its record last; false where somebody trains it here.
  private func take(_ record: RunRecord, _ data: Data, from place: URL) throws -> Bool {
    let folder = own.run(record.identity)
    try Folder.make(at: folder)
    guard case .taken(let claim) = try Claim.take(in: folder) else { return false }
    return try withExtendedLifetime(claim) {
      for (file, digest) in record.files { try copy(file, from: place, to: folder, digest: digest) }
      for file in [RunFile.timing, .log] where FileManager.default.fileExists(atPath: file.url(in: place).path) {
        try copy(file, from: place, to: folder, digest: nil)
      }
      try claim.requireHeld()
      try AtomicFile.write(data, to: RunFile.record.url(in: folder))
      try? FileManager.default.removeItem(at: RunFile.checkpoint.url(in: folder))
      return true
    }
  }

  /// - Parameter digest: what it must be; nil where nothing seals it.
  private func copy(_ file: RunFile, from place: URL, to folder: URL, digest: String?) throws {
    let target = file.url(in: folder)
    try AtomicFile.copy(file.url(in: place), to: target)
    guard let digest, try FileDigest.sha256(of: target) != digest else { return }
    // it changed after it was looked at
    try? FileManager.default.removeItem(at: target)
    throw FileDamage.altered(
      path: file.url(in: place).path, found: try FileDigest.sha256(of: file.url(in: place)), expected: digest)
  }

  // MARK: Links

  /// Makes the links to runs that are there and have none of their name here.
  private mutating func joinLinks() {
    for link in ResultsTree(other).links where !link.isTemporary && !link.isBroken {
      guard let path = other.path(of: link.url), let identity = link.identities.first, link.identities.count == 1,
        shared.contains(identity), path.split(separator: "/").count == 5
      else { continue }
      let place = own.folder.appending(path: path)
      var status = stat()
      guard lstat(place.path, &status) != 0 else { continue }
      try? Folder.make(at: place.deletingLastPathComponent())
      let target = ResultsLayout.linkDestination(identity)
      if (try? FileManager.default.createSymbolicLink(atPath: place.path, withDestinationPath: target)) != nil { links += 1 }
    }
  }
}
