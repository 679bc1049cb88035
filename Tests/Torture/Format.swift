// What is read from outside: a kind of file, examples of it, and its reader.
import Foundation
import TestSupport

/// A kind of files that the program reads.
struct Format: Sendable {
  /// What the command line calls it.
  let name: String
  /// How many inputs of it a round has: fewer where one takes long.
  let share: Int
  /// Writes the examples into a folder.
  let prepare: @Sendable (URL) throws -> Subject

  init(_ name: String, share: Int = 1000, prepare: @escaping @Sendable (URL) throws -> Subject) {
    (self.name, self.share, self.prepare) = (name, share, prepare)
  }

  /// All of them, those that are only planted left out.
  static let all = tensorFormats + modelFormats + textFormats + promptFormats + recordFormats + parityFormats
}

/// A format's examples on the disk, and what reads them.
struct Subject {
  /// A file that is damaged; all others are whole meanwhile.
  struct Target {
    let file: URL
    let bytes: [UInt8]
    var framing = Framing.none
  }

  let targets: [Target]
  /// Reads the folder as the program would; throws `Refused` where what it answers is a refusal, `Wrong` where the answer is wrong.
  let read: (Target, _ isChanged: Bool) throws -> Void

  init(_ targets: [Target], read: @escaping (Target, _ isChanged: Bool) throws -> Void) {
    (self.targets, self.read) = (targets, read)
  }
}

/// The reader saw the damage and said so, without an error.
struct Refused: Error {}

/// The reader took what it must not take.
struct Wrong: Error, CustomStringConvertible {
  let description: String
}

extension Subject.Target {
  /// A file that is there.
  init(_ file: URL, _ framing: Framing = .none) throws {
    self.init(file: file, bytes: [UInt8](try Data(contentsOf: file)), framing: framing)
  }

  /// A file with this content, made with the folder that it lies in.
  init(_ file: URL, _ content: Data, _ framing: Framing = .none) throws {
    try FileManager.default.createDirectory(at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
    try content.write(to: file)
    try self.init(file, framing)
  }

  init(_ file: URL, text: String) throws { try self.init(file, Data(text.utf8)) }

  /// The folder that it lies in.
  var folder: URL { file.deletingLastPathComponent() }
}

/// Copies a folder of fixtures, or some files of it.
func copyFixture(_ path: String, to folder: URL, _ names: [String]? = nil) throws {
  let source = Repository.fixtures.appending(path: path)
  try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
  for name in try names ?? FileManager.default.contentsOfDirectory(atPath: source.path) {
    let target = folder.appending(path: name)
    try FileManager.default.createDirectory(at: target.deletingLastPathComponent(), withIntermediateDirectories: true)
    try FileManager.default.copyItem(at: source.appending(path: name), to: target)
  }
}
