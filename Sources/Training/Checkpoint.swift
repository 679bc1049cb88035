// What a killed run goes on from, as one sealed file that is replaced whole; what is in it is the run's own affair.
import Foundation
import Records
import Storage

/// A file that a run, or a pre-training, can be resumed from, bit for bit.
package struct Checkpoint: Sendable {
  /// The file.
  package let url: URL
  /// The run it belongs to; a file of another run is refused.
  package let identity: String
  /// The SHA-256 of what the run is to train, told to whoever finds the file and knows no run of its identity; nil: not told.
  package let specification: String?
  private static let numericsKey = "numerics_version"
  private static let specificationKey = "specification"

  /// Names the checkpoint of the run of this identity; nothing is read yet.
  package init(url: URL, identity: String, specification: String? = nil) {
    self.url = url
    self.identity = identity
    self.specification = specification
  }

  /// Replaces what is there.
  ///
  /// - Throws: `StorageError` where the file cannot be written; the checkpoint before it stays.
  package func write(_ entries: [SealedEntry], texts: [String: String]) throws {
    var own = ["identity": identity, Self.numericsKey: "\(Numerics.version)"]
    own[Self.specificationKey] = specification
    try SealedArchive.write(entries, texts: texts.merging(own) { $1 }, to: url)
  }

  /// What is there, compared with its digest; `nil` when there is nothing.
  ///
  /// - Throws: `CheckpointError` when the file is damaged, of another run, or of another version of the arithmetic: a run that went on
  ///   with another would end with the bits of neither.
  package func contents() throws -> CheckpointContents? {
    guard FileManager.default.fileExists(atPath: url.path) else { return nil }
    let archive: SealedArchive
    do { archive = try SealedArchive(url: url) } catch { throw CheckpointError(file: url.path, error) }
    let numerics = archive.texts[Self.numericsKey]
    guard numerics == "\(Numerics.version)" else {
      let found = numerics.map { "version \($0)" } ?? "no known version"
      throw CheckpointError(
        file: url.path, reason: "it is of \(found) of the arithmetic, this program has version \(Numerics.version)")
    }
    guard archive.texts["identity"] == identity else {
      throw CheckpointError(file: url.path, reason: "it belongs to another run")
    }
    return CheckpointContents(checkpoint: self, archive: archive)
  }

  /// What a checkpoint says of itself, compared with its digest, whichever run it belongs to.
  package struct Origin: Sendable, Equatable {
    /// The SHA-256 of what its run is to train; nil where it does not tell.
    package let specification: String?
    /// The version of the arithmetic that it was made by; nil where it does not tell.
    package let numericsVersion: Int?
  }

  /// Where the checkpoint at `url` comes from.
  ///
  /// - Throws: `ArchiveDamage`, `StorageError` where it is none, or cannot be read.
  package static func origin(at url: URL) throws -> Origin {
    let texts = try SealedArchive(url: url).texts
    return Origin(specification: texts[specificationKey], numericsVersion: texts[numericsKey].flatMap { Int($0) })
  }

  /// Where a checkpoint of no use is kept.
  package static func placeAside(_ url: URL) -> URL {
    url.deletingPathExtension().appendingPathExtension("damaged.\(url.pathExtension)")
  }

  /// Moves a file that is of no use out of the run's way, beside it, and says where it lies then.
  ///
  /// - Throws: `StorageError` where it cannot be moved.
  package static func setAside(_ url: URL) throws -> URL {
    let place = placeAside(url)
    guard rename(url.path, place.path) == 0 else { throw StorageError.writing(place.path, code: errno) }
    return place
  }

  /// Removes the file of a run that has ended.
  package func delete() { try? FileManager.default.removeItem(at: url) }
}

/// What a checkpoint holds. Every array is read when it is asked for.
package struct CheckpointContents {
  fileprivate let checkpoint: Checkpoint
  fileprivate let archive: SealedArchive

  /// A text by its name; nil where there is none.
  package func text(_ name: String) -> String? { archive.texts[name] }

  /// The names of the arrays whose names begin with `prefix`, in order, without it.
  func names(under prefix: String) -> [String] {
    archive.names.filter { $0.hasPrefix(prefix) }.map { String($0.dropFirst(prefix.count)) }
  }

  /// Whether there is an array of this name.
  func has(_ name: String) -> Bool { archive.names.contains(name) }

  /// Parameters and moments, `[count]`.
  ///
  /// - Throws: `CheckpointError` where there are none, or not as many.
  func floats(_ name: String, count: Int) throws -> [Float] {
    guard case .float32(let values)? = try values(name), values.count == count else { throw missing(name) }
    return values
  }

  /// Numbers of a history or a method.
  ///
  /// - Throws: `CheckpointError` where there are none, or not as many as `count`.
  package func numbers(_ name: String, count: Int? = nil) throws -> [Double] {
    guard case .float64(let values)? = try values(name), values.count == count ?? values.count else { throw missing(name) }
    return values
  }

  /// Whole numbers of a history or a method.
  ///
  /// - Throws: `CheckpointError` where there are none, or not as many as `count`.
  package func integers(_ name: String, count: Int? = nil) throws -> [Int64] {
    guard case .int64(let values)? = try values(name), values.count == count ?? values.count else { throw missing(name) }
    return values
  }

  /// Numbers of whichever type; nil where there are none.
  ///
  /// - Throws: `CheckpointError` where they cannot be read.
  func values(_ name: String) throws -> SealedEntry.Values? {
    do { return try archive.values(name) } catch { throw CheckpointError(file: checkpoint.url.path, error) }
  }

  /// The error for what the file lacks.
  package func missing(_ what: String) -> CheckpointError {
    CheckpointError(file: checkpoint.url.path, reason: "\(what) is missing or misshapen")
  }
}

/// A checkpoint that cannot be resumed from.
package struct CheckpointError: Error, CustomStringConvertible, Equatable {
  /// The checkpoint's path.
  package let file: String
  /// Why it is of no use, without a full stop.
  package let reason: String

  init(file: String, reason: String) {
    self.file = file
    self.reason = reason
  }

  /// What reading the file came to.
  fileprivate init(file: String, _ error: any Error) {
    self.init(file: file, reason: (error as? ArchiveDamage)?.reason ?? "\(error)")
  }

  package var description: String { "\(file): cannot go on from this checkpoint: \(reason). Delete it to start the run again" }
}
