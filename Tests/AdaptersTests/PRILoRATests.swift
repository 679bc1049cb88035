// PRILoRA's ranks, and what it zeroes.
import CPUBackend
import Layers
import Models
import Settings
import Tensors
import Testing

@testable import Adapters
@testable import Training

@Suite("PRILoRA")
struct PRILoRATests {
  private func ranks(_ first: Int, _ last: Int, concentrated: Int? = nil, in place: String? = nil, depth: Int = 12) throws -> [Int]
  {
    var options: [String: OptionValue] = ["rank_first": .integer(first), "rank_last": .integer(last)]
    if let concentrated { options["concentrated_layers"] = .integer(concentrated) }
    if let place { options["concentrated_in"] = .text(place) }
    return try RankDistribution(try MethodOptions(options, for: PRILoRA.description), depth: depth).ranks
  }

  @Test("ranks by depth")
  func distribution() throws {
    #expect(try ranks(4, 12) == [4, 5, 5, 6, 7, 8, 8, 9, 10, 11, 11, 12])
    #expect(try ranks(4, 12).reduce(0, +) == 12 * 8)
    #expect(try ranks(12, 4) == [12, 11, 11, 10, 9, 8, 8, 7, 6, 5, 5, 4])
    #expect(try ranks(8, 8) == Array(repeating: 8, count: 12))
    #expect(try ranks(1, 2, depth: 3) == [1, 2, 2], "a half is rounded up")
    #expect(try ranks(3, 9, depth: 1) == [3])
    #expect(try ranks(4, 12, concentrated: 3) == [0, 0, 0, 0, 0, 0, 0, 0, 0, 32, 32, 32])
    #expect(try ranks(4, 12, concentrated: 3, in: "upper") == [0, 0, 0, 0, 0, 0, 0, 0, 0, 32, 32, 32])
    #expect(try ranks(4, 12, concentrated: 3, in: "lower") == [32, 32, 32, 0, 0, 0, 0, 0, 0, 0, 0, 0])
    #expect(try ranks(4, 12, concentrated: 12) == Array(repeating: 8, count: 12))
    #expect(try ranks(4, 5, concentrated: 1, depth: 2) == [0, 9])
  }

  private func mask(_ values: [Float], _ options: [String: OptionValue]) throws -> [Float] {
    let pruning = try InputNormPruning(MethodOptions(options, for: PRILoRA.description))
    return pruning.mask(Tensor(values, shape: [2, values.count / 2], on: try CPUBackend(threads: 1))).values
  }

  @Test("the least important of each group go, of equal ones the first")
  func masks() throws {
    let values: [Float] = [5, 1, 2, 8, 7, 6, 4, 9]
    #expect(try mask(values, [:]) == [1, 0, 0, 1, 1, 0, 0, 1])
    #expect(try mask(values, ["compare": .text("matrix")]) == [0, 0, 0, 1, 1, 1, 0, 1])
    #expect(try mask(values, ["compare": .text("column")]) == [0, 0, 0, 0, 1, 1, 1, 1])
    #expect(try mask(values, ["prune_ratio": .number(0.25)]) == [1, 0, 1, 1, 1, 1, 0, 1])
    #expect(try mask(values, ["prune_ratio": .number(0.3)]) == [1, 0, 1, 1, 1, 1, 0, 1], "floor(0.3 · 4) is 1")
    #expect(try mask(values, ["prune_ratio": .number(1)]) == [Float](repeating: 0, count: 8))
    #expect(try mask([3, 3, 3, 3, 1, 1, 1, 0], [:]) == [0, 0, 1, 1, 0, 1, 1, 0])
  }

