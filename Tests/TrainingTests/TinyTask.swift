// A small model, a made-up task, and fine-tuning of one by the other.
import Adapters
import CPUBackend
import Datasets
import Foundation
import Layers
import Metrics
import Models
import Objectives
import Settings
import Tensors

@testable import Training

enum TinyTask {
  /// Options of every method, and of variants after a slash, under which all it does happens within the fifteen updates.
  static let method: [String: [String: OptionValue]] = [
    "fft": [:], "bitfit": [:], "houlsby": ["width": .integer(2)], "pfeiffer": ["width": .integer(2)],
    "lora": ["rank": .integer(2)], "rslora": ["rank": .integer(2), "dropout": .number(0.2)],
    "dora": ["rank": .integer(2), "dropout": .number(0.2)], "lora-plus": ["rank": .integer(2), "ratio": .number(4)],
    // pruned after 7, 10 and 11 updates, settled then
    "adalora": [
      "initial_rank": .integer(3), "target_rank": .integer(1), "initial_steps": .integer(3), "final_steps": .integer(5),
      "interval": .integer(3),
    ],
    "sora": ["rank": .integer(4), "eta": .number(0.1), "xi": .number(0.05)],
    "sparseadapter": ["rank": .integer(2), "score_rows": .integer(4)],
    "vera": ["rank": .integer(4)], "tied-lora": ["rank": .integer(4)],
    "aflora": ["rank": .integer(2), "initial_epochs": .number(0.6), "final_fraction": .number(0.3)],
    "loradrop": ["rank": .integer(2), "sample_ratio": .number(0.5), "sample_epochs": .integer(2), "keep": .integer(1)],
    "loradrop/only-most": [
      "rank": .integer(2), "variant": .text("only-most"), "sample_ratio": .number(0.5), "keep": .integer(1),
    ],
    "ia3": [:], "ln-tuning": [:], "pissa": ["rank": .integer(2)], "lora-fa": ["rank": .integer(2)],
    "lora-fa/projected": ["rank": .integer(2), "projected_gradient": .flag(true)],
    "prompt-tuning": ["virtual_tokens": .integer(3)], "prefix-tuning": ["virtual_tokens": .integer(2)],
    "prefix-tuning/projection": [
      "virtual_tokens": .integer(2), "prefix_projection": .flag(true), "encoder_hidden_size": .integer(3),
    ],
    // of each role the more important layer reaches a half
    "loradrop/only-least": [
      "rank": .integer(2), "variant": .text("only-least"), "sample_ratio": .number(0.5), "sample_steps": .integer(4),
      "threshold": .number(0.5),
    ],
    // pruned after 4, 8, 12 and 15 updates
    "prilora": ["rank_first": .integer(2), "rank_last": .integer(4), "interval": .integer(4)],
    "prilora/random": [
      "rank_first": .integer(2), "rank_last": .integer(4), "interval": .integer(4), "prune": .text("random"),
      "regrow": .flag(false),
    ],
  ]

  /// The keys of `method`, in an order of their own.
  static let methods = method.keys.sorted()

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

  static func settings(learningRate: Double = 0.01) -> TrainingSettings {
    TrainingSettings(
      epochs: 3, batchSize: 4, learningRate: learningRate, headLearningRate: 0.02, warmup: .ratio(0.1),
      weightDecay: 0.01)
  }

  /// Three epochs of five updates on 18 rows, with dropout; validation on two sets.
  static func fineTuning(
    _ id: String, options: [String: OptionValue]? = nil, regression: Bool = false,
    settings: TrainingSettings = settings(), threads: Int = 1
  ) throws -> FineTuning {
    let backend = try CPUBackend(threads: threads)
    let model = try ModelLoader.random(configuration(classes: regression ? 1 : 2), seed: 1, on: backend)
    let objective = objective(regression: regression)
    let length = FineTuning.length(rows: objective.training.count, settings: settings)
    let host = MethodHost(model, backend: backend, seed: 4, schedule: length)
    let name = String(id.prefix { $0 != "/" })
    let method = try MethodRegistry.attach(name, options: options ?? Self.method[id] ?? [:], to: host)
    return FineTuning(model: model, method: method, objective: objective, settings: settings, seed: 4, backend: backend)
  }

  /// 18 training rows, and two validation sets.
  static func objective(regression: Bool = false) -> any Objective {
    let sets = LabelledSets(
      training: examples(18, regression: regression),
      validation: [
        ("matched", examples(11, regression: regression)),
        ("mismatched", Array(examples(30, regression: regression).suffix(13))),
      ])
    return regression
      ? Regression(sets, metrics: [.pearsonSpearmanMean, .pearson]) : Classification(sets, classes: 2, metrics: [.accuracy, .f1])
  }
}

extension FineTuning {
  /// Bits of every parameter.
  var bits: [[UInt32]] { (method.parameters + model.parameters).map { $0.tensor.values.map(\.bitPattern) } }
}
