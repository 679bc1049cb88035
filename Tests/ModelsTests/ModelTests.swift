// Packed batches, the short cut of the last layer, and what training sees of a model.
import Layers
import Models
import Tensors
import Testing

@Suite("Models")
struct ModelTests {
  private static let architectures = ["bert", "roberta", "deberta"]
  private let sequences: [[Int32]] = [
    [2, 7, 9, 11, 3], [2, 8, 3], [2, 40, 41, 42, 43, 44, 45, 46, 47, 48, 49, 3], [2],
  ]

  private func load(_ name: String) throws -> Model {
    try ModelLoader.load(folder: fixture("models/\(name)"), seed: 1, on: makeBackend()).model
  }

  private func distance(_ a: [Float], _ b: [Float]) -> Float {
    a.count == b.count ? zip(a, b).reduce(0) { max($0, abs($1.0 - $1.1)) } : .infinity
  }

  @Test("first tokens alone give the logits and gradients of all tokens", arguments: architectures)
  func firstTokens(name: String) throws {
    let model = try load(name)
    let batch = TokenBatch(sequences: sequences)
    var results: [(logits: [Float], gradients: [[Float]])] = []
    for everyToken in [true, false] {
      for parameter in model.parameters {
        parameter.isTrainable = true
        parameter.tensor.clearGradient()
      }
      let logits = model.logits(batch, pass: .evaluation, everyToken: everyToken)
      #expect(logits.shape == [4, 3])
      logits.crossEntropy([0, 2, 1, 0]).backward()
      results.append((logits.values, model.parameters.map { $0.gradient?.values ?? [] }))
    }
    #expect(distance(results[0].logits, results[1].logits) < 1e-5)
    for (parameter, pair) in zip(model.parameters, zip(results[0].gradients, results[1].gradients)) {
      #expect(pair.0.count == parameter.count && distance(pair.0, pair.1) < 2e-5, "\(parameter.name)")
    }
  }

  @Test("a sequence's logits do not depend on its neighbours", arguments: architectures)
  func packing(name: String) throws {
    let model = try load(name)
    let together = model.logits(TokenBatch(sequences: sequences), pass: .evaluation).values
    let reversed = model.logits(TokenBatch(sequences: sequences.reversed()), pass: .evaluation).values
    for (index, sequence) in sequences.enumerated() {
      let mine = Array(together[index * 3..<index * 3 + 3])
      let other = (3 - index) * 3
      let alone = model.logits(TokenBatch(sequences: [sequence]), pass: .evaluation).values
      #expect(distance(mine, Array(reversed[other..<other + 3])) < 1e-5)
      #expect(distance(mine, alone) < 1e-5)
    }
    #expect(distance(Array(together[0..<3]), Array(together[3..<6])) > 1e-2)
  }

