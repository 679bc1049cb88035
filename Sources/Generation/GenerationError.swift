// Why text cannot be generated.

/// An error before or during generation.
package enum GenerationError: Error, Equatable, Sendable, CustomStringConvertible {
  /// A model that tells no next tokens.
  case model(problem: String)
  /// Settings that no search can follow; each problem names its option.
  case settings(problems: [String])
  /// A prompt that the model cannot go on from, counted from 0.
  case prompt(index: Int, problem: String)
  /// Logits that are infinite or NaN; the prompt is counted from 0, the step from 1.
  case notFinite(prompt: Int, step: Int)

  /// What was found, what was expected, and what to do.
  package var description: String {
    switch self {
    case .model(let problem): "the model cannot generate: \(problem)"
    case .settings(let problems): "the generation's settings cannot be followed: \(problems.joined(separator: "; "))"
    case .prompt(let index, let problem): "prompt \(index + 1): \(problem)"
    case .notFinite(let prompt, let step):
      "prompt \(prompt + 1), step \(step): the model's logits are infinite or NaN. Look at the checkpoint's weights, and at the run "
        + "that trained them"
    }
  }
}