  private func subject(_ options: [String: OptionValue]) throws -> (subject: MethodSubject, method: PRILoRA) {
    let options: [String: OptionValue] = [
      "rank_first": .integer(2), "rank_last": .integer(4), "interval": .integer(3), "targets": .texts(["query", "output"]),
    ].merging(options) { $1 }
    let subject = try MethodSubject(
      "prilora", options, configuration: MethodSubject.configuration(.deberta), on: CPUBackend(threads: 1))
    return (subject, try #require(subject.method as? PRILoRA))
  }

  private func zeros(_ method: PRILoRA, _ side: String = "lora_A") -> [Int] {
    method.parameters.filter { $0.name.hasSuffix(side) }.map { $0.tensor.values.count { $0 == 0 } }
  }

  @Test("A loses half of each row at every interval, and grows back between")
  func interval() throws {
    let (subject, method) = try subject([:])
    var pruned: [Int] = []
    for step in 0..<MethodSubject.steps {
      try subject.train(step..<step + 1)
      if zeros(method) == [8, 12, 16, 24] { pruned.append(step + 1) }
      // rank 2 on 8 and 12 inputs in the first layer, rank 4 in the second
      let kept = method.parameters.reduce(0) { $0 + $1.count } - zeros(method).reduce(0, +)
      #expect(method.keptParameters == kept)
    }
    #expect(pruned == [3, 6, 9])
    #expect(zeros(method).allSatisfy { $0 < 4 }, "one update after the last pruning")
    method.beforeLastEvaluation(nil)
    #expect(zeros(method) == [8, 12, 16, 24])
    #expect(method.latest.allSatisfy { $0.prunedAt == 10 })
    #expect(zeros(method, "lora_B") == [0, 0, 0, 0])
  }

  @Test("what is left is the larger |A| · norm, the norm a running mean over the batch's tokens")
  func importance() throws {
    let (subject, method) = try subject(["beta": .number(0.75), "interval": .integer(2)])
    // what goes into the first layer's query: the embeddings, which do not learn
    func norms(_ step: Int) throws -> [Double] {
      var x: [Float] = []
      _ = subject.backend.withoutGradients {
        subject.model.logits(
          MethodSubject.batch(step), pass: .evaluation,
          observer: ModelObserver(hiddenStates: { layer, states in if layer == 0 { x = states.values } }))
      }
      return (0..<8).map { column in
        stride(from: column, to: x.count, by: 8).reduce(0.0) { $0 + Double(x[$1]) * Double(x[$1]) }.squareRoot()
      }
    }
    let (first, second) = (try norms(0), try norms(1))
    try subject.train(0..<2, dropout: false)
    let latest = try #require(method.latest.first)
    let expected = zip(first, second).map { 0.75 * $0 + 0.25 * $1 }
    for (found, expected) in zip(try #require(latest.norms), expected) {
      #expect(abs(Double(found) - expected) < 1e-5 * expected)
    }
    let a = try #require(method.parameters.first).tensor.values, kept = try #require(latest.kept)
    let record = try #require(method.diagnostics.first { $0.path.hasPrefix("pruning/importance/") })
    let importance = try #require(record.values.numbers)
    for row in 0..<2 {
      let range = row * 8..<(row + 1) * 8
      #expect(range.count { kept[$0] } == 4)
      let lowest = range.filter { kept[$0] }.map { importance[$0] }.min() ?? 0
      #expect(range.allSatisfy { kept[$0] || importance[$0] <= lowest })
      for index in range where kept[index] {
        #expect(abs(importance[index] - abs(Double(a[index])) * expected[index - row * 8]) < 1e-5 * importance[index])
      }
    }
  }

  @Test("without regrowth what is zero stays zero")
  func permanent() throws {
    let (subject, method) = try subject(["regrow": .flag(false)])
    try subject.train(0..<3)
    let gone = try #require(method.latest.first?.kept).indices.filter { method.latest[0].kept?[$0] == false }
    #expect(gone.count == 8)
    for step in 3..<MethodSubject.steps {
      try subject.train(step..<step + 1)
      #expect(zeros(method) == [8, 12, 16, 24])
      #expect(gone.allSatisfy { method.parameters[0].tensor.values[$0] == 0 })
    }
  }

  @Test("by magnitude alone, what is smallest goes")
  func magnitude() throws {
    let (subject, method) = try subject(["prune": .text("magnitude")])
    #expect(!method.needsEveryToken)
    try subject.train(0..<2)
    let a = try #require(method.parameters.first).tensor.values
    #expect(a.allSatisfy { $0 != 0 })
    try subject.train(2..<3)
    let kept = try #require(method.latest.first?.kept)
    let after = try #require(method.parameters.first).tensor.values
    for row in 0..<2 {
      let range = row * 8..<(row + 1) * 8
      #expect(range.count { kept[$0] } == 4 && range.allSatisfy { kept[$0] == (after[$0] != 0) })
    }
    let record = try #require(method.diagnostics.first { $0.path.hasPrefix("pruning/importance/") })
    guard case .numbers(let importance) = record.values else { throw AdapterError.state("importance", "holds no numbers") }
    #expect(kept.indices.allSatisfy { !kept[$0] || importance[$0] == Double(abs(after[$0])) })
  }

  @Test("B in place of A; random entries")
  func variants() throws {
    let (subject, method) = try subject(["prune_side": .text("B"), "compare": .text("column")])
    try subject.train(0..<3)
    #expect(zeros(method) == [0, 0, 0, 0])
    #expect(zeros(method, "lora_B") == [8, 8, 16, 16])
    let (random, drawn) = try self.subject(["prune": .text("random")])
    #expect(!drawn.needsEveryToken)
    try random.train(0..<3)
    #expect(zeros(drawn) == [8, 12, 16, 24])
    #expect(drawn.latest.allSatisfy { $0.norms == nil })
    let masks = drawn.latest.map(\.kept)
    try random.train(3..<6)
    #expect(drawn.latest.map(\.kept) != masks, "each pruning draws anew")
  }

  @Test("which entries a random pruning takes is drawn by the seed of order, what A begins with by that of initialisation")
  func seeds() throws {
    func found(_ seed: UInt64, _ order: UInt64?) throws -> (start: [Float], kept: [[Bool]?]) {
      let backend = try CPUBackend(threads: 1)
      let model = try ModelLoader.random(MethodSubject.configuration(.bert), seed: 5, on: backend)
      let host = MethodHost(
        model, backend: backend, seed: seed, orderSeed: order, schedule: TrainingLength(stepsPerEpoch: 2, epochs: 1))
      let options: [String: OptionValue] = ["prune": .text("random"), "interval": .integer(1)]
      let method = try PRILoRA(MethodOptions(options, for: PRILoRA.description), on: host)
      let start = method.parameters.flatMap(\.tensor.values)
      method.afterUpdate(FinishedUpdate(count: 1, gradientScale: 1))
      return (start, method.latest.map(\.kept))
    }
    let (same, order, start) = (try found(1, nil), try found(1, 2), try found(2, 1))
    #expect(try found(1, 1).kept == same.kept, "one seed is both")
    #expect(order.start == same.start && order.kept != same.kept)
    #expect(start.start != same.start && start.kept == same.kept)
  }
}
