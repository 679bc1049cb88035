// The texts that a run's model wrote, a JSON object a line: the prompt, what would be right, what was written, what that is worth.
import Foundation
import Objectives
import Records
import Storage
import Training

/// Writes what the best and the last epoch's models wrote.
enum RunTexts {
  /// Writes the files of a run whose task asks for texts, and says what each is known by.
  ///
  /// - Throws: `StorageError` where one cannot be written.
  static func write(
    _ history: TrainingHistory, of objective: any Objective, to folder: URL
  ) throws -> [RunFile: String] {
    var digests: [RunFile: String] = [:]
    for (file, epoch) in [(RunFile.bestTexts, history.best), (.lastTexts, history.epochs.indices.last)] {
      guard let epoch else { continue }
      let texts = texts(history.epochs[epoch], of: objective)
      if texts.isEmpty { continue }
      let data = try WrittenText.data(texts)
      try AtomicFile.write(data, to: file.url(in: folder))
      digests[file] = FileDigest.sha256(of: data)
    }
    return digests
  }

  private static func texts(_ epoch: TrainingHistory.Epoch, of objective: any Objective) -> [WrittenText] {
    epoch.evaluations.enumerated().flatMap { set, evaluation in
      objective.writings(evaluation.predictions, set: set).map {
        WrittenText(set: evaluation.name, source: $0.source, references: $0.references, output: $0.output, score: $0.score)
      }
    }
  }
}
