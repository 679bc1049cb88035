// Reports from files: what is found, what is damaged, what is written.
import Foundation
import Manifests
import Records
import Settings
import Storage
import Testing

@testable import Reporting

@Suite struct ResultsFolderTests {
  let experiment: MadeUpExperiment
  let results: ResultsFolder
  /// The folders of all eight runs, in the order of the plan; their identities are 000…, 111…, and so on.
  let folders: [URL]

  init() throws {
    let experiment = try MadeUpExperiment()
    folders = try experiment.runs().enumerated().map { index, run in
      try Self.store(experiment, run, 0.5 + 0.01 * Double(index), identity: String(repeating: "\(index)", count: 64))
    }
    results = ResultsFolder(experiment.folder.appending(path: "results"))
    self.experiment = experiment
  }

  /// Writes a run's folder and the link to it.
  private static func store(_ experiment: MadeUpExperiment, _ run: RunSpecification, _ score: Double, identity: String) throws
    -> URL
  {
    let results = ResultsFolder(experiment.folder.appending(path: "results"))
    let folder = results.layout.run(identity)
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    let tensors = HDF5Group(
      groups: [
        (
          "freezing",
          HDF5Group(datasets: [
            ("iteration", HDF5Dataset(shape: [2, 1], values: .int64([3, -1]), dimensionLabels: ["layer", "module"]))
          ])
        )
      ],
      datasets: [("epoch_loss", HDF5Dataset(shape: [1], values: .float64([0.5]), dimensionLabels: ["epoch"]))])
    try HDF5File.write(tensors, to: folder.appending(path: "tensors.h5"))
    let record = try experiment.record(
      run, [[score]], identity: identity, tensors: try FileDigest.sha256(of: folder.appending(path: "tensors.h5")))
    try record.jsonData().write(to: folder.appending(path: "record.json"))
    let timing = TimingRecord(
      identity: identity,
      segments: [
        TimingSegment(
          started: "2026-11-21T10:00:00Z", firstStep: 0, lastStep: 20, trainingSeconds: 1.5, evaluationSeconds: 0.25,
          otherSeconds: 0.25, tokens: 640, peakMemoryBytes: 3 << 20, threads: 1)
      ])
    try timing.jsonData().write(to: folder.appending(path: "timing.json"))
    let link = results.layout.link(run)
    try FileManager.default.createDirectory(at: link.deletingLastPathComponent(), withIntermediateDirectories: true)
    try FileManager.default.createSymbolicLink(
      atPath: link.path, withDestinationPath: "../../../../runs/" + identity)
    return folder
  }

