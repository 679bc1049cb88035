// What needs no fine-tuning: a probe of the frozen encoder, a bag of words, and the most frequent answer.
import Layers
import Metrics
import Models
import Objectives
import Tensors

/// The scores of the baselines on one task, as percentages of the primary metric, averaged over the sets that a table reports.
struct PocketBaselines {
  let task: any Objective
  let backend: any Backend

  /// Penalties that are tried. The better one on the reported rows counts, in the baseline's favour.
  static let strengths = [3e-3, 3e-2]
  private static let batchSize = 32

  /// A linear model on the last hidden states of the tokens that the model's head sees.
  func probe(_ model: Model) -> Double {
    linear { states(model, $0) }
  }

  /// A linear model on the counts of tokens of each text, and on how many tokens of the second are in the first and how
  /// many are not.
  func bag(vocabulary: Int) -> Double {
    linear { Self.counts(task.batch(Array(0..<task.rows(of: $0).count), of: $0), vocabulary: vocabulary) }
  }

  /// Always the most frequent class of the training rows; a constant score has no correlation, which counts as 0.
  var chance: Double {
    guard case .integers(let labels) = task.gold(of: .training).values else { return 0 }
    var counts = [Int](repeating: 0, count: outputs)
    for label in labels { counts[Int(label)] += 1 }
    let frequent = counts.indices.max { (counts[$0], $1) < (counts[$1], $0) } ?? 0
    return score { set in .integers([Int64](repeating: Int64(frequent), count: task.validation[set].count)) }
  }

  /// The columns of a linear model: the task's classes, or one for scores.
  private var outputs: Int { task.strata.count }

  private func linear(_ features: (Split) -> FeatureTable) -> Double {
    let gold = task.gold(of: .training).values, train = features(.training)
    let validation = Dictionary(uniqueKeysWithValues: task.reportedSets.map { ($0, features(.validation($0))) })
    let scores = Self.strengths.map { strength in
      let model = PocketLinearModel(train, gold, outputs: outputs, strength: strength, on: backend)
      return score { set in
        guard let features = validation[set] else { return .integers([]) }
        let logits = model.logits(features, on: backend)
        switch gold {
        case .integers: return .integers(logits.argmax().values.map { Int64($0) })
        case .numbers: return .numbers(logits.values.map(Double.init))
        }
      }
    }
    return scores.max() ?? 0
  }

  /// The mean over the sets that a table reports of the primary metric of answers.
  private func score(_ answers: (Int) -> Answers.Values) -> Double {
    let values = task.reportedSets.map { 100 * (task.scores(of: Answers(answers($0)), set: $0).primary ?? 0) }
    return values.reduce(0, +) / Double(max(1, values.count))
  }

  private func states(_ model: Model, _ split: Split) -> FeatureTable {
    var values: [Float] = []
    let count = task.rows(of: split).count
    backend.withoutGradients {
      for start in stride(from: 0, to: count, by: Self.batchSize) {
        let batch = task.batch(Array(start..<min(count, start + Self.batchSize)), of: split)
        values += model.backbone.hiddenStates(batch, rows: model.head.rows, pass: .evaluation).values
      }
    }
    return FeatureTable(values: values, columns: model.configuration.hiddenSize)
  }

  /// `[examples, 2 * vocabulary + 2]`
  static func counts(_ batch: TokenBatch, vocabulary: Int) -> FeatureTable {
    let columns = 2 * vocabulary + 2
    var values = [Float](repeating: 0, count: batch.count * columns)
    for row in 0..<batch.count {
      var texts: [Set<Int32>] = [[], []]
      for place in batch.offsets[row]..<batch.offsets[row + 1] {
        let text = batch.segments[place] == 0 ? 0 : 1
        values[row * columns + text * vocabulary + Int(batch.tokens[place])] += 1
        texts[text].insert(batch.tokens[place])
      }
      values[row * columns + columns - 2] = Float(texts[1].intersection(texts[0]).count)
      values[row * columns + columns - 1] = Float(texts[1].subtracting(texts[0]).count)
    }
    return FeatureTable(values: values, columns: columns)
  }
}

extension PocketGate.Measurement {
  /// Measures the baselines of a task with labels on the model whose fine-tuning is scored.
  ///
  /// - Parameters:
  ///   - tuned: scores of full fine-tuning, by seed; likewise `untrained`, from random weights.
  ///   - ceiling: the score of right answers under the labels as they are.
  package init(
    _ id: String, _ task: any Objective, on model: Model, tuned: [Double], untrained: [Double],
    ceiling: Double?, backend: any Backend
  ) {
    let baselines = PocketBaselines(task: task, backend: backend)
    self.init(
      task: id, metric: task.metrics.first?.displayName ?? "", tuned: tuned,
      baselines: [
        .init("random weights", untrained, margin: PocketGate.margin),
        .init("probe", [baselines.probe(model)], margin: PocketGate.margin),
        .init("bag of words", [baselines.bag(vocabulary: model.configuration.vocabularySize)], margin: PocketGate.margin),
        .init("chance", [baselines.chance], margin: PocketGate.aboveChance),
      ], ceiling: ceiling)
  }
}
