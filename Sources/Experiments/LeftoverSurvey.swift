// All that lies in a folder of results and nothing refers to. Looking changes nothing.
import Foundation
import Records
import Storage

/// What nothing refers to in a project's folder of results, at one moment.
///
/// What stays: whatever a link below the folder names, whatever a manifest names under any profile or may name, what is unfinished
/// and can be gone on with, what a process holds a claim on, what was touched in the last minutes, what lies outside the folder,
/// tables, figures and generated data.
package struct LeftoverSurvey: Sendable {
  /// What may be removed.
  package private(set) var leftovers: [Leftover] = []
  /// Why whole runs were not judged, a line each: what names them is not known. Empty where they were.
  package let problems: [String]
  /// Why the folder of runs was not looked through; nil where it was, or there is none.
  package let unseen: String?
  /// What else a person should know, a sentence each.
  package private(set) var notes: [String] = []
  /// The folder that was looked through.
  package let layout: ResultsLayout
  /// What judges runs, for a second look before one is removed.
  let judge: RunLeftovers
  /// The identities that links name.
  let linked: Set<String>
  /// What the folders among the leftovers held, and those of runs of which files are.
  private(set) var contents: [URL: FolderContents] = [:]
  /// Folders of linked runs whose removal was begun: they go back.
  private(set) var returning: [(place: URL, identity: String)] = []

  /// Looks through the results of a project.
  /// - Parameter commit: the commit of this program; records of others are told of.
  package init(_ workspace: Workspace, inputs: RunInputs, commit: String? = ProgramVersion.current.commit) {
    let layout = workspace.layout, tree = ResultsTree(layout), named = NamedRuns(workspace, inputs: inputs)
    // where no file can be made nothing can be removed either
    let now = (try? FileClock.now(in: layout.folder)) ?? .seconds(Date.now.timeIntervalSince1970)
    self.layout = layout
    judge = RunLeftovers(layout: layout, named: named, now: now)
    linked = tree.named
    problems = named.problems + tree.problems
    unseen = Self.obstacle(in: layout.runs)
    lookAtDoomed(isKnown: tree.problems.isEmpty)
    lookAtRuns(commit)
    for folder in [layout.reruns, layout.calls] { lookAtWorkplaces(folder) }
    leftovers += tree.temporaries.compactMap { Leftover.temporary($0, now: now) }
    look(at: tree.links)
  }

  /// The bytes of all leftovers.
  package var bytes: Int { leftovers.reduce(0) { $0 + $1.bytes } }

  /// `3 leftovers, 1.2 GB`; nil where there are none.
  package var summary: String? { Self.count(leftovers, "leftover") }

  /// `3 leftovers, 1.2 GB`; nil of none.
  static func count(_ leftovers: [Leftover], _ noun: String) -> String? {
    if leftovers.isEmpty { return nil }
    let bytes = leftovers.reduce(0) { $0 + $1.bytes }
    return "\(leftovers.count) \(leftovers.count == 1 ? noun : noun + "s"), \(Leftover.size(bytes))"
  }

  /// Why the folder of all runs cannot be looked through; nil where it can, or there is none.
  private static func obstacle(in runs: URL) -> String? {
    var status = stat()
    guard lstat(runs.path, &status) == 0 else { return errno == ENOENT ? nil : "\(runs.path): cannot be looked at" }
    if status.st_mode & S_IFMT == S_IFLNK { return "\(runs.path): is a link, and runs that lie elsewhere are not looked at" }
    return (try? FileManager.default.contentsOfDirectory(atPath: runs.path)) == nil ? "\(runs.path): cannot be read" : nil
  }

  /// - Parameter commit: the commit of this program.
  private mutating func lookAtRuns(_ commit: String?) {
    guard let names = folders(in: layout.runs) else { return }
    var doubts: [RunLeftovers.Doubt: [String]] = [:], commits: [String] = []
    for identity in names where ResultsLayout.isIdentity(identity) {
      let finding = judge.finding(identity, linked: linked)
      if problems.isEmpty, let doubt = finding.doubt { doubts[doubt, default: []].append("runs/\(identity.prefix(12))") }
      let found = finding.leftovers.filter { leftover in
        if case .run = leftover.kind { problems.isEmpty } else { true }
      }
      if found.isEmpty { continue }
      if problems.isEmpty, let other = finding.commit, other != commit { commits.append(String(other.prefix(12))) }
      leftovers += found
      contents[layout.run(identity)] = finding.contents
    }
    notes += RunLeftovers.Doubt.allCases.compactMap { doubt in doubts[doubt].map { doubt.text($0) } }
    if commits.isEmpty { return }
    let runs =
      commits.count == 1
      ? "1 of the runs has a record of another commit" : "\(commits.count) of the runs have records of other commits"
    notes.append(
      "\(runs) than the present one (\(Set(commits).sorted().joined(separator: ", "))): 'lowrank compare ID@COMMIT' reads such, "
        + "unless they are removed")
  }

  private mutating func lookAtWorkplaces(_ folder: URL) {
    for name in folders(in: folder) ?? [] {
      let place = folder.appending(path: name)
      guard let found = FolderContents(place), judge.now - found.newest > Claim.expiry, !Claim.isHeld(in: place, now: judge.now),
        !Self.isOfLivingProcess(place)
      else { continue }
      contents[place] = found
      leftovers.append(Leftover(kind: .workplace, url: place, bytes: found.bytes, why: "of a call that is no more"))
    }
  }

  /// Whether a folder that nobody has claimed ends in the number of a process that lives here, as programs made it that claimed
  /// none.
  private static func isOfLivingProcess(_ place: URL) -> Bool {
    guard let process = place.lastPathComponent.split(separator: "-").last.flatMap({ pid_t($0) }), process > 0 else { return false }
    return kill(process, 0) == 0 || errno == EPERM
  }

  /// - Parameter isKnown: whether it is known which runs links name.
  private mutating func lookAtDoomed(isKnown: Bool) {
    for name in folders(in: layout.doomed) ?? [] {
      let place = layout.doomed.appending(path: name), identity = String(name.prefix(64))
      guard let found = FolderContents(place), !Claim.isHeld(in: place, now: judge.now) else { continue }
      let isWhole = FileManager.default.fileExists(atPath: RunFile.record.url(in: place).path)
      if isWhole, ResultsLayout.isIdentity(identity), !FileManager.default.fileExists(atPath: layout.run(identity).path) {
        // a link may have been made as it was removed
        if !isKnown { continue }
        if linked.contains(identity) {
          returning.append((place, identity))
          continue
        }
      }
      contents[place] = found
      leftovers.append(Leftover(kind: .doomed, url: place, bytes: found.bytes, why: "its removal was begun and not ended"))
    }
    if returning.isEmpty { return }
    let runs = returning.count == 1 ? "1 run" : "\(returning.count) runs"
    notes.append("\(runs) that links name, and whose removal was begun: --delete puts them back")
  }

  /// Judges links. Where there is no run at all those to runs that are gone stay: the disk of the runs may not be mounted.
  private mutating func look(at links: [ResultsTree.Link]) {
    let found = links.compactMap { link($0, among: links) }
    if (folders(in: layout.runs) ?? []).contains(where: ResultsLayout.isIdentity) {
      leftovers += found
      return
    }
    let lost = found.count { $0.kind == .link(leadsNowhere: true) }
    leftovers += found.filter { $0.kind != .link(leadsNowhere: true) }
    if lost == 0 { return }
    notes.append(
      "\(lost == 1 ? "1 link to a run is" : "\(lost) links to runs are") kept, since no run at all is in \(layout.runs.path): "
        + "the disk it is to lie on may not be mounted")
  }

  /// A link that leads to nothing, or has not taken the name it was made for.
  private func link(_ link: ResultsTree.Link, among links: [ResultsTree.Link]) -> Leftover? {
    guard let touched = FileClock.modified(link.url.path), judge.now - touched > Claim.expiry, !link.identities.isEmpty,
      link.identities.isDisjoint(with: returning.map(\.identity))
    else { return nil }
    func leftover(_ why: String) -> Leftover {
      Leftover(kind: .link(leadsNowhere: link.isBroken), url: link.url, bytes: 0, why: why)
    }
    if link.isBroken { return isOfOurs(link) ? leftover("a link to a run that is gone") : nil }
    let isNamedElsewhere = links.contains { !$0.isTemporary && !$0.isBroken && $0.identities.isSuperset(of: link.identities) }
    return link.isTemporary && isNamedElsewhere ? leftover("a link that was to take another's place") : nil
  }

  /// Whether a broken link was made to a run here, and the run is not there.
  private func isOfOurs(_ link: ResultsTree.Link) -> Bool {
    guard folders(in: layout.runs) != nil || FileClock.modified(layout.runs.path) == nil else { return false }
    let target = try? FileManager.default.destinationOfSymbolicLink(atPath: link.url.path)
    return link.identities.contains { identity in
      target == ResultsLayout.linkDestination(identity) && FileClock.modified(layout.run(identity).path) == nil
    }
  }

  /// The names in a folder of the results, sorted; nil where there is none, a link in its place, or it cannot be read.
  private func folders(in folder: URL) -> [String]? {
    var status = stat()
    guard lstat(folder.path, &status) == 0, status.st_mode & S_IFMT == S_IFDIR else { return nil }
    return (try? FileManager.default.contentsOfDirectory(atPath: folder.path))?.sorted()
  }
}
