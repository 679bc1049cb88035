// Going on from tokens that were seen: what is kept, what is shared, and what is said.
import CPUBackend
import Layers
import Tensors
import Testing

@testable import Models

@Suite("Decoding of sequences")
struct DecodingTests {
  private func model(isHalf: Bool = false, head: HeadKind = .words, threads: Int = 1) throws -> Model {
    var configuration = LlamaConfiguration(
      vocabularySize: 50, hiddenSize: 24, layers: 3, heads: 6, keyHeads: 2, intermediateSize: 40, maximumPositions: 80)
    (configuration.initializerRange, configuration.headKind) = (0.5, head)
    let model = try ModelLoader.random(configuration, seed: 4, on: CPUBackend(threads: threads))
    if isHalf { for parameter in model.parameters where parameter.shape.count == 2 { parameter.tensor.roundToHalf() } }
    return model
  }

  private func rows(_ logits: Tensor) -> [[UInt32]] {
    let columns = logits.shape[1], values = logits.values.map(\.bitPattern)
    return (0..<logits.shape[0]).map { Array(values[$0 * columns..<($0 + 1) * columns]) }
  }

  @Test("every token of a long text is told as by the whole of it", arguments: [false, true])
  func long(isHalf: Bool) throws {
    let model = try model(isHalf: isHalf), decoding = try #require(Decoding(model))
    let text = (0..<75).map { Int32($0 * $0 % 47) }
    var (sequences, said) = decoding.begin([Array(text[..<5])])
    var found = said.values
    for token in text[5...] {
      let before = sequences
      (sequences, said) = decoding.next([token], after: before)
      decoding.release(before[0])
      found += said.values
    }
    #expect(decoding.keptTokens == 75)
    let whole = model.logits(
      TokenBatch(sequences: [text]), rows: .some((4..<75).map { Int32($0) }), pass: .evaluation
    ).values
    let largest = whole.reduce(0) { max($0, $1.magnitude) }
    #expect(zip(found, whole).allSatisfy { abs($0 - $1) < 2e-5 * largest } && found.count == whole.count)
  }

  @Test("texts that part share what came before, and each is what it is alone", arguments: [false, true], [1, 3])
  func branches(isHalf: Bool, threads: Int) throws {
    let model = try model(isHalf: isHalf, threads: threads), decoding = try #require(Decoding(model))
    let prompts: [[Int32]] = [[3, 9, 4, 11], [7]], tokens: [Int32] = [5, 6, 8, 8, 2]
    let (starts, _) = decoding.begin(prompts)
    #expect(decoding.keptTokens == 5)
    let (branches, first) = decoding.next(tokens, after: [0, 1, 0, 0, 1].map { starts[$0] })
    #expect(decoding.keptTokens == 10, "a token more for each")
    for start in starts { decoding.release(start) }
    #expect(decoding.keptTokens == 10, "the prompts are still in use")
    let (ends, second) = decoding.next([1, 1, 12], after: [4, 0, 0].map { branches[$0] })
    for branch in branches { decoding.release(branch) }
    #expect(decoding.keptTokens == 4 + 1 + 1 + 1 + 3, "both prompts, two tokens that go on, and what follows them")
    let texts: [[Int32]] = [[7, 2, 1], [3, 9, 4, 11, 5, 1], [3, 9, 4, 11, 5, 12]]
    for (text, row) in zip(texts, rows(second)) {
      let alone = try #require(Decoding(model)), prompt = Array(text.dropLast(2))
      var (sequence, said) = alone.begin([prompt])
      for token in text.suffix(2) { (sequence, said) = alone.next([token], after: sequence) }
      #expect(rows(said) == [row])
    }
    #expect(rows(first)[2] == rows(first)[3])
    for end in ends { decoding.release(end) }
    #expect(decoding.keptTokens == 0)
  }

  @Test("a step costs as much as the one before, and attention to one token more")
  func cost() throws {
    let model = try model(), backend = model.backbone.wordEmbeddings.tensor.backend, decoding = try #require(Decoding(model))
    var (sequences, _) = decoding.begin([[1, 2, 3]])
    var sizes: [Int] = []
    for token in 0..<60 {
      let before = sequences, start = backend.operations
      (sequences, _) = decoding.next([Int32(token % 50)], after: before)
      decoding.release(before[0])
      sizes.append(backend.operations - start)
    }
    // two products of every layer's heads
    #expect(Set(zip(sizes, sizes.dropFirst()).map { $1 - $0 }) == [4 * 24 * 3])
  }

  @Test("a model that tells no next tokens does not go on")
  func others() throws {
    let classifier = try model(head: .sequences)
    #expect(Decoding(classifier) == nil)
    let encoder = EncoderConfiguration(
      architecture: .bert, vocabularySize: 40, hiddenSize: 8, layers: 1, heads: 2, intermediateSize: 12, maximumPositions: 24,
      classes: 3)
    let bert = try ModelLoader.random(encoder, seed: 1, on: CPUBackend(threads: 1))
    #expect(Decoding(bert) == nil)
  }
}
