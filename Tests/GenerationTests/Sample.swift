// Small models and prompts that the tests of this target generate from.
import CPUBackend
import Foundation
import Generation
import Layers
import Models
import Tensors
import TestSupport

enum Sample {
  /// A decoder of random weights that says something else after each token.
  static func model(
    vocabulary: Int = 60, positions: Int = 64, isHalf: Bool = false, head: HeadKind = .words, seed: UInt64 = 5, threads: Int = 1
  ) throws -> Model {
    var configuration = LlamaConfiguration(
      vocabularySize: vocabulary, hiddenSize: 24, layers: 3, heads: 6, keyHeads: 2, intermediateSize: 40,
      maximumPositions: positions)
    (configuration.initializerRange, configuration.headKind) = (0.6, head)
    let model = try ModelLoader.random(configuration, seed: seed, on: CPUBackend(threads: threads))
    if isHalf { for parameter in model.parameters where parameter.shape.count == 2 { parameter.tensor.roundToHalf() } }
    return model
  }

  /// Prompts of one to nineteen tokens.
  static func prompts(_ count: Int, vocabulary: Int = 60) -> [[Int32]] {
    (0..<count).map { prompt in
      (0..<1 + prompt * 7 % 19).map { Int32((prompt * 31 + $0 * $0 * 7 + $0 * 3) % vocabulary) }
    }
  }

  /// A recorded checkpoint.
  static func fixture(_ name: String, threads: Int = 1) throws -> Model {
    try ModelLoader.load(
      folder: Repository.fixtures.appending(path: "models/\(name)"), seed: 0, on: CPUBackend(threads: threads)
    ).model
  }
}
