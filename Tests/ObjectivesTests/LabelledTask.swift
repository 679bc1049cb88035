// A model of random weights and made-up examples with labels, for the tests of objectives.
import Datasets
import Models
import Tensors

@testable import Objectives

enum LabelledTask {
  static func model(outputs: Int, on backend: any Backend) throws -> Model {
    let configuration = EncoderConfiguration(
      architecture: .roberta, vocabularySize: 40, hiddenSize: 8, layers: 2, heads: 2, intermediateSize: 12, maximumPositions: 24,
      initializerRange: 0.3, classes: outputs)
    return try ModelLoader.random(configuration, seed: 1, on: backend)
  }

  /// Six training rows and forty of validation.
  static func sets(_ label: (Int) -> Label) -> LabelledSets {
    func examples(_ count: Int) -> [EncodedExample] {
      (0..<count).map { row in
        let tokens = (0..<4 + row % 3).map { Int32(3 + (7 * $0 + 5 * row) % 35) }
        return EncodedExample(tokens: tokens, segments: tokens.map { _ in Int32(row == 5 ? 1 : 0) }, label: label(row))
      }
    }
    return LabelledSets(training: examples(6), validation: [("matched", examples(40)), ("mismatched", examples(3))])
  }
}
