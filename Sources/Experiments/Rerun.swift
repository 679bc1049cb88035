// One run again, compared with its record bit for bit.
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

  /// What the new run recorded beside all that the recorded one has, by path: another version of the program may keep more.
  package let added: [String]

  /// Whether both runs gave the same bytes, of all that the recorded one kept.
  package var isEqual: Bool { (recordedDigest == digest || firstDifference == nil && !added.isEmpty) && otherWeights.isEmpty }

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
    note("processor", record.environment.processor, again.environment.processor)
    note("threads", "\(record.environment.threads)", "\(again.environment.threads)")
    note("commit", record.program.commit ?? "unknown", again.program.commit ?? "unknown")
    note("version", record.program.version, again.program.version)
    environment = differences
    guard recordedDigest != digest else {
      firstDifference = nil
      largestDistance = 0
      added = []
      return
    }
    let recorded = RunFile.tensors.url(in: recordedFolder)
    let oldTree = try HDF5File.read(recorded), newTree = try HDF5File.read(RunFile.tensors.url(in: folder))
    let old = oldTree.arrays(), new = newTree.arrays()
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
    let other = newTree.firstOther(than: oldTree)
    added = other == nil ? newTree.paths.filter { oldTree.dataset($0) == nil } : []
    firstDifference = first ?? other.map { "\($0) has other bytes" } ?? (added.isEmpty ? "equal numbers in other bytes" : nil)
    largestDistance = largest
  }
}

extension HDF5Group {
  /// Every dataset's path, in order.
  fileprivate var paths: [String] {
    groups.flatMap { name, group in group.paths.map { "\(name)/\($0)" } } + datasets.map(\.name)
  }

  /// The path of the first dataset or attribute of a recorded tree that is not here with the same bits; nil where all are.
  fileprivate func firstOther(than recorded: HDF5Group) -> String? {
    for (name, value) in recorded.attributes where attribute(name) != value { return "attribute '\(name)'" }
    for (name, dataset) in recorded.datasets where !(self.dataset(name)?.hasSameBits(as: dataset) ?? false) { return name }
    for (name, group) in recorded.groups {
      guard let own = self.group(name) else { return name }
      if let path = own.firstOther(than: group) { return "\(name)/\(path)" }
    }
    return nil
  }

  /// Every array of numbers, by path, training's steps before what follows from them.
  fileprivate func arrays(_ prefix: String = "") -> [(path: String, values: [Double])] {
    let own = datasets.compactMap { name, dataset in dataset.values.doubles.map { (path: prefix + name, values: $0) } }
    let inner = groups.sorted { ($0.name != "training" ? 1 : 0, $0.name) < ($1.name != "training" ? 1 : 0, $1.name) }
    return inner.flatMap { $0.group.arrays("\(prefix)\($0.name)/") } + own
  }
}

extension HDF5Dataset {
  /// Whether both are of one shape and type and hold the same bits: -0 is not 0, and a NaN is the same NaN.
  fileprivate func hasSameBits(as other: HDF5Dataset) -> Bool {
    guard shape == other.shape, dimensionLabels == other.dimensionLabels, attributes.elementsEqual(other.attributes, by: ==) else {
      return false
    }
    return switch (values, other.values) {
    case (.float32(let own), .float32(let others)): own.map(\.bitPattern) == others.map(\.bitPattern)
    case (.float64(let own), .float64(let others)): own.map(\.bitPattern) == others.map(\.bitPattern)
    default: values == other.values
    }
  }
}
