// What seals a run: the record holds the digest of every file that the run left, and that of itself. A flipped bit or an edited score
// is found wherever one of them is used.
import Foundation
import Storage

/// The digest of a record's own file.
enum RecordSeal {
  /// What stands in the seal's place while the digest is computed.
  private static let blank = String(repeating: "0", count: 64)

  /// The seal of a record as it will be written; nil where it cannot be.
  static func of(_ record: RunRecord) -> String? {
    var blanked = record
    blanked.seal = blank
    return (try? blanked.jsonData()).map { FileDigest.sha256(of: $0) }
  }

  /// Whether a record's file is the one that its seal was made for. A file without a seal says nothing against itself.
  static func holds(_ seal: String?, of data: Data) -> Bool {
    guard let seal else { return true }
    guard let place = data.range(of: Data("\"seal\" : \"\(seal)\"".utf8)) else { return false }
    let blanked = data[..<place.lowerBound] + Data("\"seal\" : \"\(blank)\"".utf8) + data[place.upperBound...]
    return FileDigest.sha256(of: blanked) == seal
  }
}

/// What became of a file that a run left.
package enum FileDamage: Error, Equatable, Sendable, CustomStringConvertible {
  /// It is not there.
  case missing(path: String)
  /// It is another file than the run wrote.
  case altered(path: String, found: String, expected: String)
  /// It cannot be read.
  case unreadable(path: String, reason: String)

  package var description: String {
    switch self {
    case .missing(let path): "\(path): is missing, although the run left it. Move the run's folder away, and the run is made again."
    case .altered(let path, let found, let expected):
      "\(path): is not the file that the run wrote: its SHA-256 begins with \(found.prefix(12)), the record's with "
        + "\(expected.prefix(12)). Move the run's folder away, and the run is made again."
    case .unreadable(let path, let reason): "\(path): cannot be read: \(reason)."
    }
  }
}

extension RunRecord {
  /// The files that the run left and the record seals, each with its digest. A record without a seal knows of the tensors alone.
  package var files: [(file: RunFile, digest: String)] {
    let all: [(RunFile, String?)] = [
      (.tensors, digests.tensors), (.best, digests.best), (.last, digests.last), (.bestTexts, digests.bestTexts),
      (.lastTexts, digests.lastTexts),
    ]
    return all.compactMap { file, digest in digest.map { (file, $0) } }
  }

  /// The first of the sealed files that is not in the run's folder; their content is not looked at.
  package func missingFile(in folder: URL) -> FileDamage? {
    files.lazy.map { $0.file.url(in: folder) }.first { !FileManager.default.fileExists(atPath: $0.path) }
      .map { .missing(path: $0.relativePath) }
  }

  /// What is wrong with a file in the run's folder, whole as it is read; nil where it is what the run wrote, or the record does not
  /// know it.
  package func damage(of file: RunFile, in folder: URL) -> FileDamage? {
    guard let digest = files.first(where: { $0.file == file })?.digest else { return nil }
    let url = file.url(in: folder), path = url.relativePath
    guard FileManager.default.fileExists(atPath: url.path) else { return .missing(path: path) }
    do {
      let found = try FileDigest.sha256(of: url)
      return found == digest ? nil : .altered(path: path, found: found, expected: digest)
    } catch {
      return .unreadable(path: path, reason: "\(error)")
    }
  }
}
