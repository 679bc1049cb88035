// `lowrank gc`: what nothing refers to, listed, and removed where that is asked for.
import Foundation
import TestSupport
import Testing

@Suite("lowrank gc")
struct GarbageCollectTests {
  private static let why = "no link leads to it, and no manifest names a run of its settings"

  /// Makes all results look as if they had not been touched for an hour.
  private func age(_ tiny: TinyProgram) {
    let root = tiny.project.file("results").path
    let names = FileManager.default.enumerator(atPath: root)?.allObjects.compactMap { $0 as? String } ?? []
    let time = timespec(tv_sec: Int(Date.now.timeIntervalSince1970) - 3600, tv_nsec: 0)
    for path in names.map({ root + "/" + $0 }) + [root] {
      // a call that goes on renames its files meanwhile
      #expect(utimensat(AT_FDCWD, path, [time, time], AT_SYMLINK_NOFOLLOW) == 0 || errno == ENOENT)
    }
  }

  private func setEpochs(_ count: Int, _ tiny: TinyProgram) throws {
    try tiny.project.write(
      TinyProject.recipe.replacing("epochs: 2", with: "epochs: \(count)"), to: "experiments/recipes/tiny.yaml")
  }

  @Test("of results that are all in use nothing is listed or removed")
  func used() throws {
    let tiny = try TinyProgram.trained()
    age(tiny)
    let before = tiny.project.everything()
    for arguments in [["gc"], ["gc", "--delete"]] {
      let result = try tiny.lowrank(arguments, apart: true)
      #expect(result.status == 0 && result.output.isEmpty, "\(result)")
      tiny.expectUnchanged(since: before)
    }
    #expect(try tiny.lowrank(["gc"], apart: true).errors == "nothing is left over\n")
  }

