// What needs no fine-tuning: a probe of the frozen encoder, a bag of words, and the most frequent answer.
import Datasets
import Layers
import Metrics
import Models
import Tensors
import Training

/// The scores of the baselines on one task, as percentages of the primary metric, averaged over validation sets.
struct PocketBaselines {
  let task: EncodedTask
  let backend: any Backend

  /// Penalties that are tried. The better one on the validation rows counts, in the baseline's favour.
  static let strengths = [3e-3, 3e-2]
  private static let batchSize = 32

  /// A linear model on the last hidden states of the first tokens.
  func probe(_ encoder: TransformerEncoder) -> Double {
    let features = { (examples: [EncodedExample]) in firstTokens(encoder, examples) }
    return linear(features(task.train), task.validation.map { features($0.examples) })
  }

  /// A linear model on the counts of tokens of each text, and on how many tokens of the second are in the first and how
  /// many are not.
  func bag(vocabulary: Int) -> Double {
    let features = { (examples: [EncodedExample]) in Self.counts(examples, vocabulary: vocabulary) }
    return linear(features(task.train), task.validation.map { features($0.examples) })
  }

  /// Always the most frequent class of the training rows; a constant score has no correlation, which counts as 0.
  var chance: Double {
    guard case .classes(let labels) = LabelledBatch(task.train).targets else { return 0 }
    var counts = [Int](repeating: 0, count: task.outputs)
    for label in labels { counts[Int(label)] += 1 }
    let frequent = counts.indices.max { (counts[$0], $1) < (counts[$1], $0) } ?? 0
    return score { set in
      let one = (0..<task.outputs).map { Float($0 == frequent ? 1 : 0) }
      return set.examples.flatMap { _ in one }
    }
  }

  private func linear(_ train: FeatureTable, _ validation: [FeatureTable]) -> Double {
    let targets = LabelledBatch(task.train).targets
    let scores = Self.strengths.map { strength in
      let model = PocketLinearModel(train, targets, outputs: task.outputs, strength: strength, on: backend)
      let logits = validation.map { model.logits($0, on: backend) }
      var sets = logits.makeIterator()
      return score { _ in sets.next() ?? [] }
    }
    return scores.max() ?? 0
  }

  /// The mean over the validation sets of the primary metric of logits `[examples, outputs]`.
  private func score(_ logits: (ValidationSet) -> [Float]) -> Double {
    let values = task.validation.map { set in
      let logits = Logits(logits(set), classes: task.outputs)
      return 100 * (Evaluation(of: set, logits: logits, metrics: task.metrics).scores.primary ?? 0)
    }
    return values.reduce(0, +) / Double(max(1, values.count))
  }

  private func firstTokens(_ encoder: TransformerEncoder, _ examples: [EncodedExample]) -> FeatureTable {
    var values: [Float] = []
    backend.withoutGradients {
      for start in stride(from: 0, to: examples.count, by: Self.batchSize) {
        let chosen = examples[start..<min(examples.count, start + Self.batchSize)]
        let batch = TokenBatch(chosen.map { ($0.tokens, $0.segments) })
        values += encoder.hiddenStates(batch, pass: .evaluation, tokens: .first).values
      }
    }
    return FeatureTable(values: values, columns: encoder.configuration.hiddenSize)
  }

  /// `[examples, 2 * vocabulary + 2]`
  static func counts(_ examples: [EncodedExample], vocabulary: Int) -> FeatureTable {
    let columns = 2 * vocabulary + 2
    var values = [Float](repeating: 0, count: examples.count * columns)
    for (row, example) in examples.enumerated() {
      var texts: [Set<Int32>] = [[], []]
      for (token, segment) in zip(example.tokens, example.segments) {
        let text = segment == 0 ? 0 : 1
        values[row * columns + text * vocabulary + Int(token)] += 1
        texts[text].insert(token)
      }
      values[row * columns + columns - 2] = Float(texts[1].intersection(texts[0]).count)
      values[row * columns + columns - 1] = Float(texts[1].subtracting(texts[0]).count)
    }
    return FeatureTable(values: values, columns: columns)
  }
}

extension PocketGate.Measurement {
  /// Measures the baselines of a task on the model whose fine-tuning is scored.
  ///
  /// - Parameters:
  ///   - tuned: scores of full fine-tuning, by seed; likewise `untrained`, from random weights.
  package init(
    _ id: String, _ task: EncodedTask, on model: any SequenceClassifier, tuned: [Double], untrained: [Double], backend: any Backend
  ) {
    let baselines = PocketBaselines(task: task, backend: backend)
    self.init(
      task: id, metric: task.metrics.first?.displayName ?? "", tuned: tuned, untrained: untrained,
      probe: baselines.probe(model.encoder), bag: baselines.bag(vocabulary: model.configuration.vocabularySize),
      chance: baselines.chance)
  }
}
