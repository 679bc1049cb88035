// What a method puts before sequences: a model takes it for what it would have computed itself of a longer sequence.
import Layers
import Tensors
import Testing

@testable import Models

@Suite("Virtual tokens, and keys and values before a sequence's own")
struct SequencePrefixTests {
  static let encoders = ["bert", "roberta", "deberta"]
  private let whole: [Int32] = [5, 6, 7, 8, 9]
  private var rest: TokenBatch { TokenBatch(sequences: [Array(whole.dropFirst(2))]) }

  private final class Tokens: SequenceAdapter {
    let states: Tensor
    var count: Int { states.shape[0] }
    init(_ states: Tensor) { self.states = states }
    func prefix(pass: Pass) -> Tensor { states }
  }

  private final class Fixed: KeyValueAdapter {
    let (keys, values): (Tensor, Tensor)
    var count: Int { keys.shape[0] }
    init(_ keys: Tensor, _ values: Tensor) { (self.keys, self.values) = (keys, values) }
    func prefix(pass: Pass) -> (keys: Tensor, values: Tensor) { (keys, values) }
  }

  private func body(_ name: String) throws -> any Backbone {
    try ModelLoader.load(folder: fixture("models/\(name)"), seed: 1, on: makeBackend()).model.backbone
  }

  /// The hidden states of every layer of a sequence, the embeddings' first.
  private func states(_ body: any Backbone, _ tokens: [Int32]) -> [Tensor] {
    final class Seen { var states: [Tensor] = [] }
    let seen = Seen()
    _ = body.hiddenStates(
      TokenBatch(sequences: [tokens]), rows: .every, pass: .evaluation,
      observer: ModelObserver(hiddenStates: { _, x in seen.states.append(x) }))
    return seen.states
  }

  /// Puts keys and values of the first `count` of some states before each layer's own: the states that come into it.
  private func put(_ count: Int, of states: [Tensor], on body: any Backbone) throws {
    for place in body.keysAndValues {
      func projected(_ role: ProjectionRole) throws -> Tensor {
        let projection = try #require(body.projections.first { $0.layer == place.layer && $0.role == role })
        return projection(states[place.layer].rows((0..<Int32(count)).map { $0 }), pass: .evaluation)
      }
      place.adapter = Fixed(try projected(.key), try projected(.value))
    }
  }

  private func isNear(_ a: [Float], _ b: [Float]) -> Bool {
    let scale = max(1, b.map(abs).max() ?? 0)
    return a.count == b.count && zip(a, b).allSatisfy { abs($0 - $1) < 2e-5 * scale }
  }

  @Test(
    "the embeddings of words as virtual tokens are as the words; the first row is then the first virtual token's",
    arguments: encoders)
  func virtualTokens(name: String) throws {
    let body = try body(name), expected = try #require(states(body, whole).last)
    body.embedded.adapter = Tokens(body.wordEmbeddings.tensor.rows([5, 6]))
    for (rows, places) in [(RowSelection.every, [2, 3, 4]), (.first, [0]), (.last, [4]), (.some([0, 2]), [2, 4])] {
      let found = body.hiddenStates(rest, rows: rows, pass: .evaluation), wanted = expected.rows(places.map { Int32($0) })
      #expect(found.shape == wanted.shape && isNear(found.values, wanted.values), "\(rows)")
    }
  }

  @Test(
    "rows that are asked for are the same whether the last block computes them alone or all", arguments: encoders + ["llama-cls"])
  func everyToken(name: String) throws {
    let model = try ModelLoader.load(folder: fixture("models/\(name)"), seed: 1, on: makeBackend()).model
    let batch = TokenBatch(sequences: [[2, 7, 9, 11, 3], [2, 8, 3]])
    for prefix: [Int32] in [[], [5, 6]] {
      if !prefix.isEmpty { model.backbone.embedded.adapter = Tokens(model.backbone.wordEmbeddings.tensor.rows(prefix)) }
      let few = model.logits(batch, pass: .evaluation).values, all = model.logits(batch, pass: .evaluation, everyToken: true).values
      #expect(isNear(few, all), "behind \(prefix)")
    }
  }

  @Test("behind virtual tokens RoBERTa counts the padding token as any other")
  func padding() throws {
    let body = try body("roberta"), batch = TokenBatch(sequences: [[0, 1, 8, 2]])
    let table = try #require(body.parameters.first { $0.name.hasSuffix("position_embeddings.weight") })
    let row = body.configuration.paddingToken * table.shape[1]
    func change() -> [Float] {
      let before = body.hiddenStates(batch, pass: .evaluation).values, values = table.tensor.values
      table.tensor.assign(values.enumerated().map { $0 >= row && $0 < row + table.shape[1] ? $1 + Float($0 % 5) - 1.7 : $1 })
      let after = body.hiddenStates(batch, pass: .evaluation).values
      table.tensor.assign(values)
      return zip(after, before).map { $0 - $1 }
    }
    #expect(change().contains { abs($0) > 1e-3 })
    body.embedded.adapter = Tokens(body.wordEmbeddings.tensor.rows([5, 6]))
    #expect(change().allSatisfy { $0 == 0 })
  }

  @Test("keys and values that are a sequence's first leave the others what they are, positions included", arguments: encoders)
  func keysAndValues(name: String) throws {
    let body = try body(name), expected = states(body, whole)
    try put(2, of: expected, on: body)
    for (rows, places) in [(RowSelection.every, [2, 3, 4]), (.first, [2]), (.last, [4])] {
      let found = body.hiddenStates(rest, rows: rows, pass: .evaluation)
      let wanted = try #require(expected.last).rows(places.map { Int32($0) })
      #expect(found.shape == wanted.shape && isNear(found.values, wanted.values), "\(rows)")
    }
  }

  @Test("where positions say nothing, a sequence's own keys and values once more change nothing", arguments: ["bert", "roberta"])
  func doubled(name: String) throws {
    let body = try body(name)
    let table = try #require(body.parameters.first { $0.name.hasSuffix("position_embeddings.weight") })
    table.tensor.assign([Float](repeating: 0, count: table.count))
    let expected = states(body, whole)
    try put(whole.count, of: expected, on: body)
    for (found, expected) in zip(states(body, whole), expected) { #expect(isNear(found.values, expected.values)) }
  }

  private func limited(_ name: String, behind prefix: [Int32]) throws -> Model {
    let model = try ModelLoader.load(folder: fixture("models/\(name)"), seed: 1, on: makeBackend()).model
    model.backbone.embedded.adapter = Tokens(model.backbone.wordEmbeddings.tensor.rows(prefix))
    return model
  }

  @Test("what stands before takes positions from a model's limits", arguments: ["bert", "roberta", "llama-cls"])
  func limits(name: String) throws {
    let model = try limited(name, behind: [5, 6, 7]), most = try #require(model.configuration.limits.tokens)
    #expect(model.backbone.positionsBefore == 3 && model.limits.tokens == most - 3)
    let longest = (0..<most - 3).map { Int32(3 + $0 % 20) }
    let states = model.backbone.hiddenStates(TokenBatch(sequences: [longest]), pass: .evaluation)
    #expect(states.values.allSatisfy { $0.isFinite })
    #expect(throws: ModelError.self) { try model.limits.validate(TokenBatch(sequences: [longest + [3]])) }
    #expect(try limited(name, behind: longest + [5, 6, 7, 8]).limits.tokens == 0)
  }

  @Test("distances have no limit") func relative() throws {
    #expect(try limited("deberta", behind: [5, 6, 7]).limits.tokens == nil)
  }
}
