// The files that a task's rows came from, for the digest that is part of a run's identity.
import Foundation
import Settings

/// The files of a loaded task, in a fixed order: training file first, then the validation files.
package struct DatasetFiles: Sendable, Equatable {
  /// One file and the part it plays.
  package struct File: Sendable, Equatable {
    /// `trainingRole` or the validation set's name.
    package let role: String
    /// The file's place on this machine.
    package let url: URL
    /// Which of its rows are meant.
    let rows: TaskDefinition.RowPart
    /// Whether they choose nothing and are only reported.
    let isHeldOut: Bool
    /// Whether right texts stand in the training file's columns of targets.
    let hasTargets: Bool
  }

  /// The part that the training file plays.
  static let trainingRole = "train"

  /// The files in order.
  package let files: [File]

  /// The files of a task, which need not be there.
  ///
  /// - Parameter folder: as for `TaskLoader.load`.
  /// - Throws: `DatasetError.missingFolder`.
  package init(of task: TaskDefinition, in folder: URL) throws(DatasetError) {
    let home = try TaskLoader.home(of: task, in: folder)
    func url(_ file: String) -> URL {
      let url = file.hasPrefix("/") ? URL(filePath: file) : home.appending(path: file)
      return task.format == .dart ? Self.atHand(url) : url
    }
    files =
      [File(role: Self.trainingRole, url: url(task.train), rows: .all, isHeldOut: false, hasTargets: true)]
      + task.validation.map {
        File(role: $0.name, url: url($0.file), rows: $0.rows, isHeldOut: $0.isHeldOut, hasTargets: $0.hasTargets)
      }
  }

  /// A file of DART's entries, or the one of the same name in its other form where only that is there.
  private static func atHand(_ url: URL) -> URL {
    let other = url.deletingPathExtension().appendingPathExtension(url.pathExtension == "xml" ? "json" : "xml")
    func exists(_ url: URL) -> Bool { FileManager.default.fileExists(atPath: url.path) }
    return !exists(url) && exists(other) ? other : url
  }

  /// A text that identifies the data wherever it lies: a line `role<tab>digest` for each file.
  ///
  /// - Parameter digest: the digest of one file's bytes, such as its SHA-256 in hexadecimal.
  package func summary(digest: (URL) throws -> String) rethrows -> String {
    try files.map { "\($0.role)\t\(try digest($0.url))\n" }.joined()
  }
}
