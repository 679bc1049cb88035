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
    added = new.map(\.path).filter { path in !old.contains { $0.path == path } }
    firstDifference = first ?? (added.isEmpty ? "equal numbers in other bytes" : nil)
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
