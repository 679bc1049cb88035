// The texts that a run's model wrote, a JSON object a line: the prompt, what would be right, what was written, what that is worth.
import Foundation
import Objectives
import Records
import Storage
import Training

/// Writes what the best and the last epoch's models wrote.
enum RunTexts {
  private struct Line: Encodable {
    let set: String
    let source: String
    let references: [String]
    let output: String
    let score: Double?
  }

  /// Writes the files of a run whose task asks for texts, and says what each is known by.
  ///
  /// - Throws: `StorageError` where one cannot be written.
  static func write(
    _ history: TrainingHistory, of objective: any Objective, to folder: URL
  ) throws -> [RunFile: String] {
    var digests: [RunFile: String] = [:]
    for (file, epoch) in [(RunFile.bestTexts, history.best), (.lastTexts, history.epochs.indices.last)] {
      guard let epoch, let data = try data(history.epochs[epoch], of: objective) else { continue }
      try AtomicFile.write(data, to: file.url(in: folder))
      digests[file] = FileDigest.sha256(of: data)
    }
    return digests
  }

  /// The lines of an epoch's texts; nil where there are none.
  private static func data(_ epoch: TrainingHistory.Epoch, of objective: any Objective) throws -> Data? {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    var data = Data()
    for (set, evaluation) in epoch.evaluations.enumerated() {
      for writing in objective.writings(evaluation.predictions, set: set) {
        let line = Line(
          set: evaluation.name, source: writing.source, references: writing.references, output: writing.output,
          score: writing.score)
        data += try encoder.encode(line) + Data("\n".utf8)
      }
    }
    return data.isEmpty ? nil : data
  }
}
