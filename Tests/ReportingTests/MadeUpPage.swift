// A folder of results with runs that were never computed, each under an identity of its own, and the page made of them.
import Foundation
import Manifests
import Records
import Settings
import Storage
import Synchronization
import Testing

@testable import Reporting

/// An experiment with its results and its page.
final class MadeUpPage: @unchecked Sendable {
  let experiment: MadeUpExperiment
  let results: ResultsFolder
  /// How often the texts of examples were asked for.
  let asked = Mutex(0)

  init(_ text: String = MadeUpExperiment.plain) throws {
    experiment = try MadeUpExperiment(text)
    results = ResultsFolder(experiment.folder.appending(path: "results"))
    try Folder.make(at: results.url)
  }

  /// The manifests' folder.
  var manifests: ExperimentFolder { ExperimentFolder(path: experiment.folder.path) }

  /// What makes the page.
  var page: ReportPage {
    ReportPage(
      results, program: ProgramVersion(version: "0.1.0", commit: "4f2c1ab", isModified: false),
      inputs: { _ in InputDigests(data: MadeUpExperiment.digest("f")) },
      examples: { [self] run in
        asked.withLock { $0 += 1 }
        return [ExampleTexts(set: "validation", texts: [["first of \(run.task.id)", "second"]])]
      })
  }

  /// Writes the whole page.
  @discardableResult
  func write(mostDetails: Int? = ReportPage.mostDetails) throws -> ReportPage.Outcome {
    try page.write(manifests, methods: MadeUpExperiment.methods, mostDetails: mostDetails)
  }

  /// Renews the page of the experiment.
  func renew() throws -> ReportPage.Outcome? {
    try page.renew(try experiment.manifest.experiment(.pocket))
  }

  /// Writes a run with its link; returns its folder.
  @discardableResult
  func store(
    _ row: String, _ task: String = "rte", _ seed: RunSeed = 0, scores: [Double] = [0.5, 0.75], tensors: HDF5Group? = nil,
    texts: [WrittenText] = [], log: String? = nil, outcome: RunOutcome = .completed
  ) throws -> URL {
    let run = try experiment.specification(row, task, seed), identity = Self.identity(row, task, seed)
    let folder = results.layout.run(identity), link = results.layout.link(run)
    try Folder.make(at: folder)
    var tensorsDigest: String?, textsDigest: String?
    if let tensors {
      try HDF5File.write(tensors, to: RunFile.tensors.url(in: folder))
      tensorsDigest = try FileDigest.sha256(of: RunFile.tensors.url(in: folder))
    }
    if !texts.isEmpty {
      let data = try WrittenText.data(texts)
      try data.write(to: RunFile.lastTexts.url(in: folder))
      textsDigest = FileDigest.sha256(of: data)
    }
    try log.map { try Data($0.utf8).write(to: RunFile.log.url(in: folder)) }
    let record = try experiment.record(
      run, outcome.isFailure ? [] : scores.map { [$0] }, outcome: outcome, identity: identity, tensors: tensorsDigest,
      lastTexts: textsDigest)
    try record.jsonData().write(to: RunFile.record.url(in: folder))
    let segment = TimingSegment(
      started: "2026-11-21T10:00:00Z", firstStep: 0, lastStep: 20, trainingSeconds: 1.5, evaluationSeconds: 0.5, otherSeconds: 0,
      tokens: 640, peakMemoryBytes: 3 << 20, threads: 1)
    try TimingRecord(identity: identity, segments: [segment]).jsonData().write(to: RunFile.timing.url(in: folder))
    try Folder.make(at: link.deletingLastPathComponent())
    try? FileManager.default.removeItem(at: link)
    try FileManager.default.createSymbolicLink(atPath: link.path, withDestinationPath: ResultsLayout.linkDestination(identity))
    return folder
  }

  /// Writes a run of every cell.
  func storeAll() throws {
    for run in try experiment.runs() { try store(run.row, run.task.id, run.seed) }
  }

  /// A run's identity.
  static func identity(_ row: String, _ task: String = "rte", _ seed: RunSeed = 0) -> String {
    FileDigest.sha256(of: Array("\(row) \(task) \(seed)".utf8))
  }

  /// The tensors of a run of three steps on four examples.
  static func tensors(_ own: [(name: String, group: HDF5Group)] = []) -> HDF5Group {
    let training = HDF5Group(datasets: [
      ("gradient_norm", .steps([1, .nan, 3])), ("learning_rate", .steps([0.1, 0.1, 0.1])), ("loss", .steps([3, 2, 1])),
      ("task_loss", .steps([3, 2, 1])),
    ])
    let answers = HDF5Group(datasets: [
      ("best", HDF5Dataset(shape: [4], values: .int64([0, 1, 1, 0]), dimensionLabels: ["example"])),
      ("best_logits", .table([[1, 0], [0, 1], [0, 1], [1, 0]], axes: ["example", "class"], named: "none", [])),
      ("gold", HDF5Dataset(shape: [4], values: .int64([0, 1, 0, 0]), dimensionLabels: ["example"])),
      ("labels", HDF5Dataset(shape: [2], values: .strings(["no", "<yes>"]), dimensionLabels: ["class"])),
      ("last", HDF5Dataset(shape: [4], values: .int64([1, 1, 1, 1]), dimensionLabels: ["example"])),
    ])
    let common = [("predictions", HDF5Group(groups: [("validation", answers)])), ("training", training)]
    return HDF5Group(
      groups: (common + own).sorted { $0.0 < $1.0 }, datasets: [("epoch_loss", .steps([2.5, 1.5], axis: "epoch"))])
  }

  /// The names of the files of data, of runs too.
  var dataFiles: [String] {
    (FileManager.default.enumerator(atPath: results.layout.pageData.path)?.allObjects as? [String] ?? [])
      .filter { $0.hasSuffix(".js") }.sorted()
  }

  /// All files that the page is made of.
  func files() throws -> [String: Data] {
    var files = ["index.html": try Data(contentsOf: results.layout.page)]
    for name in dataFiles { files[name] = try Data(contentsOf: results.layout.pageData.appending(path: name)) }
    return files
  }

  /// What a file of data holds.
  func json(_ name: String) throws -> [String: Any] {
    let bytes = Array(try Data(contentsOf: results.layout.pageData.appending(path: name)))
    let own = (name as NSString).lastPathComponent, text = String(decoding: bytes, as: UTF8.self)
    // the details of a run are named after what they are made of
    let inside = try #require(text.wholeMatch(of: /lowrankData\("([^"]*)",'(.*)'\);\n/)?.output)
    #expect(inside.1 == own)
    let object = try JSONSerialization.jsonObject(with: Data(inside.2.replacing("\\\\", with: "\\").utf8))
    return try #require(object as? [String: Any])
  }

  /// The list that the page shows.
  func list() throws -> PageList {
    let html = try String(contentsOf: results.layout.page, encoding: .utf8)
    let name = try #require(PageDocument.list(of: html))
    let bytes = Array(try Data(contentsOf: results.layout.pageData.appending(path: name)))
    return try JSONDecoder().decode(PageList.self, from: try #require(PageScript.json(of: bytes, named: name)))
  }

  /// What the page shows of the experiment.
  func table(_ id: String = "t1", _ profile: Profile = .pocket) throws -> [String: Any] {
    let entry = try #require(try list().groups.flatMap(\.entries).first { $0.id == id })
    return try json(try #require(entry.parts.first { $0.profile == profile }?.file))
  }
}
