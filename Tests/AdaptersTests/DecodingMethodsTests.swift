// Every method while text is generated: it knows nothing of it, and what it changes of a token is what it changes of the whole text.
import CPUBackend
import Layers
import Models
import Tensors
import Testing

@testable import Adapters

@Suite("Methods while text is generated")
struct DecodingMethodsTests {
  private let texts: [[Int32]] = [[2, 7, 9, 11, 3, 30, 31], [2, 8, 3, 5], [2, 4], [2, 20, 21, 22, 23, 24, 25, 26, 3]]

  /// A model with a method whose parameters are all at work.
  private func model(_ row: MethodCase, threads: Int) throws -> Model {
    let backend = try CPUBackend(threads: threads), setting = MethodSubject.Setting.writing
    let model = try setting.model(on: backend)
    let method = try MethodRegistry.attach(
      row.method, options: row.options, to: MethodSubject.host(model, steps: MethodSubject.steps, on: backend))
    for (index, parameter) in method.parameters.enumerated() {
      let noise = Tensor.normal(
        RandomStream(seed: 3, purpose: .initialization, index: UInt32(index)), deviation: 0.2, shape: parameter.shape, on: backend)
      parameter.tensor.assign(zip(parameter.tensor.values, noise.values).map { $0 + $1 })
    }
    return model
  }

  /// The logits of what is next, at each place of some texts from their `start`-th token on.
  private func logits(_ model: Model, _ texts: [[Int32]], start: Int) throws -> [[[Float]]] {
    let decoding = try #require(Decoding(model)), columns = model.head.outputs
    var (sequences, said) = decoding.begin(texts.map { Array($0[..<start]) })
    var rows = Array(texts.indices), results = texts.map { _ in [[Float]]() }
    for place in start... {
      let values = said.values
      for (index, row) in rows.enumerated() { results[row].append(Array(values[index * columns..<(index + 1) * columns])) }
      let going = rows.indices.filter { place < texts[rows[$0]].count }
      for index in rows.indices where !going.contains(index) { decoding.release(sequences[index]) }
      if going.isEmpty { break }
      let before = going.map { sequences[$0] }
      rows = going.map { rows[$0] }
      (sequences, said) = decoding.next(rows.map { texts[$0][place] }, after: before)
      for sequence in before { decoding.release(sequence) }
    }
    #expect(decoding.keptTokens == 0)
    return results
  }

  @Test("each text is what it is alone, to the bit, and what the whole of it gives", arguments: MethodCase.all)
  func equal(row: MethodCase) throws {
    let model = try model(row, threads: 1), together = try logits(model, texts, start: 2)
    let bits = together.map { $0.map { $0.map(\.bitPattern) } }
    for (index, text) in texts.enumerated() {
      #expect(try logits(model, [text], start: 2)[0].map { $0.map(\.bitPattern) } == bits[index], "text \(index) alone")
      let whole = model.backbone.wordEmbeddings.tensor.backend.withoutGradients {
        model.logits(TokenBatch(sequences: [text]), rows: .some((1..<text.count).map { Int32($0) }), pass: .evaluation).values
      }
      let largest = whole.reduce(0) { max($0, $1.magnitude) }, found = together[index].flatMap { $0 }
      #expect(found.count == whole.count && zip(found, whole).allSatisfy { abs($0 - $1) < 2e-5 * largest }, "text \(index)")
    }
    let reversed = try logits(self.model(row, threads: 3), texts.reversed(), start: 2)
    #expect(reversed.reversed().map { $0.map { $0.map(\.bitPattern) } } == bits, "in another order, with other threads")
  }
}
