// Every method on a decoder: what it hangs on is there, and what it says to learn gets gradients.
import CPUBackend
import Layers
import Models
import Tensors
import Testing

@testable import Adapters

@Suite("Methods on Llama")
struct LlamaMethodsTests {
  @Test("each attaches, and its entries learn", arguments: MethodCase.all)
  func gradients(row: MethodCase) throws {
    var configuration = LlamaConfiguration(
      vocabularySize: 40, hiddenSize: 8, layers: 2, heads: 4, keyHeads: 2, intermediateSize: 12, maximumPositions: 24, classes: 3)
    (configuration.initializerRange, configuration.attentionHasBias, configuration.feedForwardHasBias) = (0.3, true, true)
    let backend = try CPUBackend(threads: 1), model = try ModelLoader.random(configuration, seed: 5, on: backend)
    let batch = MethodSubject.batch(0), plain = model.logits(batch, pass: .evaluation).values
    let host = MethodSubject.host(model, steps: MethodSubject.steps, on: backend)
    let method = try MethodRegistry.attach(row.method, options: row.options, to: host)
    let logits = model.logits(batch, pass: .evaluation).values
    #expect(logits.allSatisfy(\.isFinite) && (row.start != .equal || logits == plain))
    model.logits(batch, pass: .training(seed: 1, step: 0)).crossEntropy((0..<batch.count).map { Int32($0 % 3) }).backward()
    let learning = (method.parameters + model.parameters).filter(\.isTrainable)
    #expect(!learning.isEmpty)
    let gradients = learning.compactMap { $0.gradient?.values }
    #expect(gradients.contains { $0.contains { $0 != 0 } } && gradients.allSatisfy { $0.allSatisfy(\.isFinite) })
  }
}
