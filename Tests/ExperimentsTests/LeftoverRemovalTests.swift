// The removal of leftovers: nothing else goes, whatever happens meanwhile, and a kill at any moment loses nothing.
import Foundation
import Records
import Storage
import TestSupport
import Testing

@testable import Experiments

@Suite("Removal of what is left over")
struct LeftoverRemovalTests {
  @Test("what was listed goes, and not one byte of anything else")
  func exact() throws {
    let made = try LeftoverProject()
    for run in made.named + [made.unnamed] { try made.finish(run) }
    try made.link(made.named[0])
    try made.link(to: ResultsLayout.linkDestination(String(repeating: "a", count: 64)), at: "gone/pocket/lora/warmth/seed-0")
    for name in [
      "results/calls/1-dead/status.json", "results/reruns/a-999999999/tensors.h5", "results/.x.9-1.lowrank-temporary",
      "results/runs/\(made.named[1].identity)/checkpoint.damaged.safetensors",
    ] { try made.project.write("any", to: name) }
    for name in ["results/tiny.md", "results/figures/tiny-a.svg", "results/data/pocket/generated", "results/runs/notes.txt"] {
      try made.project.write("mine", to: name)
    }
    // a link in a run's folder is no way out of it
    try made.project.write("mine", to: "outside/file")
    let inside = made.layout.run(made.unnamed.identity).appending(path: "link")
    try FileManager.default.createSymbolicLink(atPath: inside.path, withDestinationPath: made.project.file("outside").path)
    let before = made.project.everything(), survey = try made.survey()
    #expect(survey.leftovers.count == 6)
    var removal = LeftoverRemoval(survey)
    removal.removeAll()
    #expect(removal.failures == [] && removal.kept == [] && removal.removed.count == 6)
    #expect(removal.summary == "6 leftovers removed, \(Leftover.size(survey.bytes)) freed")
    let gone = [
      "runs/\(made.unnamed.identity)", "gone/pocket/lora/warmth/seed-0", "calls/1-dead", "reruns/a-999999999",
      ".x.9-1.lowrank-temporary",
      "runs/\(made.named[1].identity)/checkpoint.damaged.safetensors",
    ].map { "results/" + $0 }
    let left = before.filter { name, _ in !gone.contains { name == $0 || name.hasPrefix($0 + "/") } }
    #expect(made.project.everything() == left)
    #expect(try made.survey().leftovers.isEmpty)
  }

  @Test("what another process claims, or writes, after it was listed stays")
  func claimedMeanwhile() throws {
    let made = try LeftoverProject(), folder = made.layout.run(made.unnamed.identity)
    try made.finish(made.unnamed)
    var survey = try made.survey()
    #expect(survey.leftovers.count == 1)
    do {
      guard case .taken(let claim) = try Claim.take(in: folder) else { throw CocoaError(.fileLocking) }
      var removal = LeftoverRemoval(survey)
      withExtendedLifetime(claim) { removal.removeAll() }
      #expect(removal.removed.isEmpty && removal.failures.isEmpty)
      #expect(removal.kept == ["\(made.name(made.unnamed)): another process works with it now"])
      #expect(made.isThere(made.unnamed))
    }
    // it was made again, and let go
    survey = try made.survey()
    try made.finish(made.unnamed)
    var removal = LeftoverRemoval(survey)
    removal.removeAll()
    #expect(removal.kept == ["\(made.name(made.unnamed)): has changed since it was looked at"])
    #expect(made.isThere(made.unnamed))
    #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path).contains(".claim") == false)
  }

  @Test("a run that is linked while it is being removed goes back whole")
  func linkedMeanwhile() throws {
    let made = try LeftoverProject()
    try made.finish(made.unnamed)
    let before = made.project.files("results/runs"), survey = try made.survey()
    var removal = LeftoverRemoval(survey)
    do {
      let doomed = removal.doom(survey.leftovers)
      #expect(doomed.count == 1 && !made.isThere(made.unnamed))
      try made.link(made.unnamed, experiment: "tiny+epochs=3")
      removal.finish(doomed)
    }
    #expect(removal.removed.isEmpty && removal.kept == ["\(made.name(made.unnamed)): a link names it now"])
    #expect(made.project.files("results/runs") == before)
    // without the link it goes
    try FileManager.default.removeItem(at: made.layout.folder.appending(path: "tiny+epochs=3"))
    #expect(try made.remove().removed.count == 1)
    #expect(!made.isThere(made.unnamed))
  }

  /// What a kill leaves between taking a run away and removing it: its claim is let go, as that of a process that has ended.
  private func killed(_ made: LeftoverProject) throws {
    try made.finish(made.unnamed)
    let survey = try made.survey()
    var removal = LeftoverRemoval(survey)
    #expect(removal.doom(survey.leftovers).count == 1)
    #expect(!made.isThere(made.unnamed))
  }

