// The four sets of texts to be written that LoRA-drop's table of Llama 2 is on, in their official files.
import Metrics

/// A published task whose answers are texts.
///
/// The papers' figures are of the test sets with their references, so the one validation set of these tasks is the test set, and is
/// called so. Runs need no other: they are scored after their last epoch, and select nothing by it. Under `split: held-out` the official
/// validation set chooses.
package enum NLGTask: String, Sendable, CaseIterable {
  /// Descriptions of restaurants (Novikova et al. 2017): 42,061 training rows, 4,693 test rows of 630 distinct inputs.
  case e2e
  /// Sentences for triples (Nan et al. 2021), v1.1.1: 62,659 training texts, 5,097 test entries of 4,159 distinct inputs.
  case dart
  /// Summaries of dialogues (Chen et al. 2021): 12,460 training rows, 500 test rows with three summaries each.
  case dialogsum
  /// Word problems with their solutions (Cobbe et al. 2021): 7,473 training rows, 1,319 test rows.
  case gsm8k

  /// The task's files, prompt, answers and metrics.
  package var definition: TaskDefinition {
    switch self {
    case .e2e:
      // microsoft/LoRA's inputs, and a line of its own for the cue that a language model without a separator token needs.
      nlg(
        "E2E", folders: ["e2e", "e2e-dataset"], format: .csv, train: "trainset.csv", validation: "devset.csv",
        test: "testset_w_refs.csv",
        .init(prompt: .init("{mr}\nText:"), references: ["ref"], rewrites: ["mr": .slots]), metrics: [.bleu])
    case .dart:
      nlg(
        "DART", folders: ["dart"], format: .dart, train: "dart-v1.1.1-full-train.json", validation: "dart-v1.1.1-full-dev.json",
        test: "dart-v1.1.1-full-test.json",
        .init(prompt: .init("{triples}\nText:"), references: ["text"]), metrics: [.multiBLEU])
    case .dialogsum:
      nlg(
        "DialogSum", folders: ["dialogsum", "DialogSum_Data"], format: .jsonl, train: "dialogsum.train.jsonl",
        validation: "dialogsum.dev.jsonl", test: "dialogsum.test.jsonl",
        .init(
          prompt: .init("{dialogue}\nSummary:"), references: ["summary1", "summary2", "summary3"], targets: ["summary"]),
        metrics: [.rougeMean, .rouge1, .rouge2, .rougeL])
    case .gsm8k:
      nlg(
        "GSM8K", folders: ["gsm8k"], format: .jsonl, train: "train.jsonl", validation: "validation.jsonl", test: "test.jsonl",
        .init(
          prompt: .init("Question: {question}\nAnswer:"), references: ["answer"], rewrites: ["answer": .withoutCalculations]),
        metrics: [.gsm8k, .gsm8kFlexible])
    }
  }

  private func nlg(
    _ title: String, folders: [String], format: TaskDefinition.Format, train: String, validation: String,
    test: String,
    _ completion: TaskDefinition.Completion, metrics: [Metric]
  ) -> TaskDefinition {
    TaskDefinition(
      id: rawValue, title: title, folders: folders + (folders.contains(title) ? [] : [title]), format: format, train: train,
      validation: [.init(name: "test", file: test)],
      heldOut: .init(
        selection: [.init(name: TaskDefinition.onlySet, file: validation, hasTargets: true)],
        files: [.init(name: "test", file: test)]),
      columns: nil, target: .text(completion), metrics: metrics)
  }
}
