// A small model of random weights with a method on it, its adapter away from its start.
import Adapters
import CPUBackend
import Foundation
import Layers
import Models
import Settings
import Tensors
import Training

@testable import Interchange

struct AdaptedModel {
  let model: Model
  let method: any TuningMethod
  let backend: CPUBackend
  /// The base model as a folder, head included.
  let base: URL

  /// - Parameter kind: of a Llama's head.
  static func configuration(_ architecture: Architecture, kind: HeadKind = .sequences, classes: Int = 3) -> any ModelConfiguration {
    guard architecture == .llama else { return encoder(architecture, classes: classes) }
    var llama = LlamaConfiguration(
      vocabularySize: 40, hiddenSize: 16, layers: 3, heads: 4, keyHeads: 2, intermediateSize: 20, maximumPositions: 24, padding: 0,
      classes: classes)
    (llama.headKind, llama.initializerRange, llama.beginningToken, llama.endTokens) = (kind, 0.3, 1, [2])
    return llama
  }

  private static func encoder(_ architecture: Architecture, classes: Int) -> EncoderConfiguration {
    EncoderConfiguration(
      architecture: architecture, vocabularySize: 40, hiddenSize: 16, layers: 3, heads: 2, intermediateSize: 20,
      maximumPositions: 24, initializerRange: 0.3, classes: classes,
      relativePositions: architecture == .deberta ? RelativePositions(buckets: 8, maximumDistance: 24) : nil)
  }

  /// - Parameters:
  ///   - isHalf: whether the base model's file holds bfloat16.
  ///   - folder: where the base model goes; its head has other values and another number of classes than the adapted one's.
  init(
    _ id: String, _ options: [String: OptionValue] = [:], _ architecture: Architecture = .roberta, kind: HeadKind = .sequences,
    isHalf: Bool = false, in folder: URL
  ) throws {
    backend = try CPUBackend(threads: 1)
    base = folder.appending(path: "base")
    let start = try ModelLoader.random(Self.configuration(architecture, kind: kind, classes: 2), seed: 5, on: backend)
    try ModelWriter.save(start, as: isHalf ? .bfloat16 : .float32, to: base)
    model = try ModelLoader.load(folder: base, seed: 6, on: backend) {
      if kind == .sequences { $0.classes = 3 }
    }.model
    let host = MethodHost(model, backend: backend, seed: 3, schedule: TrainingLength(stepsPerEpoch: 10, epochs: 4))
    method = try MethodRegistry.attach(id, options: options, to: host)
    let learning = method.parameters + model.parameters.filter { $0.group == .head || $0.isTrainable }
    for (index, parameter) in learning.enumerated() {
      let stream = RandomStream(seed: 9, purpose: .initialization, step: 0, index: UInt32(index))
      let noise = Tensor.normal(stream, deviation: 0.2, shape: parameter.shape, on: backend)
      parameter.tensor.assign(zip(parameter.tensor.values, noise.values).map { $0 + $1 })
    }
  }

  var logits: [Float] { Self.logits(model, on: backend) }

  /// Sequences of 4, 7, 10 and 13 tokens.
  static let rows: [[Int32]] = [4, 7, 10, 13].map { (length: Int32) in
    (0..<length).map { (place: Int32) -> Int32 in 3 + (7 * place + 5 * length) % 35 }
  }

  static func logits(_ model: Model, on backend: any Backend) -> [Float] {
    backend.withoutGradients { model.logits(TokenBatch(sequences: rows), pass: .evaluation).values }
  }
}

/// The largest distance of two lists of numbers, relative to the largest number.
func distance(_ first: [Float], _ second: [Float]) -> Float {
  guard first.count == second.count else { return .infinity }
  return (zip(first, second).map { abs($0 - $1) }.max() ?? 0) / max(1e-6, first.map(abs).max() ?? 0)
}
