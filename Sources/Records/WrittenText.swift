// The texts that a run's model wrote, as its files have them: one JSON object a line.
import Foundation

/// A text that a model wrote, beside what it was to be.
package struct WrittenText: Sendable, Equatable, Codable {
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

  /// A text of a set, after `source`.
  package init(set: String, source: String, references: [String], output: String, score: Double?) {
    (self.set, self.source, self.references, self.output, self.score) = (set, source, references, output, score)
  }

  /// The file of some texts.
  package static func data(_ texts: [WrittenText]) throws -> Data {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    return try texts.reduce(into: Data()) { $0 += try encoder.encode($1) + Data("\n".utf8) }
  }

  /// The texts that a run's file holds, the first `count` of them; none where the file is not the one that was written, or the run has
  /// none.
  package static func first(_ count: Int, of file: RunFile, in folder: URL, _ record: RunRecord) -> [WrittenText] {
    beginning(count, of: file, in: folder, record)?.texts ?? []
  }

  /// The first texts that a run's file holds, and how many it holds in all.
  /// - Returns: nil where the file is not the one that was written, or the run has none.
  package static func beginning(
    _ count: Int, of file: RunFile, in folder: URL, _ record: RunRecord
  ) -> (texts: [WrittenText], count: Int)? {
    guard record.files.contains(where: { $0.file == file }), record.damage(of: file, in: folder) == nil,
      let data = try? Data(contentsOf: file.url(in: folder))
    else { return nil }
    let end = UInt8(ascii: "\n")
    let lines = data.split(separator: end, maxSplits: count).prefix(count)
    return (lines.compactMap { try? JSONDecoder().decode(WrittenText.self, from: $0) }, data.count { $0 == end })
  }
}
