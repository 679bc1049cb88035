// The eight GLUE tasks in their official TSV files (Wang et al. 2019; WNLI is left out, as in the papers).
import Metrics

/// A GLUE task.
package enum GLUETask: String, Sendable, CaseIterable {
  /// Corpus of Linguistic Acceptability.
  case cola
  /// Stanford Sentiment Treebank.
  case sst2
  /// Microsoft Research Paraphrase Corpus.
  case mrpc
  /// Quora Question Pairs.
  case qqp
  /// Semantic Textual Similarity Benchmark.
  case stsb
  /// Multi-Genre Natural Language Inference.
  case mnli
  /// Question-answering NLI.
  case qnli
  /// Recognizing Textual Entailment.
  case rte

  /// The task's files, columns, labels and metrics.
  package var definition: TaskDefinition {
    switch self {
    case .cola:
      // No header; the columns are source, label, the author's mark and the sentence. 0 is unacceptable.
      glue(
        "CoLA", hasHeader: false, columns: .init(first: .index(3), label: .index(1)), target: .classes(["0", "1"]),
        metrics: [.matthews])
    case .sst2:
      // 0 is negative, 1 positive. Every sentence ends in a space, which belongs to it.
      glue("SST-2", columns: named("sentence", label: "label"), target: .classes(["0", "1"]))
    case .mrpc:
      // 1 is a paraphrase. The files begin with a byte-order mark.
      glue(
        "MRPC", columns: named("#1 String", "#2 String", label: "Quality"), target: .classes(["0", "1"]),
        metrics: [.accuracy, .f1, .accuracyF1Mean])
    case .qqp:
      // 1 is a duplicate. A few lines of the official files lack columns.
      glue(
        "QQP", columns: named("question1", "question2", label: "is_duplicate"), target: .classes(["0", "1"]),
        skipsIrregularRows: true, metrics: [.accuracy, .f1, .accuracyF1Mean])
    case .stsb:
      // A score from 0 to 5, not scaled.
      glue(
        "STS-B", columns: named("sentence1", "sentence2", label: "score"), target: .regression,
        metrics: [.pearsonSpearmanMean, .pearson, .spearman])
    case .mnli:
      // The training file has one annotator's label and the validation files five: the header's names hold for both.
      glue(
        "MNLI",
        validation: [
          .init(name: "matched", file: "dev_matched.tsv"), .init(name: "mismatched", file: "dev_mismatched.tsv"),
        ],
        columns: named("sentence1", "sentence2", label: "gold_label"),
        target: .classes(["entailment", "neutral", "contradiction"]), ignoredLabels: ["-"])
    case .qnli:
      glue(
        "QNLI", columns: named("question", "sentence", label: "label"),
        target: .classes(["entailment", "not_entailment"]))
    case .rte:
      glue(
        "RTE", columns: named("sentence1", "sentence2", label: "label"),
        target: .classes(["entailment", "not_entailment"]))
    }
  }

  /// What the data on the Hugging Face hub calls the classes, and with it the models that were trained on it; nil where the official
  /// files have the same names, or there are no classes.
  package var publishedLabels: [String]? {
    switch self {
    case .cola: ["unacceptable", "acceptable"]
    case .sst2: ["negative", "positive"]
    case .mrpc: ["not_equivalent", "equivalent"]
    case .qqp: ["not_duplicate", "duplicate"]
    case .stsb, .mnli, .qnli, .rte: nil
    }
  }

  private func glue(
    _ title: String, hasHeader: Bool = true,
    validation: [TaskDefinition.ValidationFile] = [.init(name: "validation", file: "dev.tsv")],
    columns: TaskDefinition.Columns, target: TaskDefinition.Target, ignoredLabels: [String] = [],
    skipsIrregularRows: Bool = false, metrics: [Metric] = [.accuracy]
  ) -> TaskDefinition {
    var folders = [title, title.lowercased()]
    if !folders.contains(rawValue) { folders.append(rawValue) }
    // GLUE's own test rows have no labels; generated tasks have these files
    let heldOut = validation.map { set in
      TaskDefinition.ValidationFile(
        name: TaskDefinition.heldOutName(set.name),
        file: set.name == TaskDefinition.onlySet ? "held_out.tsv" : "held_out_\(set.name).tsv")
    }
    return TaskDefinition(
      id: rawValue, title: title, folders: folders, hasHeader: hasHeader, validation: validation,
      heldOut: .init(files: heldOut), columns: columns,
      target: target, ignoredLabels: ignoredLabels, skipsIrregularRows: skipsIrregularRows, metrics: metrics)
  }

  private func named(_ first: String, _ second: String? = nil, label: String) -> TaskDefinition.Columns {
    .init(first: .name(first), second: second.map { .name($0) }, label: .name(label))
  }
}
