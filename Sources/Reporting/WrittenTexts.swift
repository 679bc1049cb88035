// The texts that a run's model wrote, as its files have them: one JSON object a line.
import Foundation
import Records
import Storage

/// A text that a model wrote, beside what it was to be.
package struct WrittenText: Sendable, Equatable, Decodable {
  /// The validation set.
  package let set: String
  /// The prompt.
  package let source: String
  /// What would be right.
  package let references: [String]
  /// What was written.
  package let output: String
  /// Its score by the task's metric, alone; nil where it has none.
  package let score: Double?

  /// The texts that a run's file holds, the first `count` of them; none where the file is not the one that was written, or the run has
  /// none.
  package static func first(_ count: Int, of file: RunFile, in folder: URL, _ record: RunRecord) -> [WrittenText] {
    guard record.files.contains(where: { $0.file == file }), record.damage(of: file, in: folder) == nil,
      let data = try? Data(contentsOf: file.url(in: folder))
    else { return [] }
    let lines = data.split(separator: UInt8(ascii: "\n"), maxSplits: count).prefix(count)
    return lines.compactMap { try? JSONDecoder().decode(WrittenText.self, from: $0) }
  }
}
