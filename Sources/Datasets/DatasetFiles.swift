// The files that a task's rows came from, for the digest that is part of a run's identity.
import Foundation
import Settings

/// The files of a loaded task, in a fixed order: training file first, then the validation files.
package struct DatasetFiles: Sendable, Equatable {
  /// One file and the part it plays.
  package struct File: Sendable, Equatable {
    /// "train" or the validation set's name.
    package let role: String
    /// The file's place on this machine.
    package let url: URL
  }

  /// The files in order.
  package let files: [File]

  /// The files of a task, which need not be there.
  ///
  /// - Parameter folder: as for `TaskLoader.load`.
  /// - Throws: `DatasetError.missingFolder`.
  package init(of task: TaskDefinition, in folder: URL) throws(DatasetError) {
    let home = try TaskLoader.home(of: task, in: folder)
    func url(_ file: String) -> URL { file.hasPrefix("/") ? URL(filePath: file) : home.appending(path: file) }
    files = [File(role: "train", url: url(task.train))] + task.validation.map { File(role: $0.name, url: url($0.file)) }
  }

  /// A text that identifies the data wherever it lies: a line `role<tab>digest` for each file.
  ///
  /// - Parameter digest: the digest of one file's bytes, such as its SHA-256 in hexadecimal.
  package func summary(digest: (URL) throws -> String) rethrows -> String {
    try files.map { "\($0.role)\t\(try digest($0.url))\n" }.joined()
  }
}
