// One run again, compared with its record bit for bit.
import CPUBackend
import Foundation
import Records
import Storage

/// How a repeated run compares with its record.
package struct RerunComparison: Sendable, Equatable {
  /// The SHA-256 of the recorded run's `tensors.h5`.
  package let recordedDigest: String
  /// The SHA-256 of the new run's.
  package let digest: String
  /// The files of weights that are other bytes than the run's.
  package let otherWeights: [RunFile]
  /// The first tensor and element that differ, with both values; `nil` when all are equal.
  package let firstDifference: String?
  /// The largest distance of any number, relative to the larger of the two.
  package let largestDistance: Double
  /// What the machine and the program have that the record's had not.
  package let environment: [String]

  /// Whether both runs gave the same bytes.
  package var isEqual: Bool { recordedDigest == digest && otherWeights.isEmpty }

  /// Whether both were computed on one core by one version of its library, so that equal bits are promised.
  package let isOfOneArithmetic: Bool
  /// The largest relative distance of the losses of the first updates; nil where either has none.
  let earlyDistance: Double?

  /// Updates in which rounding alone stays small: later, training itself makes any difference grow.
  static let earlyUpdates = 10
  /// The relative distance up to which their losses are taken as the same but for rounding.
  package static let tolerance = 1e-3

  /// Whether the first updates are those of the record but for rounding.
  package var isWithinTolerance: Bool { isEqual || earlyDistance.map { $0 <= Self.tolerance } ?? false }

  /// What comparing by tolerance came to.
  package var toleranceText: String {
    guard let earlyDistance else { return "there are no losses to compare" }
    return
      "another core or library rounds otherwise: the losses of the first \(Self.earlyUpdates) updates differ by at most \(earlyDistance) of "
      + "their size (\(isWithinTolerance ? "allowed" : "more than the allowed") \(Self.tolerance))"
  }

  /// Compares the new record and tensors in `folder` with the recorded ones.
  ///
  /// - Throws: `FileDamage` when what the run left is not what its record seals; `StorageError` when a file cannot be read.
  package init(_ record: RunRecord, in recordedFolder: URL, with again: RunRecord, in folder: URL) throws {
    for (file, _) in record.files { if let damage = record.damage(of: file, in: recordedFolder) { throw damage } }
    let weights = record.files.filter { $0.file != .tensors }
    otherWeights = weights.filter { file, digest in again.files.first { $0.file == file }?.digest != digest }.map(\.file)
    recordedDigest = record.digests.tensors ?? ""
    digest = again.digests.tensors ?? ""
    var differences: [String] = []
    func note(_ name: String, _ before: String, _ now: String) {
      if before != now { differences.append("\(name) \(now), was \(before)") }
    }
    note("BLAS core", record.environment.blasCore, again.environment.blasCore)
    note("BLAS", record.environment.blasConfiguration, again.environment.blasConfiguration)
    note("processor", record.environment.processor, again.environment.processor)
    note("threads", "\(record.environment.threads)", "\(again.environment.threads)")
    note("commit", record.program.commit ?? "unknown", again.program.commit ?? "unknown")
    note("version", record.program.version, again.program.version)
    environment = differences
    isOfOneArithmetic =
      record.environment.blasCore == again.environment.blasCore && record.environment.library == again.environment.library
    guard recordedDigest != digest else {
      firstDifference = nil
      largestDistance = 0
      earlyDistance = 0
      return
    }
    let recorded = RunFile.tensors.url(in: recordedFolder)
    let old = try HDF5File.read(recorded).arrays(), new = try HDF5File.read(RunFile.tensors.url(in: folder)).arrays()
    var first: String?
    var largest = 0.0
    for (path, values) in old {
      guard let other = new.first(where: { $0.path == path })?.values, other.count == values.count else {
        first = first ?? "\(path) has another shape or is missing"
        continue
      }
      for (index, pair) in zip(values, other).enumerated() where pair.0 != pair.1 && !(pair.0.isNaN && pair.1.isNaN) {
        first = first ?? "\(path)[\(index)] is \(pair.1), was \(pair.0)"
        largest = max(largest, abs(pair.0 - pair.1) / max(abs(pair.0), abs(pair.1), 1e-12))
      }
    }
    func losses(_ arrays: [(path: String, values: [Double])]) -> ArraySlice<Double>? {
      arrays.first { $0.path == "training/loss" }?.values.prefix(Self.earlyUpdates)
    }
    let pairs = zip(losses(old) ?? [], losses(new) ?? [])
    earlyDistance = pairs.map { abs($0 - $1) / max(abs($0), abs($1), 1e-12) }.max { $0 < $1 || $1.isNaN }
    firstDifference = first ?? "equal numbers in other bytes"
    largestDistance = largest
  }
}

extension HDF5Group {
  /// Every array of numbers, by path, training's steps before what follows from them.
  fileprivate func arrays(_ prefix: String = "") -> [(path: String, values: [Double])] {
    let own = datasets.compactMap { name, dataset in dataset.values.doubles.map { (path: prefix + name, values: $0) } }
    let inner = groups.sorted { ($0.name != "training" ? 1 : 0, $0.name) < ($1.name != "training" ? 1 : 0, $1.name) }
    return inner.flatMap { $0.group.arrays("\(prefix)\($0.name)/") } + own
  }
}