  @Test func aReportIsWrittenWhole() throws {
    let report = try Report(experiment.manifest.experiment(.pocket), experiment.findings(results))
    #expect(report.table.isComplete)
    let file = try report.write(to: results)
    #expect(file.lastPathComponent == "t1.md")
    #expect(try String(contentsOf: file, encoding: .utf8) == report.rendered(.markdown))
    #expect(
      try String(contentsOf: results.url.appending(path: "t1-cost.md"), encoding: .utf8) == """
        # t1: what the runs took

        | method | runs | time per run | time per step | peak memory | threads |
        |---|--:|--:|--:|--:|--:|
        | LoRA | 4 | 2.00 s | 75.00 ms | 3.00 MiB | 1 |
        | AFLoRA | 4 | 2.00 s | 75.00 ms | 3.00 MiB | 1 |

        Measured on the machine that ran it (a processor), not reproducible: medians over a row's runs, all tasks together; \
        memory is the largest of any run.
        Profile pocket. Runs that went on at the same time slow each other down.

        """)
    let names = try FileManager.default.contentsOfDirectory(atPath: results.url.path).sorted()
    #expect(names == ["runs", "t1", "t1-cost.md", "t1.md"])
  }

  @Test func aDamagedRecordIsOneMissingCell() throws {
    let file = folders[1].appending(path: "record.json")
    try Data("{".utf8).write(to: file)
    try FileManager.default.removeItem(at: folders[2].appending(path: "record.json"))
    try FileManager.default.removeItem(at: folders[3])
    try Data(contentsOf: folders[4].appending(path: "record.json")).write(to: folders[5].appending(path: "record.json"))
    let table = try Report(experiment.manifest.experiment(.pocket), experiment.findings(results)).table
    #expect(table.rows.map { $0.cells.map(\.countedRuns) } == [[1, 0], [1, 2]])
    #expect(
      table.problems == [
        "lora, rte: seed 1 cannot be used – t1/pocket/lora/rte/seed-1/record.json: is not the JSON of a record of a run: "
          + "it is cut short or damaged. Move it away, and the run is made again.",
        "lora, mrpc: seed 0 missing; seed 1 missing",
        "aflora, rte: seed 1 cannot be used – t1/pocket/aflora/rte/seed-1/record.json: is the record of run 444444444444, "
          + "but its folder is that of run 555555555555. Move it away, and the run is made again.",
      ])
  }

  @Test func aPipeInPlaceOfARecordIsNotWaitedFor() throws {
    let file = folders[0].appending(path: "record.json")
    try FileManager.default.removeItem(at: file)
    #expect(mkfifo(file.path, 0o600) == 0)
    #expect(throws: ReportError.unreadable(path: file.path, reason: "it is not a plain file")) {
      try ResultsFolder.record(in: folders[0])
    }
  }

  @Test func runsAreMeantByPathOrIdentity() throws {
    let link = results.layout.link(try experiment.specification("lora", "rte", 1))
    #expect(try results.folder(of: link.path).path == link.path)
    #expect(try results.folder(of: "t1/pocket/lora/rte/seed-1").path == link.path)
    #expect(try results.folder(of: "1111").path == folders[1].path)
    let other = "1111" + String(repeating: "a", count: 60)
    try FileManager.default.createDirectory(at: results.layout.run(other), withIntermediateDirectories: true)
    #expect(
      throws: ReportError.ambiguousRun("1111", candidates: [String(repeating: "1", count: 64), other])
    ) { try results.folder(of: "1111") }
    for name in ["", "111", "abcd", "../runs?", "xyzt"] {
      #expect(throws: ReportError.unknownRun(name, results: results.url.relativePath)) { try results.folder(of: name) }
    }
    #expect(
      ReportError.ambiguousRun("1111", candidates: [String(repeating: "1", count: 64), other]).description
        == "'1111' means 2 runs: 1111111111111111, 1111aaaaaaaaaaaa. Give more digits.")
  }

  @Test func aRunIsDescribedInFull() throws {
    let text = try RunDescription(folder: try results.folder(of: "0000")).text
    for part in [
      "run\n  identity     \(String(repeating: "0", count: 64))\n  outcome      completed\n  flags        none\n",
      "  best epoch   1 by accuracy on validation\n", "  trainable    20.00K on average, 20000 at first, 20000 at last\n",
      "specification\n  experiment  t1\n", "  options.rank  8\n", "  training.betas  [0.9, 0.999]\n",
      "scores by epoch\n  epoch 1 (step 10): validation accuracy 0.5000  ← best and last\n",
      "  data           \(MadeUpExperiment.digest("f"))\n",
      "  program     lowrank 0.1.0, commit 4f2c1ab, modified\n", "  numerics    version \(Numerics.version)\n",
      "  processor   a processor\n",
      "  2026-11-21T10:00:00Z: steps 0 to 20, training 1.50 s, evaluation 250.00 ms, other 250.00 ms, 640 tokens, "
        + "peak 3.00 MiB, 1 thread\n  all: 2.00 s, peak 3.00 MiB, resumed 0 times\n",
      "tensors\n  epoch_loss  float64 [epoch 1]\n  freezing/iteration  int64 [layer 2, module 1]\n",
      "files\n  \(folders[0].resolvingSymlinksInPath().path)\n  record.json\n  tensors.h5\n  timing.json\n",
    ] {
      #expect(text.contains(part), "\(part)")
    }
  }

  @Test func changedTensorsAreNotOpened() throws {
    let file = folders[0].appending(path: "tensors.h5")
    try Data("no HDF5".utf8).write(to: file)
    try Data("[]".utf8).write(to: folders[0].appending(path: "timing.json"))
    let text = try RunDescription(folder: folders[0]).text
    #expect(text.contains("\(file.path): is not the file that the run wrote: its SHA-256 begins with "))
    #expect(text.contains("timing.json: is not "))
    try FileManager.default.removeItem(at: folders[0].appending(path: "record.json"))
    #expect(throws: ReportError.unfinishedRun(path: folders[0].path)) { try RunDescription(folder: folders[0]) }
  }
}
