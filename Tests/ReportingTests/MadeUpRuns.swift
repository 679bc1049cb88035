// Runs that were never computed, in folders as figures find them.
import Foundation
import Manifests
import Records
import Settings
import Storage
import Testing

@testable import Reporting

/// A manifest with its results folder.
final class MadeUpRuns {
  let experiment: MadeUpExperiment
  let results: ResultsFolder

  init(_ text: String) throws {
    experiment = try MadeUpExperiment(text)
    results = ResultsFolder(experiment.folder.appending(path: "results"))
  }

  /// A manifest of these rows with one figure.
  convenience init(methods: String = "[lora, aflora]", tasks: String = "[rte]", seeds: String = "[0, 1]", figure: String) throws {
    try self.init(
      """
      id: t1
      title: made up
      model: some-model
      recipe: plain
      tasks: \(tasks)
      seeds: \(seeds)
      methods: \(methods)
      figures:
        - \(figure)
      profiles: {pocket: {}}

      """)
  }

  /// Where a run is.
  func folder(_ row: String, _ task: String, _ seed: RunSeed) throws -> URL {
    results.layout.link(try experiment.specification(row, task, seed))
  }

  /// Writes a run whose epochs have these scores.
  func store(
    _ row: String, _ task: String = "rte", _ seed: Int = 0, scores: [Double] = [0.5], tensors: [String: HDF5Dataset] = [:],
    seconds: Double? = nil, parameters: Double = 1000, memory: Int = 3 << 20, outcome: RunOutcome = .completed,
    stepSeconds: [Double]? = nil, measures: [String: Double]? = nil
  ) throws {
    try store(
      row, task, of: RunSeed(seed), scores: scores, tensors: tensors, seconds: seconds, parameters: parameters, memory: memory,
      outcome: outcome, stepSeconds: stepSeconds, measures: measures)
  }

  /// Writes a run of a seed whose epochs have these scores.
  func store(
    _ row: String, _ task: String, of seed: RunSeed, scores: [Double], tensors: [String: HDF5Dataset] = [:], seconds: Double? = nil,
    parameters: Double = 1000, memory: Int = 3 << 20, outcome: RunOutcome = .completed, stepSeconds: [Double]? = nil,
    measures: [String: Double]? = nil
  ) throws {
    let folder = try folder(row, task, seed)
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    var digest: String?
    if !tensors.isEmpty {
      try HDF5File.write(Self.tree(tensors), to: folder.appending(path: "tensors.h5"))
      digest = try FileDigest.sha256(of: folder.appending(path: "tensors.h5"))
    }
    let record = try experiment.record(
      try experiment.specification(row, task, seed), scores.map { [$0] }, outcome: outcome,
      parameters: TrainableParameters(initial: 2000, final: 0, average: parameters), tensors: digest, measures: measures)
    try record.jsonData().write(to: folder.appending(path: "record.json"))
    guard let seconds else { return }
    let segment = TimingSegment(
      started: "2026-11-21T10:00:00Z", firstStep: 0, lastStep: 20, trainingSeconds: seconds, evaluationSeconds: 1, otherSeconds: 1,
      tokens: 640, peakMemoryBytes: memory, threads: 1, stepSeconds: stepSeconds)
    try TimingRecord(identity: record.identity, segments: [segment]).jsonData().write(to: folder.appending(path: "timing.json"))
  }

  /// The first figure of the manifest, with the runs that are not in it.
  func made() throws -> (figure: Figure?, missing: [String]) {
    let figures = try ExperimentFigures(
      experiment.manifest.experiment(.pocket), experiment.findings(results), results: results)
    return try figures.figure(try #require(figures.settings.first))
  }

  /// The first figure of the manifest.
  func figure() throws -> Figure { try #require(try made().figure) }

  /// What is said of a figure that cannot be made, without the folder's path.
  func complaint() throws -> String {
    let error = try #require(throws: ReportError.self) { try self.made() }
    return "\(error)".replacing(results.url.relativePath + "/", with: "")
  }

  /// Datasets by their paths of one or two parts as a tree.
  private static func tree(_ tensors: [String: HDF5Dataset]) -> HDF5Group {
    var root = HDF5Group()
    for path in tensors.keys.sorted() {
      var parts = path.split(separator: "/", maxSplits: 2).map(String.init)
      guard let dataset = tensors[path] else { continue }
      let name = parts.removeLast()
      insert(dataset, name, parts[...], &root)
    }
    return root
  }

  private static func insert(_ dataset: HDF5Dataset, _ name: String, _ path: ArraySlice<String>, _ group: inout HDF5Group) {
    guard let first = path.first else {
      group.datasets.append((name, dataset))
      return
    }
    let index = group.groups.firstIndex { $0.name == first } ?? group.groups.endIndex
    if index == group.groups.endIndex { group.groups.append((first, HDF5Group())) }
    insert(dataset, name, path.dropFirst(), &group.groups[index].group)
  }
}

extension HDF5Dataset {
  /// Numbers along one axis.
  static func steps(_ values: [Double], axis: String = "step") -> HDF5Dataset {
    HDF5Dataset(shape: [values.count], values: .float64(values), dimensionLabels: [axis])
  }

  /// Numbers along two axes, with names along one of them.
  static func table(_ rows: [[Double]], axes: [String], named: String, _ names: [String]) -> HDF5Dataset {
    HDF5Dataset(
      shape: [rows.count, rows.first?.count ?? 0], values: .float64(rows.flatMap { $0 }), dimensionLabels: axes,
      attributes: [(named, .strings(names))])
  }

  /// Numbers by layer and module.
  static func map(_ rows: [[Double]], _ modules: [String]) -> HDF5Dataset {
    table(rows, axes: ["layer", "module"], named: "module", modules)
  }
}
