// What nothing refers to in a folder of results, and above all what is never taken for it.
import Foundation
import Records
import Storage
import TestSupport
import Testing

@testable import Experiments

@Suite("What is left over")
struct LeftoverSurveyTests {
  private let unnamedWhy = "no link leads to it, and no manifest names a run of its settings"

  @Test("a run without a link that no manifest names is listed with its size; nothing changes")
  func unnamed() throws {
    let made = try LeftoverProject()
    for run in made.named + [made.unnamed] { try made.finish(run) }
    try made.link(made.named[0])
    let before = made.project.everything()
    let survey = try made.survey()
    #expect(survey.leftovers.map(\.url.path) == [made.layout.run(made.unnamed.identity).path])
    #expect(survey.leftovers.map(\.why) == [unnamedWhy] && survey.problems.isEmpty && survey.notes.isEmpty)
    let files = ["record.json", "tensors.h5"].map { before["results/runs/\(made.unnamed.identity)/\($0)"]?.count ?? -1 }
    #expect(survey.bytes == files.reduce(0, +))
    #expect(survey.summary == "1 leftover, \(Leftover.size(survey.bytes))")
    #expect(
      Leftover.table(survey.leftovers, in: survey.layout)
        == "\(Leftover.size(survey.bytes))  \(made.name(made.unnamed))  \(unnamedWhy)\n")
    #expect(made.project.everything() == before)
  }

  @Test(
    "whatever a link names stays: of an overridden experiment, of a person's own, to a file of it, absolute",
    arguments: ["overridden", "own", "file", "absolute"])
  func linked(kind: String) throws {
    let made = try LeftoverProject(), identity = made.unnamed.identity
    try made.finish(made.unnamed)
    #expect(try made.found().count == 1)
    switch kind {
    case "overridden": try made.link(made.unnamed, experiment: "tiny+epochs=3")
    case "own": try made.link(to: "../runs/\(identity)", at: "kept/the best")
    case "file": try made.link(to: "runs/\(identity)/tensors.h5", at: "best.h5")
    default: try made.link(to: made.layout.run(identity).path, at: "best")
    }
    #expect(try made.found().isEmpty)
  }

  @Test("a run of a manifest's settings stays unless what it read is known to be other files now")
  func inputs() throws {
    let made = try LeftoverProject()
    try made.finish(made.named[0])
    #expect(try made.found().isEmpty)
    let vocabulary = try String(contentsOf: made.project.file("model/vocab.txt"), encoding: .utf8)
    try made.project.write(vocabulary + "\n", to: "model/vocab.txt")
    #expect(
      try made.found() == [
        made.name(made.named[0]): "no link leads to it, and what the manifests name now is another run: tokenizer files changed"
      ])
    // files that cannot be opened, and those that are not here, are not known
    try made.project.write(vocabulary, to: "model/vocab.txt")
    try Data("{".utf8).write(to: made.project.file("model/model.safetensors.index.json"))
    try FileManager.default.removeItem(at: made.project.file("model/model.safetensors"))
    #expect(try made.found().isEmpty)
    try FileManager.default.removeItem(at: made.project.file("model"))
    #expect(try made.found().isEmpty)
  }

  @Test("of an older arithmetic nothing is named, of a newer one nothing is known")
  func numerics() throws {
    let made = try LeftoverProject()
    try made.finish(made.named[0], numerics: Numerics.version - 1)
    try made.finish(made.unnamed, numerics: Numerics.version + 1)
    let why = "numerics version \(Numerics.version - 1) → \(Numerics.version)"
    #expect(
      try made.found() == [made.name(made.named[0]): "no link leads to it, and what the manifests name now is another run: \(why)"])
  }

  @Test("an unfinished run stays where a manifest names what its checkpoint trains, or may")
  func unfinished() throws {
    let made = try LeftoverProject()
    try made.begin(made.named[0])
    try made.begin(made.unnamed)
    var survey = try made.survey()
    #expect(survey.leftovers.isEmpty, "a call with --set gives its runs no link until they are finished")
    #expect(
      survey.notes == [
        "1 run is kept, unfinished, of settings that no manifest has: a call with --set, or of a manifest elsewhere, may go on "
          + "with it; it may be deleted by hand: \(made.name(made.unnamed))"
      ])
    // of a newer arithmetic nothing is known
    try made.begin(made.unnamed) { $0.texts["numerics_version"] = "\(Numerics.version + 1)" }
    survey = try made.survey()
    #expect(survey.leftovers.isEmpty && survey.notes.isEmpty)
    try made.begin(made.unnamed, tells: false)
    survey = try made.survey()
    #expect(survey.leftovers.isEmpty)
    #expect(
      survey.notes == [
        "1 run is kept, unfinished, since the checkpoint does not say what it trains: a manifest may name that"
      ])
    // no call goes on with these, whoever names them
    try made.begin(made.named[0]) { $0.texts["numerics_version"] = "\(Numerics.version - 1)" }
    try made.begin(made.unnamed)
    try made.project.cut("results/runs/\(made.unnamed.identity)/checkpoint.safetensors")
    try made.begin(made.named[1], checkpoint: false)
    #expect(
      try made.found() == [
        made.name(made.named[0]):
          "unfinished, and of version \(Numerics.version - 1) of the arithmetic: no call goes on with it",
        made.name(made.unnamed): "unfinished, and its checkpoint is damaged: no call goes on with it",
        made.name(made.named[1]): "begun, and nothing is left to go on from",
      ])
    try made.link(made.unnamed)
    #expect(try made.found()[made.name(made.unnamed)] == nil)
  }

  @Test("what is claimed, what was touched a minute ago, and what cannot be read stays")
  func doubtful() throws {
    let made = try LeftoverProject(), folder = made.layout.run(made.unnamed.identity)
    try made.finish(made.unnamed)
    #expect(try made.found(aged: false).isEmpty, "it is young")
    #expect(try made.found().count == 1)
    do {
      let claim = try Claim.take(in: folder)
      // it was touched long ago, but its holder lives
      let found = try withExtendedLifetime(claim) { try made.found() }
      #expect(found.isEmpty)
    }
    try made.project.cut("results/runs/\(made.unnamed.identity)/record.json")
    let survey = try made.survey()
    #expect(survey.leftovers.isEmpty)
    #expect(survey.notes == ["1 run is kept, of which not all can be read: 'lowrank verify' says what"])
  }

  @Test("where a manifest cannot be read no run is judged, and the manifest is named; what is no run is")
  func unreadableManifest() throws {
    let made = try LeftoverProject()
    try made.finish(made.unnamed)
    try made.project.write("left", to: "results/.tiny.md.1-1.lowrank-temporary")
    let broken = TinyProject.manifest.replacing("id: tiny", with: "id: other").replacing("[lora,", with: "[lorra,")
    try made.project.write(broken, to: "experiments/other.yaml")
    let survey = try made.survey()
    #expect(survey.leftovers.map { $0.name(in: made.layout) } == [".tiny.md.1-1.lowrank-temporary"])
    #expect(survey.problems.count == 1 && survey.problems[0].contains("experiments/other.yaml: "), "\(survey.problems)")
    #expect(survey.problems[0].contains("lorra"))
    try FileManager.default.removeItem(at: made.project.file("experiments/other.yaml"))
    #expect(try made.survey().problems.isEmpty)
    #expect(try made.found().count == 2)
  }

  @Test("a run that lies elsewhere behind a link is neither followed nor listed")
  func elsewhere() throws {
    let made = try LeftoverProject(), folder = made.layout.run(made.unnamed.identity)
    try made.finish(made.unnamed)
    try FileManager.default.moveItem(at: folder, to: made.project.file("elsewhere"))
    try FileManager.default.createSymbolicLink(atPath: folder.path, withDestinationPath: made.project.file("elsewhere").path)
    let survey = try made.survey()
    #expect(survey.leftovers.isEmpty)
    #expect(survey.notes == ["1 run is kept elsewhere, with a link in its place"])
    // the same of the folder of all runs
    try FileManager.default.removeItem(at: folder)
    try FileManager.default.moveItem(at: made.project.file("elsewhere"), to: folder)
    try FileManager.default.moveItem(at: made.layout.runs, to: made.project.file("elsewhere"))
    try FileManager.default.createSymbolicLink(at: made.layout.runs, withDestinationURL: made.project.file("elsewhere"))
    let all = try made.survey()
    #expect(all.leftovers.isEmpty)
    #expect(all.unseen == "\(made.layout.runs.path): is a link, and runs that lie elsewhere are not looked at")
    try FileManager.default.removeItem(at: made.layout.runs)
    try made.project.write("any", to: "results/runs")
    #expect(try made.survey().unseen == "\(made.layout.runs.path): cannot be read")
  }

  @Test("a folder of links that lies elsewhere keeps every run, and is named")
  func linksElsewhere() throws {
    let made = try LeftoverProject()
    try made.finish(made.unnamed)
    try made.project.write("any", to: "elsewhere/file")
    try made.link(to: made.project.file("elsewhere").path, at: "data")
    #expect(try made.found().count == 1, "no link lies in generated data")
    try made.link(to: made.project.file("elsewhere").path, at: "tiny")
    let survey = try made.survey()
    #expect(survey.leftovers.isEmpty)
    let place = made.layout.folder.appending(path: "tiny").path
    #expect(survey.problems == ["\(place): is a link to a folder elsewhere, and what links lie there is not known"])
  }

  @Test("what calls that are no more have left, beside what those have that go on")
  func calls() throws {
    let made = try LeftoverProject(), own = ProcessInfo.processInfo.processIdentifier
    for name in ["calls/1-dead", "calls/2-held", "reruns/\(made.unnamed.identity)-999999999", "reruns/a-held", "reruns/b-\(own)"] {
      try made.project.write("any", to: "results/\(name)/status.json")
    }
    let claims = try ["calls/2-held", "reruns/a-held"].map { try Claim.take(in: made.layout.folder.appending(path: $0)) }
    let found = try withExtendedLifetime(claims) { try made.found() },
      rerun = "reruns/\(made.unnamed.identity.prefix(12))-999999999"
    #expect(found == ["calls/1-dead": "of a call that is no more", rerun: "of a call that is no more"])
    try made.project.write("any", to: "results/calls/1-dead/status.json")
    #expect(try made.found(aged: false)["calls/1-dead"] == nil, "it is young")
  }

  @Test("files of runs that stay: checkpoints that were set aside or are done with, and what killed writers have left")
  func files() throws {
    let made = try LeftoverProject(), run = made.named[0], folder = made.layout.run(run.identity)
    try made.finish(run)
    try made.link(run)
    for name in ["checkpoint.safetensors", "checkpoint.damaged.safetensors", ".record.json.9-1.lowrank-temporary"] {
      try Data("12345".utf8).write(to: folder.appending(path: name))
    }
    try made.project.write("any", to: "results/.tiny.md.9-1.lowrank-temporary")
    let survey = try made.survey()
    let name = made.name(run)
    #expect(
      Dictionary(uniqueKeysWithValues: survey.leftovers.map { ($0.name(in: made.layout), $0.why) }) == [
        "\(name)/checkpoint.damaged.safetensors": "a checkpoint that was set aside",
        "\(name)/checkpoint.safetensors": "a checkpoint of a run that is finished",
        "\(name)/.record.json.9-1.lowrank-temporary": "left by a call that was killed as it wrote",
        ".tiny.md.9-1.lowrank-temporary": "left by a call that was killed as it wrote",
      ])
    #expect(survey.leftovers.prefix(3).allSatisfy { $0.bytes == 5 })
    // a writer that lives holds a lock on its own
    let place = made.layout.folder.appending(path: ".tiny.md.9-1.lowrank-temporary").path
    let descriptor = open(place, O_RDONLY)
    defer { close(descriptor) }
    #expect(flock(descriptor, LOCK_EX | LOCK_NB) == 0)
    #expect(try made.found()[".tiny.md.9-1.lowrank-temporary"] == nil)
    // the checkpoint of a run that is not done is what it goes on from
    try FileManager.default.removeItem(at: folder.appending(path: "tensors.h5"))
    #expect(try made.found()["\(name)/checkpoint.safetensors"] == nil)
  }

  @Test("links to runs that are gone, none that lead elsewhere")
  func links() throws {
    let made = try LeftoverProject()
    try made.finish(made.named[1])
    try made.link(made.unnamed, experiment: "tiny+epochs=3")
    try made.link(to: made.project.file("nowhere/\(made.unnamed.identity)").path, at: "mine")
    try made.link(to: "nowhere", at: "other")
    let path = "tiny+epochs=3/pocket/lora/warmth/seed-0"
    #expect(try made.found(aged: false).isEmpty, "a run may be on its way")
    #expect(try made.found() == [path: "a link to a run that is gone"])
    // one that was to take the place of another, which leads to the same run
    try made.finish(made.named[0])
    try made.link(made.named[0])
    let destination = ResultsLayout.linkDestination(made.named[0].identity)
    try made.link(to: destination, at: "tiny/pocket/lora/warmth/.seed-0-99")
    #expect(try made.found()["tiny/pocket/lora/warmth/.seed-0-99"] == "a link that was to take another's place")
    try made.link(to: destination, at: "tiny/pocket/lora/warmth/.init-0-order-1-99")
    #expect(try made.found()["tiny/pocket/lora/warmth/.init-0-order-1-99"] == "a link that was to take another's place")
    try FileManager.default.removeItem(at: made.layout.folder.appending(path: "tiny/pocket/lora/warmth/.init-0-order-1-99"))
    try FileManager.default.removeItem(at: made.layout.folder.appending(path: "tiny/pocket/lora/warmth/seed-0"))
    #expect(try made.found()["tiny/pocket/lora/warmth/.seed-0-99"] == nil, "it is the only one that names the run")
  }

  @Test("links stay where there is no run at all: the disk of the runs may not be mounted", arguments: [true, false])
  func noRuns(isThere: Bool) throws {
    let made = try LeftoverProject()
    try made.link(made.unnamed)
    if !isThere { try FileManager.default.removeItem(at: made.layout.runs) }
    let survey = try made.survey()
    #expect(survey.leftovers.isEmpty && survey.problems.isEmpty && survey.unseen == nil)
    #expect(
      survey.notes == [
        "1 link to a run is kept, since no run at all is in \(made.layout.runs.path): the disk it is to lie on may not be mounted"
      ])
    try made.finish(made.named[0])
    #expect(try made.found() == ["tiny/pocket/lora/warmth/seed-0": "a link to a run that is gone"])
  }

  @Test("a record or checkpoint that is a link to nothing cannot be read", arguments: ["record.json", "checkpoint.safetensors"])
  func danglingFile(name: String) throws {
    let made = try LeftoverProject(), folder = made.layout.run(made.unnamed.identity)
    try made.begin(made.unnamed, checkpoint: false)
    #expect(try made.found().count == 1)
    try FileManager.default.createSymbolicLink(
      atPath: folder.appending(path: name).path, withDestinationPath: made.project.file("nowhere").path)
    let survey = try made.survey()
    #expect(survey.leftovers.isEmpty)
    #expect(survey.notes == ["1 run is kept, of which not all can be read: 'lowrank verify' says what"])
  }

  @Test("a folder of searches that is a link to nothing keeps every run, and is named")
  func danglingSearches() throws {
    let made = try LeftoverProject(), searches = made.project.file("experiments/tune")
    try made.finish(made.unnamed)
    #expect(try made.found().count == 1)
    try FileManager.default.createSymbolicLink(at: searches, withDestinationURL: made.project.file("nowhere"))
    let survey = try made.survey()
    #expect(survey.leftovers.isEmpty && survey.problems.contains("\(searches.path): cannot be read"), "\(survey.problems)")
  }

  @Test("a link whose name is not UTF-8 is not passed over")
  func unreadableName() throws {
    let made = try LeftoverProject()
    try made.finish(made.unnamed)
    #expect(try made.found().count == 1)
    let name = Array((made.layout.folder.path + "/").utf8CString.dropLast()) + [CChar(bitPattern: 0xff), 0]
    #expect(symlink("runs/\(made.unnamed.identity)", name) == 0)
    let survey = try made.survey(aged: false)
    #expect(survey.leftovers.isEmpty && survey.problems.count == 1)
    #expect(survey.problems.first?.hasSuffix(": cannot be looked at, and what links lead to there is not known") == true)
  }

  @Test("records of other commits, which a comparison may still be asked for, are told of")
  func otherCommits() throws {
    let made = try LeftoverProject(), other = String(repeating: "4f2c", count: 10)
    try made.finish(made.named[0], commit: other)
    try made.finish(made.unnamed, commit: other)
    let workspace = try made.project.workspace(), inputs = RunInputs(workspace: workspace, data: nil)
    made.age()
    let survey = LeftoverSurvey(workspace, inputs: inputs, commit: String(repeating: "a", count: 40))
    #expect(survey.leftovers.count == 1)
    #expect(
      survey.notes == [
        "1 of the runs has a record of another commit than the present one (4f2c4f2c4f2c): 'lowrank compare ID@COMMIT' reads such, "
          + "unless they are removed"
      ])
    #expect(LeftoverSurvey(workspace, inputs: inputs, commit: other).notes.isEmpty)
  }

  @Test("bytes for people")
  func sizes() {
    #expect(
      [0, 1, 1001, 999_999, 1_500_000, 2_340_000_000].map(Leftover.size) == ["0 kB", "1 kB", "2 kB", "1000 kB", "1.5 MB", "2.3 GB"])
  }

  @Test("a folder of results that is not there")
  func none() throws {
    let made = try LeftoverProject()
    try FileManager.default.removeItem(at: made.layout.folder)
    let survey = try made.survey(aged: false)
    #expect(survey.leftovers.isEmpty && survey.problems.isEmpty && survey.notes.isEmpty && survey.summary == nil)
    #expect(!FileManager.default.fileExists(atPath: made.layout.folder.path))
  }
}
