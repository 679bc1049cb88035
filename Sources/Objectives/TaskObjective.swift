// From a task's definition to its objective: the one place that knows which kinds there are.
import Datasets
import Models
import Settings
import Tokenizers

extension TaskData {
  /// The objective that the task's definition asks for, its texts as token ids, each shortened as the recipe says.
  ///
  /// - Throws: `CompletionError` where texts are to be written that cannot be.
  package func objective(with tokenizer: any Tokenizer, _ recipe: TrainingSettings) throws(CompletionError) -> any Objective {
    guard case .text = task.target else {
      return task.objective(LabelledSets(self, with: tokenizer, maximumLength: recipe.maximumLength))
    }
    let sets = try CompletionSets(
      self, with: tokenizer, maximumLength: recipe.maximumLength, maximumNewTokens: recipe.generation.maximumNewTokens)
    return Completion(sets, metrics: task.metrics, generation: recipe.generation)
  }
}

extension TaskDefinition {
  /// The objective of a task of this kind on made-up rows, which have any answers: for its cost, and for timing. Where a text is to be
  /// written, it is the second half of each row.
  ///
  /// - Parameters:
  ///   - validation: rows of each validation set, named by their numbers.
  ///   - generation: how texts are written.
  package func objective(
    madeUp training: [[Int32]], validation: [[[Int32]]] = [], generation: GenerationSettings = GenerationSettings()
  ) -> any Objective {
    if case .text = target {
      func halved(_ rows: [[Int32]]) -> [Completed] { rows.map { Completed(tokens: $0 + [0], promptLength: max(1, $0.count / 2)) } }
      let sets = CompletionSets(training: halved(training), validation: validation.map(halved))
      return Objectives.Completion(sets, metrics: metrics, generation: generation)
    }
    func examples(_ rows: [[Int32]]) -> [EncodedExample] {
      rows.enumerated().map { row, tokens in
        let label: Label =
          switch target {
          case .classes(let names): .class(row % names.count)
          case .regression: .score(0)
          case .text: preconditionFailure("a text among labels")
          }
        return EncodedExample(tokens: tokens, segments: tokens.map { _ in 0 }, label: label)
      }
    }
    return objective(
      LabelledSets(
        training: examples(training), validation: validation.enumerated().map { ("\($0)", examples($1)) }))
  }

  fileprivate func objective(_ sets: LabelledSets) -> any Objective {
    switch target {
    case .classes(let names): Classification(sets, classes: names.count, labels: names, metrics: metrics)
    case .regression: Regression(sets, metrics: metrics)
    case .text: preconditionFailure("labels were asked for where a text is to be written")
    }
  }

  /// What a model's outputs are to stand for.
  package var headTarget: HeadTarget {
    switch target {
    case .regression: .score
    case .text: .words
    case .classes(let labels): .classes((GLUETask(rawValue: id)?.publishedLabels.map { [$0] } ?? []) + [labels])
    }
  }
}
