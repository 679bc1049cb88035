// Completions: which rows tell which tokens, and their mean over all tokens of a batch, in whatever parts it comes.
import CPUBackend
import Layers
import Models
import Settings
import Tensors
import Testing

@testable import Objectives

@Suite("Completions")
struct CompletionTests {
  private static let rows = [
    Completed(tokens: [1, 7, 9, 11, 2], promptLength: 3), Completed(tokens: [1, 8, 2], promptLength: 2),
    Completed(tokens: [1, 5, 6, 7, 8, 9, 4, 2], promptLength: 1), Completed(tokens: [1, 30, 31, 32, 2], promptLength: 4),
  ]
  private let objective = completion(rows)

  private static func completion(_ rows: [Completed]) -> Completion {
    Completion(CompletionSets(training: rows), metrics: [], generation: GenerationSettings())
  }

  private func model() throws -> Model {
    var configuration = LlamaConfiguration(
      vocabularySize: 40, hiddenSize: 8, layers: 2, heads: 4, keyHeads: 2, intermediateSize: 12, maximumPositions: 24)
    (configuration.headKind, configuration.initializerRange) = (.words, 0.3)
    return try ModelLoader.random(configuration, seed: 5, on: CPUBackend(threads: 1))
  }

  @Test("each token of a target is told by the one before it")
  func places() {
    #expect(Self.rows.telling([0, 1]) == [2, 3, 6])
    #expect(Self.rows.targets([0, 1]) == [11, 2, 2])
    #expect(Self.rows.telling([2, 0]) == [0, 1, 2, 3, 4, 5, 6, 10, 11])
    #expect(objective.terms(of: [0, 1, 2, 3]) == 11 && objective.outputRows([0, 1, 2, 3]) == [2, 1, 7, 1])
    #expect(objective.training.lengths == [5, 3, 8, 5])
    #expect(objective.gold(of: .training).rows == [[11, 2], [2], [5, 6, 7, 8, 9, 4, 2], [2]])
  }

  @Test("the loss is the mean over all tokens of the batch, not of its rows' means; prompts count for nothing")
  func loss() throws {
    let model = try model(), pass = Pass.evaluation
    func loss(_ rows: [Int], over terms: Int? = nil) -> Float {
      let outputs = objective.outputs(of: model, rows, of: .training, pass: pass, everyToken: false)
      return objective.loss(of: outputs, rows, over: terms ?? objective.terms(of: rows)).values[0]
    }
    let whole = loss([0, 1, 2, 3]), each = (0..<4).map { loss([$0]) }
    let weighted = zip(each, [2, 1, 7, 1] as [Float]).reduce(0) { $0 + $1.0 * $1.1 } / 11
    #expect(abs(whole - weighted) < 1e-5)
    #expect(abs(whole - each.reduce(0, +) / 4) > 1e-3)
    let parts = loss([0, 1], over: 11) + loss([2, 3], over: 11)
    #expect(abs(whole - parts) < 1e-5)
    // the same targets behind another prompt of the same length
    let other = Self.completion([Completed(tokens: [1, 7, 9, 12, 2], promptLength: 4)])
    let outputs = other.outputs(of: model, [0], of: .training, pass: pass, everyToken: false)
    #expect(outputs.shape == [1, 40])
  }

  @Test("a sample keeps the quarters of the targets' lengths")
  func strata() {
    #expect(objective.strata.ofRows == [2, 1, 3, 1])
    #expect(Self.completion([]).strata.ofRows == [])
  }
}