  @Test("runs that no link and no manifest names are listed, and go when that is asked for; then they are made again")
  func unnamed() throws {
    let tiny = try TinyProgram.trained(), identity = try tiny.identity()
    try FileManager.default.removeItem(at: tiny.project.file("results/tiny"))
    try setEpochs(3, tiny)
    #expect(try tiny.lowrank(["gc"], apart: true).output.isEmpty, "they are young")
    age(tiny)
    let before = tiny.project.everything(), list = try tiny.lowrank(["gc"], apart: true)
    #expect(list.status == 0)
    let lines = list.output.split(separator: "\n")
    #expect(lines.count == 2 && lines.contains { $0.hasSuffix("  runs/\(identity.prefix(12))  \(Self.why)") }, "\(list)")
    #expect(lines.allSatisfy { $0.contains(/^ *[0-9.]+ [kM]B  runs\//) })
    #expect(list.errors.contains(/^2 leftovers, [0-9.]+ [kM]B; nothing was removed, --delete removes them\n$/))
    tiny.expectUnchanged(since: before)
    let gone = try tiny.lowrank(["gc", "--delete"], apart: true)
    #expect(gone.status == 0 && gone.output == list.output)
    #expect(gone.errors.contains(/^2 leftovers removed, [0-9.]+ [kM]B freed\n$/))
    #expect(try FileManager.default.contentsOfDirectory(atPath: tiny.project.file("results/runs").path).isEmpty)
    #expect(
      tiny.project.everything().filter { !$0.key.hasPrefix("results/runs/") }
        == before.filter { !$0.key.hasPrefix("results/runs/") })
    try setEpochs(2, tiny)
    let again = try tiny.lowrank(["run", "tiny"])
    #expect(try again.status == 0 && tiny.identity() == identity)
  }

  @Test("a manifest that cannot be read keeps every run, and is named")
  func unreadable() throws {
    let tiny = try TinyProgram.trained()
    try FileManager.default.removeItem(at: tiny.project.file("results/tiny"))
    try setEpochs(3, tiny)
    try tiny.project.write("id: [\n", to: "experiments/broken.yaml")
    age(tiny)
    let before = tiny.project.everything(), result = try tiny.lowrank(["gc", "--delete"], apart: true)
    #expect(result.status == 1 && result.output.isEmpty)
    #expect(
      result.errors.contains(
        "no run was judged, since what names runs is not known: \(tiny.project.root.path)/experiments/broken.yaml: "),
      "\(result.errors)")
    tiny.expectUnchanged(since: before)
  }

  /// The identities of runs that have a checkpoint and no record.
  private func stopped(_ tiny: TinyProgram) -> [String] {
    let runs = tiny.project.file("results/runs")
    return ((try? FileManager.default.contentsOfDirectory(atPath: runs.path)) ?? []).filter { name in
      func has(_ file: String) -> Bool { FileManager.default.fileExists(atPath: runs.appending(path: "\(name)/\(file)").path) }
      return has("checkpoint.safetensors") && !has("record.json")
    }
  }

  /// A project with a run that a kill has left with its checkpoint. Under load the kill may come when that run is finished and the
  /// next has none yet: then there is nothing to go on from, and another is tried.
  private func killedProgram() throws -> (tiny: TinyProgram, run: String) {
    for _ in 0..<20 {
      let tiny = try TinyProgram()
      _ = try tiny.interrupt(["run", "tiny", "--jobs", "1", "--checkpoint-seconds", "0"], by: SIGKILL) { !stopped(tiny).isEmpty }
      if let run = stopped(tiny).first { return (tiny, run) }
    }
    throw CocoaError(.fileNoSuchFile)
  }

  @Test("what a killed call was at stays with its checkpoint, and is told of when no manifest names it any more")
  func killed() throws {
    let (tiny, run) = try killedProgram(), name = "runs/\(run.prefix(12))"
    let checkpoint = tiny.project.file("results/runs/\(run)/checkpoint.safetensors"), bytes = try Data(contentsOf: checkpoint)
    // the kill may have left a file half written in the run's folder, or another run that was only begun: those may go
    age(tiny)
    let kept = try tiny.lowrank(["gc", "--delete"], apart: true)
    #expect(kept.status == 0 && !kept.output.contains("\(name) ") && !kept.errors.contains(name), "\(kept)")
    #expect(try Data(contentsOf: checkpoint) == bytes)
    age(tiny)
    try setEpochs(3, tiny)
    let told = try tiny.lowrank(["gc", "--delete"], apart: true)
    #expect(told.status == 0 && !told.output.contains("\(name) ") && told.errors.contains("deleted by hand: \(name)\n"), "\(told)")
    #expect(try Data(contentsOf: checkpoint) == bytes)
    try setEpochs(2, tiny)
    #expect(try tiny.lowrank(["run", "tiny"]).status == 0)
  }

  @Test("a folder of runs that is a link is not looked through, which is told")
  func runsElsewhere() throws {
    let tiny = try TinyProgram.trained(), runs = tiny.project.file("results/runs"), moved = tiny.project.file("moved")
    try FileManager.default.moveItem(at: runs, to: moved)
    try FileManager.default.createSymbolicLink(at: runs, withDestinationURL: moved)
    age(tiny)
    let result = try tiny.lowrank(["gc"], apart: true)
    #expect(result.status == 1 && result.output.isEmpty)
    #expect(
      result.errors.contains("no run was judged: \(runs.path): is a link, and runs that lie elsewhere are not looked at"),
      "\(result)")
    #expect(result.errors.contains("nothing is left over of what was judged\n"))
  }

  @Test("beside a call that trains, whatever manifests say by now, nothing of it goes")
  func training() throws {
    let tiny = try TinyProgram()
    var said: ProgramResult?
    let stopped = try tiny.interrupt(["run", "tiny", "--jobs", "1", "--checkpoint-seconds", "0"], by: SIGINT) {
      guard tiny.hasCheckpoint(), said == nil else { return said != nil }
      try? setEpochs(3, tiny)
      age(tiny)
      said = try? tiny.lowrank(["gc", "--delete"], apart: true)
      return true
    }
    let result = try #require(said)
    #expect(result.status == 0 && !result.output.contains("runs/") && !result.output.contains("calls/"), "\(result)")
    #expect(stopped.status == 130 || stopped.status == 0, "\(stopped)")
    try setEpochs(2, tiny)
    #expect(try tiny.lowrank(["run", "tiny"]).status == 0)
  }

  @Test("no project")
  func mistakes() throws {
    let tiny = try TinyProgram()
    try FileManager.default.moveItem(at: tiny.project.file("experiments"), to: tiny.project.file("moved"))
    try tiny.expectMistake(["gc"], "HERE: there is no folder 'experiments' here. Run this in the project's root")
  }
}
