// A small model, a made-up task, and fine-tuning of one by the other.
import Adapters
import Datasets
import Foundation
import Layers
import Metrics
import Models
import Tensors

@testable import Training

enum TinyTask {
  static let method: [String: [String: OptionValue]] = [
    "fft": [:], "lora": ["rank": .integer(2)],
    "aflora": ["rank": .integer(2), "initial_epochs": .number(0.6), "final_fraction": .number(0.3)],
  ]

  static func configuration(classes: Int = 2) -> EncoderConfiguration {
    EncoderConfiguration(
      architecture: .roberta, vocabularySize: 40, hiddenSize: 8, layers: 2, heads: 2, intermediateSize: 12,
      maximumPositions: 24, hiddenDropout: 0.1, attentionDropout: 0.1, initializerRange: 0.3, classes: classes)
  }

  /// Rows of several lengths; a row's label depends on its first word.
  static func examples(_ count: Int, regression: Bool = false) -> [EncodedExample] {
    (0..<count).map { row in
      let length = 4 + row * 5 % 9
      let tokens = [0] + (0..<length).map { Int32(3 + (7 * $0 + 5 * row) % 35) } + [2]
      let label: Label = regression ? .score(Double(tokens[1] % 6)) : .class(Int(tokens[1]) % 2)
      return EncodedExample(tokens: tokens, segments: tokens.map { _ in 0 }, label: label)
    }
  }

  static func settings(learningRate: Double = 0.01) -> OptimizationSettings {
    OptimizationSettings(
      epochs: 3, batchSize: 4, learningRate: learningRate, headLearningRate: 0.02, warmup: .ratio(0.1),
      weightDecay: 0.01)
  }

  /// Three epochs of five updates on 18 rows, with dropout; validation on two sets.
  static func fineTuning(
    _ id: String, regression: Bool = false, settings: OptimizationSettings = settings(), threads: Int = 1
  ) throws -> FineTuning {
    let backend = try CPUBackend(threads: threads)
    let model = try ModelLoader.random(configuration(classes: regression ? 1 : 2), seed: 1, on: backend)
    let train = examples(18, regression: regression)
    let length = FineTuning.length(examples: train.count, settings: settings)
    let host = MethodHost(model, backend: backend, seed: 4, schedule: length)
    let method = try MethodRegistry.attach(id, options: Self.method[id] ?? [:], to: host)
    return FineTuning(
      model: model, method: method, settings: settings, train: train,
      validation: [
        ValidationSet(name: "matched", examples: examples(11, regression: regression)),
        ValidationSet(name: "mismatched", examples: Array(examples(30, regression: regression).suffix(13))),
      ],
      metrics: regression ? [.pearsonSpearmanMean, .pearson] : [.accuracy, .f1], seed: 4, backend: backend)
  }
}

extension FineTuning {
  /// Bits of every parameter.
  var bits: [[UInt32]] { (method.parameters + model.parameters).map { $0.tensor.values.map(\.bitPattern) } }
}