  @Test("what a kill leaves between the two steps is removed by the next call")
  func killedBetween() throws {
    let made = try LeftoverProject()
    try killed(made)
    let found = try made.found()
    #expect(found.count == 1 && found.values.first == "its removal was begun and not ended", "\(found)")
    #expect(found.keys.first?.hasPrefix(".doomed/\(made.unnamed.identity.prefix(12))-") == true)
    #expect(try made.remove().removed.count == 1)
    #expect(try FileManager.default.contentsOfDirectory(atPath: made.layout.folder.path).sorted() == ["runs"])
  }

  @Test("what a kill leaves of a run that is linked goes back; once part of it is removed it is no run any more")
  func killedThenLinked() throws {
    let made = try LeftoverProject()
    for run in [made.named[0], made.unnamed] { try made.finish(run) }
    let before = made.project.files("results/runs")
    try killed(made)
    try made.link(made.unnamed)
    let survey = try made.survey()
    #expect(survey.leftovers.isEmpty)
    #expect(survey.notes == ["1 run that links name, and whose removal was begun: --delete puts them back"])
    #expect(try made.remove().removed.isEmpty)
    #expect(made.project.files("results/runs") == before)
    try FileManager.default.removeItem(at: made.layout.folder.appending(path: "tiny"))
    try killed(made)
    try made.link(made.unnamed)
    let doomed = try #require(try FileManager.default.contentsOfDirectory(atPath: made.layout.doomed.path).first)
    try FileManager.default.removeItem(at: made.layout.doomed.appending(path: "\(doomed)/record.json"))
    #expect(try made.remove().removed.count == 2, "the rest of the run, and the link to it")
    #expect(!made.isThere(made.unnamed))
  }

  @Test("a run that another call is removing is left to it")
  func twoCalls() throws {
    let made = try LeftoverProject()
    try made.finish(made.unnamed)
    let survey = try made.survey()
    var first = LeftoverRemoval(survey)
    let doomed = first.doom(survey.leftovers)
    #expect(try made.found().isEmpty)
    var second = LeftoverRemoval(survey)
    second.removeAll()
    #expect(second.removed.isEmpty && second.failures.isEmpty && second.kept.count == 1)
    first.finish(doomed)
    #expect(first.removed.count == 1 && first.failures.isEmpty)
  }

  @Test("nothing is moved out of the results through a link in the place of what is doomed")
  func doomedElsewhere() throws {
    let made = try LeftoverProject()
    try made.finish(made.unnamed)
    try FileManager.default.createDirectory(at: made.project.file("outside"), withIntermediateDirectories: true)
    try FileManager.default.createSymbolicLink(at: made.layout.doomed, withDestinationURL: made.project.file("outside"))
    // a link to a folder elsewhere is no folder of experiments here
    let removal = try made.remove()
    #expect(removal.removed.isEmpty && removal.failures.count == 1, "\(removal)")
    #expect(made.isThere(made.unnamed))
    #expect(try FileManager.default.contentsOfDirectory(atPath: made.project.file("outside").path).isEmpty)
  }

  @Test("a link that was made anew since it was listed stays")
  func newLink() throws {
    let made = try LeftoverProject()
    try made.finish(made.named[0])
    try made.link(made.unnamed)
    let survey = try made.survey(), link = made.layout.folder.appending(path: "tiny/pocket/lora/warmth/seed-0")
    #expect(survey.leftovers.count == 1)
    try made.finish(made.unnamed)
    try FileManager.default.removeItem(at: link)
    try made.link(made.unnamed)
    var removal = LeftoverRemoval(survey)
    removal.removeAll()
    #expect(removal.removed.isEmpty && removal.kept.count == 1)
    #expect(FileManager.default.fileExists(atPath: link.appending(path: "record.json").path))
    #expect(try FileManager.default.contentsOfDirectory(atPath: link.deletingLastPathComponent().path) == ["seed-0"])
  }

  @Test("a link whose run has come back since it was listed stays")
  func runIsBack() throws {
    let made = try LeftoverProject()
    try made.finish(made.named[0])
    try made.link(made.unnamed)
    let survey = try made.survey(), link = made.layout.folder.appending(path: "tiny/pocket/lora/warmth/seed-0")
    #expect(survey.leftovers.map(\.kind) == [.link(leadsNowhere: true)])
    try made.finish(made.unnamed)
    var removal = LeftoverRemoval(survey)
    removal.removeAll()
    #expect(removal.removed.isEmpty && removal.failures.isEmpty)
    #expect(removal.kept == ["tiny/pocket/lora/warmth/seed-0: has changed since it was looked at"])
    #expect(
      try FileManager.default.destinationOfSymbolicLink(atPath: link.path) == ResultsLayout.linkDestination(made.unnamed.identity))
    #expect(try FileManager.default.contentsOfDirectory(atPath: link.deletingLastPathComponent().path) == ["seed-0"])
  }

  @Test("what takes no claim goes first: on a full disk none can be made")
  func temporariesFirst() throws {
    let made = try LeftoverProject()
    try made.finish(made.unnamed)
    try made.project.write("any", to: "results/.tiny.md.9-1.lowrank-temporary")
    #expect(try made.survey().leftovers.first?.kind == .run(made.unnamed.identity))
    #expect(try made.remove().removed.map(\.kind) == [.temporary, .run(made.unnamed.identity)])
  }
}
