// The files of one run.
import Foundation

/// A file in a run's folder.
package enum RunFile: String, Sendable {
  /// What the run left beside its tensors. Written last: where it is, the run is done, or says why it failed.
  case record = "record.json"
  /// What a clock decides.
  case timing = "timing.json"
  /// The run's history and what its method recorded.
  case tensors = "tensors.h5"
  /// What was trained, as it was after the best epoch.
  case best = "best.safetensors"
  /// What was trained, as it was at the end.
  case last = "last.safetensors"
  /// The texts that the model wrote after the best epoch, where its task asks for texts.
  case bestTexts = "texts-best.jsonl"
  /// The texts that the model wrote at the end.
  case lastTexts = "texts-last.jsonl"
  /// What happened and when, for people; no result, and under no digest.
  case log = "log.txt"
  /// How often a cluster's task began the run and gained no step.
  case attempts = "attempts.json"
  /// Where a run that was stopped goes on.
  case checkpoint = "checkpoint.safetensors"

  /// The file in a run's folder.
  package func url(in run: URL) -> URL { run.appending(path: rawValue) }
}