  @Test("RoBERTa's positions start after the padding token's id")
  func positionOffset() throws {
    let model = try load("roberta")
    let batch = TokenBatch(sequences: sequences)
    #expect(
      model.configuration.positionIDs(of: TokenBatch(sequences: [[0, 9, 1, 8], [0, 2]])) == [2, 3, 1, 4, 2, 3])
    let before = model.logits(batch, pass: .evaluation).values
    let table = try #require(model.parameters.first { $0.name == "roberta.embeddings.position_embeddings.weight" })
    let values = table.tensor.values
    let offset = 2 * table.shape[1]
    table.tensor.assign(Array(repeating: 0, count: offset) + values.dropLast(offset))
    #expect(distance(before, model.logits(batch, pass: .evaluation).values) > 1e-2)
  }

  @Test("DeBERTa tells a distance from its opposite")
  func relativeDirection() throws {
    let model = try load("deberta")
    let batch = TokenBatch(sequences: sequences)
    let before = model.logits(batch, pass: .evaluation).values
    let table = try #require(model.parameters.first { $0.name == "deberta.encoder.rel_embeddings.weight" })
    let values = table.tensor.values
    let width = table.shape[1]
    let rows = stride(from: 0, to: values.count, by: width).map { values[$0..<$0 + width] }
    // distance d takes row span + d; row 0 has no opposite
    table.tensor.assign(([rows[0]] + rows[1...].reversed()).flatMap { Array($0) })
    #expect(distance(before, model.logits(batch, pass: .evaluation).values) > 1e-2)
  }

  @Test("projections and parameters carry their places", arguments: architectures)
  func places(name: String) throws {
    let model = try load(name)
    let layers = model.configuration.layers
    #expect(model.projections.map(\.layer) == (0..<layers).flatMap { Array(repeating: $0, count: 6) })
    #expect(model.projections.map(\.role) == (0..<layers).flatMap { _ in ProjectionRole.allCases.filter { $0 != .gate } })
    for projection in model.projections {
      #expect(projection.linear.weight.name == "\(projection.path).weight")
    }
    let head = model.parameters.filter { $0.group == .head }.map(\.name)
    switch name {
    case "bert": #expect(head == ["classifier.weight", "classifier.bias"])
    case "roberta": #expect(head.count == 4 && head.allSatisfy { $0.hasPrefix("classifier.") })
    default: #expect(head == ["pooler.dense.weight", "pooler.dense.bias", "classifier.weight", "classifier.bias"])
    }
    #expect(Array(model.parameters.suffix(head.count).map(\.name)) == head)
    for parameter in model.parameters {
      #expect(parameter.decays(withVectors: true) == (parameter.shape.count == 2), "\(parameter.name)")
      #expect(!parameter.isTrainable)
    }
  }

  @Test("dropout acts in training alone and follows the seed and the step", arguments: architectures)
  func dropout(name: String) throws {
    let model = try load(name)
    let batch = TokenBatch(sequences: sequences)
    func logits(_ pass: Pass) -> [Float] { model.logits(batch, pass: pass).values }
    #expect(logits(.evaluation) == logits(.evaluation))
    #expect(logits(.training(seed: 1, step: 3)) == logits(.training(seed: 1, step: 3)))
    #expect(logits(.training(seed: 1, step: 3)) != logits(.training(seed: 1, step: 4)))
    #expect(logits(.training(seed: 1, step: 3)) != logits(.training(seed: 2, step: 3)))
    #expect(logits(.training(seed: 1, step: 3)) != logits(.evaluation))
  }

  @Test("an adapter sees relative positions apart from hidden states")
  func relativeInput() throws {
    final class Spy: ProjectionAdapter {
      var weightChange: Tensor? { nil }
      var rows: [ProjectionInput: [Int]] = [:]
      func forward(_ x: Tensor, through linear: Linear, input: ProjectionInput, pass: Pass) -> Tensor {
        rows[input, default: []].append(x.shape[0])
        return linear(x)
      }
    }
    let model = try load("deberta")
    let batch = TokenBatch(sequences: sequences)
    let spy = Spy()
    for projection in model.projections where projection.role == .query { projection.adapter = spy }
    _ = model.logits(batch, pass: .evaluation)
    // three layers; the last asks for each sequence's first token and for distances that are not positive. Twelve tokens
    // are 23 distances, which the buckets tell apart up to a reach.
    let first = spy.rows[.hiddenStates] ?? []
    let relative = spy.rows[.relativePositions] ?? []
    #expect(first == [21, 21, 4])
    let reach = RelativePositions(buckets: 16, maximumDistance: 64).bucket(11)
    #expect(relative == [2 * reach + 1, 2 * reach + 1, reach + 1])
  }

  @Test("a batch that does not fit is refused")
  func validation() throws {
    let bert = try load("bert").configuration
    func message(_ batch: TokenBatch, _ configuration: any ModelConfiguration) -> String {
      do {
        try configuration.limits.validate(batch)
        return "no error"
      } catch { return "\(error)" }
    }
    #expect(message(TokenBatch(sequences: sequences), bert) == "no error")
    #expect(
      message(TokenBatch(sequences: [[2, 260]]), bert)
        == "a batch does not fit the model: token 260 is not in the model's vocabulary of 260. "
        + "Use the tokenizer that belongs to the model.")
    #expect(message(TokenBatch(sequences: [[2, -1]]), bert).contains("token -1 is not in"))
    #expect(
      message(TokenBatch(sequences: [[Int32](repeating: 5, count: 49)]), bert)
        == "a batch does not fit the model: a sequence of 49 tokens, but the model takes at most 48. "
        + "Lower the maximum length.")
    #expect(message(TokenBatch([([5, 5], [0, 2])]), bert).contains("token type 2, but the model has 2"))
    #expect(message(TokenBatch(sequences: [[2], []]), bert).contains("a sequence without tokens"))
    #expect(message(TokenBatch(sequences: []), bert).contains("no sequences"))
    let deberta = try load("deberta").configuration
    #expect(message(TokenBatch(sequences: [[Int32](repeating: 5, count: 200)]), deberta) == "no error")
  }

  @Test("DeBERTa takes sequences beyond its table's reach")
  func longSequences() throws {
    let model = try load("deberta")
    let long = TokenBatch(sequences: [(0..<200).map { Int32(4 + $0 % 90) }, [2, 9, 3]])
    let all = model.logits(long, pass: .evaluation, everyToken: true)
    #expect(all.isFinite)
    #expect(distance(all.values, model.logits(long, pass: .evaluation).values) < 1e-5)
  }
}
