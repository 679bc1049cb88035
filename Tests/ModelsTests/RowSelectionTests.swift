// Hidden states of some rows are those rows of all hidden states, whichever way the last block computes them.
import Layers
import Tensors
import Testing

@testable import Models

@Suite("Rows that are asked for")
struct RowSelectionTests {
  private let batch = TokenBatch(sequences: [[2, 7, 9, 11, 3], [2, 8, 3], [2], [2, 40, 41, 42, 3]])

  @Test("places and the sequences that they lie in")
  func places() throws {
    let backend = try makeBackend()
    #expect(RowSelection.every.places(in: batch) == nil)
    #expect(RowSelection.first.places(in: batch) == [0, 5, 8, 9])
    #expect(RowSelection.last.places(in: batch) == [4, 7, 8, 13])
    let behind = PrefixedRows(count: 2, before: batch.offsets)
    #expect(RowSelection.every.places(in: batch, behind: behind) == behind.own)
    #expect(RowSelection.first.places(in: batch, behind: behind) == [0, 7, 12, 15])
    #expect(RowSelection.last.places(in: batch, behind: behind) == [6, 11, 14, 21])
    #expect(RowSelection.some([0, 6]).places(in: batch, behind: behind) == [2, 10])
    let rows = QueryRows([1, 3, 8, 13], bounds: Offsets(batch.offsets), on: backend)
    #expect(rows.offsets.values == [0, 2, 2, 3, 4] && !rows.areFirst)
    #expect(QueryRows([0, 5, 8, 9], bounds: Offsets(batch.offsets), on: backend).areFirst)
  }

  @Test("where rows that follow each other begin in their sequences")
  func starts() throws {
    let backend = try makeBackend(), bounds = Offsets(batch.offsets)
    #expect(QueryRows([3, 4, 6, 7, 13], bounds: bounds, on: backend).starts == [3, 1, 0, 4])
    #expect(QueryRows([4, 7, 8, 13], bounds: bounds, on: backend).starts == [4, 2, 0, 4])
    #expect(QueryRows([0, 2, 8], bounds: bounds, on: backend).starts == nil)
  }

  @Test(
    "values and gradients", arguments: ["bert", "roberta", "deberta", "llama-cls", "llama-gqa"],
    [RowSelection.first, .last, .some([1, 2, 6, 13]), .some([0, 3, 8])])
  func values(name: String, rows: RowSelection) throws {
    let model = try ModelLoader.load(folder: fixture("models/\(name)"), seed: 1, on: makeBackend()).model
    var results: [(values: [Float], gradients: [[Float]])] = []
    let places = try #require(rows.places(in: batch))
    for isCut in [true, false] {
      for parameter in model.backbone.parameters {
        parameter.isTrainable = true
        parameter.tensor.clearGradient()
      }
      let states =
        isCut
        ? model.backbone.hiddenStates(batch, rows: rows, pass: .evaluation)
        : model.backbone.hiddenStates(batch, pass: .evaluation).rows(places)
      #expect(states.shape == [places.count, model.configuration.hiddenSize])
      states.multiplied(by: states).sum().backward()
      results.append((states.values, model.backbone.parameters.map { $0.gradient?.values ?? [] }))
    }
    func isNear(_ a: [Float], _ b: [Float]) -> Bool {
      let scale = max(1, b.map(abs).max() ?? 0)
      return a.count == b.count && zip(a, b).allSatisfy { abs($0 - $1) < 2e-5 * scale }
    }
    #expect(isNear(results[0].values, results[1].values))
    for (parameter, pair) in zip(model.backbone.parameters, zip(results[0].gradients, results[1].gradients)) {
      #expect(isNear(pair.0, pair.1), "\(parameter.name)")
    }
  }
}
