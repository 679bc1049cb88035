// Results of another machine: what is taken, what is compared, and what is not believed.
import Foundation
import Records
import Storage
import TestSupport
import Testing

@testable import Experiments

@Suite("Joined results")
struct ResultsJoinTests {
  private func join(_ there: LeftoverProject, into here: LeftoverProject) throws -> ResultsJoin {
    try ResultsJoin(there.layout.folder, into: try here.project.workspace())
  }

  private func name(_ run: PlannedRun) -> String { "runs/\(run.identity.prefix(12))" }

  @Test("a finished run comes with all its files and its link, once; the other folder stays as it is")
  func taken() throws {
    let (here, there) = (try LeftoverProject(), try LeftoverProject()), run = there.named[0]
    try there.finish(run)
    try there.link(run)
    try Data("it went well\n".utf8).write(to: RunFile.log.url(in: there.layout.run(run.identity)))
    let before = there.project.everything()
    let join = try join(there, into: here)
    #expect(join.taken == 1 && join.links == 1 && join.isWhole && join.text == "1 run taken")
    #expect(there.project.everything() == before)
    let files = here.project.everything().filter { $0.key.hasPrefix("results/runs/") && !$0.key.hasSuffix(".claim") }
    #expect(files == before.filter { $0.key.hasPrefix("results/runs/") } && files.count > 3)
    let store = RunStore(try here.project.workspace())
    #expect(store.status(run) == .done && store.linkedIdentity(run.specification) == run.identity)

    let again = try self.join(there, into: here)
    #expect(again.taken == 0 && again.links == 0 && again.equal == 1 && again.isWhole)
    #expect(again.text == "0 runs taken, 1 was here and is the same")
  }

  @Test("a project's folder stands for its results")
  func project() throws {
    let (here, there) = (try LeftoverProject(), try LeftoverProject())
    try there.finish(there.named[0])
    let join = try ResultsJoin(there.project.root, into: try here.project.workspace())
    #expect(join.taken == 1)
  }

  @Test("of a run that both have and that is not the same both stay, and it is said what differs and who made which")
  func different() throws {
    let (here, there) = (try LeftoverProject(), try LeftoverProject()), run = here.named[0]
    try here.finish(run, commit: String(repeating: "a", count: 40))
    try there.finish(run, commit: String(repeating: "b", count: 40), tensors: "other tensors")
    let before = here.project.everything()
    let join = try join(there, into: here)
    #expect(join.taken == 0 && join.equal == 0 && !join.isWhole && join.text == "0 runs taken, 1 differs")
    #expect(
      join.differences == [
        "\(name(run)): not the same: tensors.h5; here by lowrank 0 (aaaaaaaaaaaa) on any, there by lowrank 0 (bbbbbbbbbbbb) on any"
      ])
    #expect(here.project.everything() == before)
  }

  @Test(
    "what is damaged there, or is another run's, is not taken", arguments: ["tensors", "record", "no tensors", "another's record"])
  func damaged(what: String) throws {
    let (here, there) = (try LeftoverProject(), try LeftoverProject()), run = there.named[0]
    try there.finish(run)
    let folder = there.layout.run(run.identity), record = RunFile.record.url(in: folder), tensors = RunFile.tensors.url(in: folder)
    switch what {
    case "tensors": try Data("tensorz".utf8).write(to: tensors)
    case "no tensors": try FileManager.default.removeItem(at: tensors)
    case "record":
      let text = String(decoding: try Data(contentsOf: record), as: UTF8.self)
      try Data(text.replacing("\"steps\" : 1", with: "\"steps\" : 2").utf8).write(to: record)
    default:
      try there.finish(there.named[1])
      try FileManager.default.removeItem(at: record)
      try FileManager.default.copyItem(at: RunFile.record.url(in: there.layout.run(there.named[1].identity)), to: record)
      try FileManager.default.removeItem(at: there.layout.run(there.named[1].identity))
    }
    let join = try join(there, into: here)
    #expect(join.taken == 0 && join.problems.count == 1 && join.problems[0].hasPrefix(name(run)), "\(join.problems)")
    #expect(RunStore(try here.project.workspace()).status(run) == .new)
    #expect(!FileManager.default.fileExists(atPath: here.layout.run(run.identity).path))
  }

  @Test("what is not finished there is left there; what is only begun here is replaced")
  func unfinished() throws {
    let (here, there) = (try LeftoverProject(), try LeftoverProject())
    try there.begin(there.named[0])
    try there.finish(there.named[1])
    try here.begin(here.named[1])
    let join = try join(there, into: here)
    #expect(join.text == "1 run taken, 1 not finished there" && join.isWhole)
    let store = RunStore(try here.project.workspace())
    #expect(store.status(here.named[0]) == .new && store.status(here.named[1]) == .done)
    #expect(!FileManager.default.fileExists(atPath: RunFile.checkpoint.url(in: here.layout.run(here.named[1].identity)).path))
  }

  @Test("a run that is trained here is not taken from under it")
  func busy() throws {
    let (here, there) = (try LeftoverProject(), try LeftoverProject()), run = there.named[0]
    try there.finish(run)
    let folder = here.layout.run(run.identity)
    try Folder.make(at: folder)
    guard case .taken(let claim) = try Claim.take(in: folder) else { return #expect(Bool(false), "the claim is free") }
    let join = try join(there, into: here)
    withExtendedLifetime(claim) {}
    #expect(join.taken == 0 && join.problems == ["\(name(run)): is being trained here"])
  }

  @Test("a link that is here stays, and one that leads out of the runs is not made")
  func links() throws {
    let (here, there) = (try LeftoverProject(), try LeftoverProject()), run = there.named[0]
    for made in [here, there] { try made.finish(run) }
    try here.link(
      to: ResultsLayout.linkDestination(here.unnamed.identity), at: "tiny/pocket/\(run.specification.row)/warmth/seed-0")
    try there.link(run)
    try there.link(run, experiment: "other")
    try there.link(to: "../../../../runs/\(run.identity)/tensors.h5", at: "a/b/c/d/e")
    try there.link(to: "/etc", at: "tiny/pocket/x/y/seed-0")
    let join = try join(there, into: here)
    // that of 'other', and the one by hand, which leads to the run's folder here
    #expect(join.links == 2 && join.isWhole)
    #expect(RunStore(try here.project.workspace()).linkedIdentity(run.specification) == here.unnamed.identity)
    #expect(!FileManager.default.fileExists(atPath: here.layout.folder.appending(path: "tiny/pocket/x").path))
  }

  @Test("the project's own folder, one that is not there, and one without runs are refused")
  func refused() throws {
    let here = try LeftoverProject(), own = here.layout.folder, workspace = try here.project.workspace()
    for (place, reason) in [
      (own, "is this project's own folder of results"), (own.appending(path: "none"), "is not there"),
      (here.project.root.appending(path: "experiments"), "holds no folder 'runs'"),
    ] {
      let error = #expect(throws: ExperimentError.self) { try ResultsJoin(place, into: workspace) }
      #expect(error?.description.contains(reason) ?? false, "\(String(describing: error))")
    }
  }
}
