// What writes a text without learning to: the source itself, the target of the nearest source, and a template with slots.
import Datasets
import Metrics
import Models
import Objectives
import Settings

/// The scores of the baselines on one task of texts, as percentages of its primary metric, averaged over validation sets.
struct PocketTextBaselines {
  private struct Pair {
    let source: [String]
    let target: String
  }

  private let training: [Pair]
  private let validation: [[Example]]
  private let metric: Metric
  private let template: PromptTemplate
  /// The words that one source has and most others have not.
  private let slots: Set<String>

  /// A word in more than this share of the training sources belongs to the template.
  private static let commonShare = 0.2

  /// Takes a task's texts; nil for a task with labels.
  init?(_ data: TaskData) {
    guard case .text(let completion) = data.task.target, let metric = data.task.metrics.first else { return nil }
    self.metric = metric
    template = completion.prompt
    let edges = completion.prompt.edges
    training = data.train.examples.compactMap { example in
      guard case .texts(let texts) = example.label, let target = texts.first else { return nil }
      return Pair(source: Self.words(Self.source(example.first, edges)), target: target)
    }
    let heldOut = data.validation.filter(\.isHeldOut)
    validation = (heldOut.isEmpty ? data.validation : heldOut).map(\.examples)
    var counts: [String: Int] = [:]
    for pair in training { for word in Set(pair.source) { counts[word, default: 0] += 1 } }
    let most = Self.commonShare * Double(training.count)
    let common = Set(counts.filter { Double($0.value) > most }.keys)
    let all = Set(counts.keys).union(data.validation.flatMap { $0.examples.flatMap { Self.words($0.first) } })
    slots = all.subtracting(common).filter { $0.contains { $0.isLetter || $0.isNumber } }
  }

  /// The source as it stands, without the words of the prompt's template.
  var source: Double { score { Self.source($0, template.edges) } }

  /// The target of the training source that has the most words in common, of all words of either.
  var nearest: Double {
    let counted = training.map { Self.counts($0.source) }
    return score { prompt in
      let own = Self.counts(Self.words(Self.source(prompt, template.edges)))
      var best: (target: String, likeness: Double) = ("", -1)
      for (pair, counts) in zip(training, counted) {
        let shared = own.reduce(0) { $0 + min($1.value, counts[$1.key] ?? 0) }
        let all = own.values.reduce(0, +) + counts.values.reduce(0, +) - shared
        let likeness = Double(shared) / Double(max(1, all))
        if likeness > best.likeness { best = (pair.target, likeness) }
      }
      return best.target
    }
  }

  /// The templates with slots of the training rows whose sources fit best; of their texts the most frequent.
  var slotTemplate: Double {
    let templates = training.map { SlotTemplate(source: $0.source, target: Self.words($0.target), slots: slots) }
    return score { prompt in
      let own = Self.words(Self.source(prompt, template.edges))
      var least = Int.max
      var texts: [(text: String, count: Int)] = []
      for template in templates {
        let (target, cost) = template.filled(from: own, slots: slots)
        guard cost <= least else { continue }
        if cost < least { (least, texts) = (cost, []) }
        let text = target.joined(separator: " ")
        if let place = texts.firstIndex(where: { $0.text == text }) { texts[place].count += 1 } else { texts.append((text, 1)) }
      }
      // the first of several that are as frequent
      return texts.reduce(("", 0)) { $1.count > $0.1 ? ($1.text, $1.count) : $0 }.0
    }
  }

  /// The mean over the validation sets of the metric of texts.
  private func score(_ text: (String) -> String) -> Double {
    let values = validation.map { examples -> Double in
      let references = examples.map { example -> [String] in if case .texts(let texts) = example.label { texts } else { [] } }
      return 100 * (metric.value(references: references, predicted: examples.map { text($0.first) }) ?? 0)
    }
    return mean(values) ?? 0
  }

  private static func source(_ prompt: String, _ edges: (before: String, behind: String)) -> String {
    var source = prompt[...]
    if source.hasPrefix(edges.before) { source = source.dropFirst(edges.before.count) }
    if source.hasSuffix(edges.behind) { source = source.dropLast(edges.behind.count) }
    return String(source)
  }

  /// Letters, digits and number signs that stand together, and each other character that is no space.
  static func words(_ text: String) -> [String] {
    var words: [String] = []
    var isOpen = false
    for character in text {
      let belongs = character.isLetter || character.isNumber || character == "#"
      if belongs, isOpen {
        words[words.count - 1].append(character)
      } else if !character.isWhitespace {
        words.append(String(character))
      }
      isOpen = belongs
    }
    return words
  }

  private static func counts(_ words: [String]) -> [String: Int] {
    words.reduce(into: [:]) { $0[$1, default: 0] += 1 }
  }
}

extension PocketGate.Measurement {
  /// Measures the baselines of a task of texts; nil for a task with labels.
  ///
  /// - Parameters:
  ///   - tuned: scores of full fine-tuning, by seed; likewise `untrained`, from random weights.
  ///   - model: before it is fine-tuned.
  ///   - beforeStep: called before each step of the model's, and may stop the work by an error.
  /// - Throws: what keeps the model from writing, and what `beforeStep` throws.
  package init?(
    _ data: TaskData, _ task: any Objective, on model: Model, tuned: [Double], untrained: [Double],
    beforeStep: () throws -> Void
  ) throws {
    guard let baselines = PocketTextBaselines(data) else { return nil }
    let before = try task.reportedSets.map { set in
      let answers = try task.answers(of: model, set: set, isLast: true, beforeBatch: beforeStep)
      return 100 * (task.scores(of: answers, set: set).primary ?? 0)
    }
    self.init(
      task: data.task.id, metric: data.task.metrics.first?.displayName ?? "", tuned: tuned,
      baselines: [
        .init("random weights", untrained, margin: PocketGate.margin), .init("before", [mean(before) ?? 0], margin: 0),
        .init("source", [baselines.source], margin: 0), .init("nearest", [baselines.nearest], margin: 0),
        .init("template", [baselines.slotTemplate], margin: 0),
      ])
  }
}
