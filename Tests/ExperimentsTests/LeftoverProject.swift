// A tiny project with results that were never computed: runs with records, links, and what is left of others.
import Foundation
import Records
import Settings
import Storage
import TestSupport
import Testing
import Training

@testable import Experiments

/// A project whose folder of results is made by hand.
struct LeftoverProject {
  let project: TinyProject
  /// The runs that the manifest names: LoRA's and AFLoRA's.
  let named: [PlannedRun]
  /// A run that no manifest names: it was planned before the recipe was changed.
  let unnamed: PlannedRun
  var layout: ResultsLayout { ResultsLayout(project.file("results")) }

  init() throws {
    project = try TinyProject()
    try project.write(TinyProject.recipe.replacing("epochs: 2", with: "epochs: 3"), to: "experiments/recipes/tiny.yaml")
    unnamed = try project.call().plan[0]
    try project.write(TinyProject.recipe, to: "experiments/recipes/tiny.yaml")
    named = try project.call().plan
    #expect(Set(named.map(\.identity) + [unnamed.identity]).count == 3)
    try FileManager.default.createDirectory(at: layout.runs, withIntermediateDirectories: true)
  }

  /// Leaves a finished run, and the files of it that are no results.
  func finish(_ run: PlannedRun, numerics: Int = Numerics.version, commit: String? = nil, tensors content: String = "tensors")
    throws
  {
    let folder = layout.run(run.identity), tensors = Data(content.utf8)
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    try tensors.write(to: RunFile.tensors.url(in: folder))
    let none = TrainableParameters(initial: 0, final: 0, average: 0), digests = run.digests
    let record = RunRecord(
      identity: run.identity, specification: try JSONValue(json: run.specification.canonicalJSON), outcome: .completed, flags: [],
      epochs: [], primary: PrimaryScore(split: "validation", metric: "accuracy"), trainableParameters: none,
      trainableParametersWithHead: none, steps: 1, flops: 1,
      digests: RunDigests(
        specification: digests.specification, manifest: digests.manifest, model: digests.model, tokenizer: digests.tokenizer,
        data: digests.data, tensors: FileDigest.sha256(of: tensors)),
      numericsVersion: numerics, program: ProgramVersion(version: "0", commit: commit, isModified: false),
      environment: RunEnvironment(threads: 1, processor: "any", operatingSystem: "any"))
    try record.jsonData().write(to: RunFile.record.url(in: folder))
  }

  /// Leaves a run that was stopped, with its checkpoint where it has one.
  func begin(_ run: PlannedRun, checkpoint: Bool = true, tells: Bool = true, change: (inout OpenedArchive) -> Void = { _ in })
    throws
  {
    let folder = layout.run(run.identity)
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    try Data("stopped\n".utf8).write(to: RunFile.log.url(in: folder))
    guard checkpoint else { return }
    let place = RunFile.checkpoint.url(in: folder)
    try Checkpoint(url: place, identity: run.identity, specification: tells ? run.digests.specification : nil).write([], texts: [:])
    var archive = try OpenedArchive(place)
    change(&archive)
    try archive.write(to: place)
  }

  /// Links to a run as an experiment's table does.
  func link(_ run: PlannedRun, experiment: String = "tiny") throws {
    try link(to: ResultsLayout.linkDestination(run.identity), at: "\(experiment)/pocket/\(run.specification.row)/warmth/seed-0")
  }

  /// Makes a link below the results.
  func link(to target: String, at path: String) throws {
    let link = layout.folder.appending(path: path)
    try FileManager.default.createDirectory(at: link.deletingLastPathComponent(), withIntermediateDirectories: true)
    try FileManager.default.createSymbolicLink(atPath: link.path, withDestinationPath: target)
  }

  /// Makes all there is look as if nobody had touched it for long.
  func age() {
    let names = FileManager.default.enumerator(atPath: layout.folder.path)?.allObjects.compactMap { $0 as? String } ?? []
    for path in names.map({ layout.folder.appending(path: $0).path }) + [layout.folder.path] { Self.age(path) }
  }

  /// Makes a file, folder or link look as if it was touched an hour ago.
  static func age(_ path: String) {
    let time = timespec(tv_sec: Int(Date.now.timeIntervalSince1970) - 3600, tv_nsec: 0)
    #expect(utimensat(AT_FDCWD, path, [time, time], AT_SYMLINK_NOFOLLOW) == 0)
  }

  /// Looks through the results as a call of the program does, without a word of anything that is young.
  func survey(aged: Bool = true) throws -> LeftoverSurvey {
    if aged { age() }
    let workspace = try project.workspace()
    return LeftoverSurvey(workspace, inputs: RunInputs(workspace: workspace, data: nil))
  }

  /// What is found, by path, with the reason.
  func found(aged: Bool = true) throws -> [String: String] {
    let survey = try survey(aged: aged)
    return Dictionary(survey.leftovers.map { ($0.name(in: layout), $0.why) }) { first, _ in first }
  }

  /// The path by which a run is listed.
  func name(_ run: PlannedRun) -> String { "runs/\(run.identity.prefix(12))" }

  /// Whether a run's folder is there.
  func isThere(_ run: PlannedRun) -> Bool { FileManager.default.fileExists(atPath: layout.run(run.identity).path) }

  /// Removes all that a fresh survey finds.
  func remove() throws -> LeftoverRemoval {
    var removal = LeftoverRemoval(try survey())
    removal.removeAll()
    return removal
  }
}
