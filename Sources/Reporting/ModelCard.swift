// What goes with a run's weights when they leave the harness: a card for people, and the run's identity for programs.
import Foundation
import Metrics
import Records
import Settings

/// `README.md` as the Hugging Face hub reads it, and `lowrank.json` beside it. Equal runs give equal bytes: neither has a date.
package struct ModelCard: Sendable {
  /// What the weights are.
  package enum Form: Sendable, Equatable {
    /// An adapter of the peft library, with its `peft_type`.
    case adapter(String)
    /// A whole model, into which the adapter was folded.
    case merged
  }

  private let record: RunRecord
  private let run: RunSpecification
  private let weights: RunFile
  private let form: Form
  private let base: BaseModelName

  /// A card of what a run left.
  ///
  /// - Parameters:
  ///   - run: the specification of the record.
  ///   - weights: of which of the run's files the weights are, the best epoch's or the last one's.
  ///   - base: the model that was trained on.
  package init(_ record: RunRecord, of run: RunSpecification, weights: RunFile, form: Form, base: BaseModelName) {
    (self.record, self.run, self.weights, self.form, self.base) = (record, run, weights, form, base)
  }

  /// The files by name.
  package var files: [String: Data] {
    get throws { ["README.md": Data(markdown.utf8), "lowrank.json": try json] }
  }

  private var isBest: Bool { weights == .best }
  private var epoch: Int? { isBest ? record.bestEpoch : record.lastEpoch }
  private var scores: [Score] { epoch.flatMap(record.scores)?.scores ?? [] }

  // MARK: README.md

  /// The card.
  var markdown: String {
    let sections = [
      ("", what), ("Scores", scoreTable), ("How to load it", loading), ("How it was trained", training),
      ("Where it comes from", sources),
    ]
    let body = sections.map { title, text in (title.isEmpty ? "# \(MarkdownText.plain(name))\n\n" : "## \(title)\n\n") + text }
    return frontMatter.text + "\n" + body.joined(separator: "\n")
  }

  private var name: String { "\(run.label): \(run.task.title)" }

  private var labels: [String] { if case .classes(let names) = run.task.target { names } else { [] } }

  private var frontMatter: FrontMatter {
    var matter = FrontMatter()
    let isAdapter = form != .merged
    matter.add("library_name", .text(isAdapter ? "peft" : "transformers"))
    // the hub refuses a card whose base model has no name of its own kind
    if base.isOfTheHub { matter.add("base_model", .text(base.text)) }
    matter.add("model_name", .text(name))
    matter.add("pipeline_tag", .text(run.task.asksForText ? "text-generation" : "text-classification"))
    matter.add("tags", .list(["lowrank", run.method] + (kind.map { $0 == run.method ? [] : [$0] } ?? [])))
    matter.add("datasets", .list(dataset.map { [$0] } ?? []))
    var metrics: [String] = []
    for metric in run.task.metrics.flatMap(Self.hubNames) where !metrics.contains(metric) { metrics.append(metric) }
    matter.add("metrics", .list(metrics))
    matter.add("labels", .list(labels))
    return matter
  }

  /// The peft library's kind in lower case.
  private var kind: String? { if case .adapter(let kind) = form { kind.lowercased() } else { nil } }

  /// The data's name on the hub; nil for generated data, and for a task of the user's own.
  private var dataset: String? {
    guard run.profile != .pocket, run.task.isBuiltIn else { return nil }
    if GLUETask(rawValue: run.task.id) != nil { return "nyu-mll/glue" }
    return switch NLGTask(rawValue: run.task.id) {
    case .e2e: "tuetschek/e2e_nlg"
    case .dart: "Yale-LILY/dart"
    case .dialogsum: "knkarthick/dialogsum"
    case .gsm8k: "openai/gsm8k"
    case nil: nil
    }
  }

  /// The hub's names of a metric, or of those that it is the mean of; none for one that the hub has not.
  private static func hubNames(_ metric: Metric) -> [String] {
    switch metric {
    case .accuracy: ["accuracy"]
    case .f1: ["f1"]
    case .matthews: ["matthews_correlation"]
    case .pearson: ["pearsonr"]
    case .spearman: ["spearmanr"]
    case .accuracyF1Mean, .pearsonSpearmanMean: metric.parts.flatMap(hubNames)
    case .bleu, .multiBLEU: ["bleu"]
    case .rouge1, .rouge2, .rougeL, .rougeMean, .rouge1Best, .rouge2Best, .rougeLBest: ["rouge"]
    case .gsm8k, .gsm8kFlexible: ["exact_match"]
    default: []
    }
  }

  private var what: String {
    let subject =
      switch form {
      case .adapter(let kind): "An adapter for the peft library (`\(kind)`)"
      case .merged: "A plain model, with what was trained folded into its weights"
      }
    var lines = [
      "\(subject), trained by lowrank with \(MarkdownText.plain(run.label)) (`\(run.method)`) on the task "
        + "\(MarkdownText.plain(run.task.title)), \(run.seed.phrase)."
    ]
    switch base {
    case .portable(let name): lines.append("Base model: \(MarkdownText.plain(name)).")
    case .path(let path):
      lines.append(
        "Base model: \(MarkdownText.plain(path)). That is a path of the machine that wrote this; `--base-name` gives a name that "
          + "holds elsewhere.")
    }
    switch run.task.target {
    case .classes(let names):
      lines.append("Labels, in the order of the outputs: \(names.map { MarkdownText.plain($0) }.joined(separator: ", ")).")
    case .regression: lines.append("It has one output, a number.")
    case .text: lines.append("It writes on from a prompt.")
    }
    if run.profile == .pocket {
      lines.append("**Pocket profile**: a small model, made to compare methods with each other; of no use for real text.")
    }
    return lines.joined(separator: "\n\n") + "\n"
  }

  private var epochSentence: String {
    let count = record.epochs.count, number = epoch.map { "\($0)" } ?? "unknown"
    guard isBest else {
      return "**The weights are those of the last epoch** (\(number) of \(count)), as are the scores."
    }
    let metric = Metric(rawValue: record.primary.metric)?.displayName ?? record.primary.metric
    let choice =
      "**The weights are those of the best epoch** (\(number) of \(count)), chosen by its \(MarkdownText.plain(metric)) on "
    if let heldOut = record.heldOut {
      let names = heldOut.map { MarkdownText.plain($0) }.joined(separator: " and ")
      return choice + "the rows of the other sets: the scores on \(names) are of rows that chose nothing."
    }
    return choice + "the very rows that are scored here: there is no held-out test, and the scores are that much too good."
  }

  private var scoreTable: String {
    let rows = scores.map { score in
      let metric = Metric(rawValue: score.metric)?.displayName ?? score.metric
      return [MarkdownText.plain(score.split), MarkdownText.plain(metric), Self.number(score.value)]
    }
    return (rows.isEmpty ? "" : MarkdownText.table(["set", "metric", "score"], rows) + "\n")
      + ([epochSentence] + warnings).joined(separator: "\n\n") + "\n"
  }

  private var warnings: [String] {
    var warnings: [String] = []
    if case .diverged(let step) = record.outcome {
      warnings.append("**The run diverged** at step \(step): its loss became infinite or no number.")
    }
    if record.flags.contains(.collapsed) {
      warnings.append("**The run collapsed**: its best or its last epoch gives one answer to every row of a set.")
    }
    return warnings
  }

  private static func number(_ value: Double) -> String { value.isFinite ? String(format: "%.4f", value) : "undefined" }

  private var loading: String {
    let isText = run.task.asksForText
    let kind = isText ? "AutoModelForCausalLM" : "AutoModelForSequenceClassification"
    let options = isText ? "" : ", num_labels=\(run.task.outputCount ?? 1)"
    var lines: [String]
    if form == .merged {
      lines = [
        "from transformers import \(kind), AutoTokenizer", "folder = \"path/of/this/folder\"",
        "model = \(kind).from_pretrained(folder)", "tokenizer = AutoTokenizer.from_pretrained(folder)",
      ]
    } else {
      lines = [
        "from peft import PeftModel", "from transformers import \(kind), AutoTokenizer",
        "base, folder = \(FrontMatter.quoted(base.text)), \"path/of/this/folder\"",
        "model = PeftModel.from_pretrained(\(kind).from_pretrained(base\(options)), folder)",
        "tokenizer = AutoTokenizer.from_pretrained(base)",
      ]
    }
    return "```python\n" + lines.joined(separator: "\n") + "\n```\n"
  }

  private var training: String {
    func rows(_ key: String) -> [[String]] {
      guard case .object(let members)? = record.specification[key] else { return [] }
      return members.keys.sorted().map { [MarkdownText.plain($0), MarkdownText.plain(Self.plain(members[$0] ?? .null))] }
    }
    let options = rows("options"), settings = rows("training")
    return
      (options.isEmpty ? "" : MarkdownText.table(["option of \(MarkdownText.plain(run.method))", "value"], options) + "\n")
      + (settings.isEmpty ? "" : MarkdownText.table(["hyper-parameter", "value"], settings))
  }

  private static func plain(_ value: JSONValue) -> String { if case .text(let text) = value { text } else { value.compact } }

  private var sources: String {
    let program = record.program, digests = record.digests
    let commit = program.commit.map { MarkdownText.plain($0) + (program.isModified ? ", modified" : "") } ?? "unknown"
    let rows: [(String, String)] =
      [
        ("run", record.identity), ("experiment", run.experiment), ("row", run.row), ("profile", run.profile.rawValue),
        ("program", "lowrank \(program.version)"), ("commit", commit), ("version of the numerics", "\(record.numericsVersion)"),
        ("model", digests.model), ("tokenizer", digests.tokenizer), ("data", digests.data),
      ] + (weightsDigest.map { [("the run's weights", $0)] } ?? [])
    return MarkdownText.table(["of the run", "value"], rows.map { [$0, MarkdownText.plain($1)] })
      + "\nModel, tokenizer, data and weights are named by the SHA-256 of their files. `lowrank.json` has the same for programs; "
      + "`lowrank rerun` makes the run again, bit for bit.\n"
  }

  private var weightsDigest: String? { isBest ? record.digests.best : record.digests.last }

  // MARK: lowrank.json

  private var json: Data {
    get throws {
      var specification: [String: JSONValue] = [:]
      if case .object(let members) = record.specification { specification = members }
      specification["model"] = .text(base.text)
      let program = record.program, digests = record.digests
      let value = JSONValue.object([
        "schema_version": .integer(1), "run": .text(record.identity), "specification": .object(specification),
        "weights": .object([
          "epoch": epoch.map { .integer($0) } ?? .null, "of": .text(isBest ? "best" : "last"),
          "sha256": weightsDigest.map { .text($0) } ?? .null,
        ]),
        "scores": .array(
          scores.map { score in
            .object([
              "metric": .text(score.metric), "split": .text(score.split),
              "value": score.value.isFinite ? .number(score.value) : .null,
            ])
          }),
        "digests": .object([
          "data": .text(digests.data), "model": .text(digests.model), "tokenizer": .text(digests.tokenizer),
        ]),
        "numerics_version": .integer(record.numericsVersion),
        "program": .object([
          "version": .text(program.version), "commit": program.commit.map { .text($0) } ?? .null,
          "is_modified": .flag(program.isModified),
        ]),
      ])
      let encoder = JSONEncoder()
      encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
      encoder.nonConformingFloatEncodingStrategy = .convertToString(
        positiveInfinity: "Infinity", negativeInfinity: "-Infinity", nan: "NaN")
      return try encoder.encode(value) + Data("\n".utf8)
    }
  }
}
