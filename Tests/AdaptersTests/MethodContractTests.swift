// What every method must keep, whatever it does: one suite over all of them.
import Layers
import Models
import Tensors
import Testing

@testable import Adapters
@testable import Training

@Suite("The contract of methods")
struct MethodContractTests {
  @Test("every method has a row in this suite")
  func complete() {
    #expect(MethodCase.all.map(\.id) == MethodRegistry.descriptions.map(\.id))
  }

  @Test(
    "nothing changes before the first update", arguments: MethodCase.all, [Architecture.roberta, .deberta])
  func start(row: MethodCase, architecture: Architecture) throws {
    let subject = try MethodSubject(row, architecture)
    let plain = try ModelLoader.random(
      MethodSubject.configuration(architecture), seed: 5, on: subject.backend)
    #expect(subject.logits == plain.logits(MethodSubject.batch(0).batch, pass: .evaluation).values)
    for projection in subject.model.projections {
      #expect(projection.adapter?.weightChange.map { $0.values.allSatisfy { $0 == 0 } } ?? true)
    }
  }

  @Test("only what is said to learn learns", arguments: MethodCase.all, [Architecture.roberta, .deberta])
  func learns(row: MethodCase, architecture: Architecture) throws {
    let subject = try MethodSubject(row, architecture)
    let backbone = subject.model.parameters.filter { $0.group == .backbone }
    let head = subject.model.parameters.filter { $0.group == .head }
    #expect(backbone.allSatisfy { $0.isTrainable == row.trainsBackbone })
    #expect(!head.isEmpty && head.allSatisfy(\.isTrainable))
    #expect(subject.method.parameters.allSatisfy { $0.group == .adapter })
    let adapted = subject.model.projections.filter { $0.adapter != nil }
    let layers = adapted.map {
      (input: $0.linear.inputSize, output: $0.linear.outputSize, isFeedForward: $0.role.layerType == .feedForward)
    }
    #expect(
      subject.method.parameters.filter(\.isTrainable).reduce(0) { $0 + $1.count } == row.trainable(layers))
    let learning = subject.parameters.map(\.isTrainable)
    let before = subject.bits
    try subject.train(0..<3)
    for (index, parameter) in subject.parameters.enumerated() {
      if !learning[index] {
        #expect(subject.bits[index] == before[index], "\(parameter.name) is frozen")
      } else if !(row.trainsBackbone && parameter.name.hasSuffix("bias")) {
        // softmax ignores a shift of all keys, so a key bias may stay as it is
        #expect(subject.bits[index] != before[index], "\(parameter.name) learns")
      }
    }
  }

  @Test("the change of a weight is what the adapter computes", arguments: MethodCase.all, [Architecture.roberta, .deberta])
  func merging(row: MethodCase, architecture: Architecture) throws {
    let subject = try MethodSubject(row, architecture)
    try subject.train(0..<5)
    let adapted = subject.logits
    if row.trainsBackbone {
      #expect(subject.model.projections.allSatisfy { $0.adapter == nil })
      return
    }
    var changes: [(projection: Projection, weight: [Float])] = []
    for projection in subject.model.projections {
      let change = try #require(projection.adapter?.weightChange, "\(projection.path)")
      #expect(change.shape == projection.linear.weight.shape)
      #expect(change.values.contains { $0 != 0 }, "\(projection.path)")
      changes.append((projection, zip(projection.linear.weight.tensor.values, change.values).map { $0 + $1 }))
      projection.adapter = nil
    }
    let bare = subject.logits
    for (projection, weight) in changes { projection.linear.weight.tensor.assign(weight) }
    let merged = subject.logits
    let scale = adapted.reduce(0) { max($0, abs($1)) }
    let distance = { (other: [Float]) in zip(adapted, other).reduce(Float(0)) { max($0, abs($1.0 - $1.1)) } }
    #expect(distance(merged) < 2e-5 * scale)
    #expect(distance(bare) > 1e-3 * scale, "the adapter does something")
  }

  @Test("a restored method goes on with the same bits", arguments: MethodCase.all, [2, 5, 8])
  func restoring(row: MethodCase, pause: Int) throws {
    let straight = try MethodSubject(row)
    try straight.train(0..<pause)
    let state = straight.method.state
    let values = straight.parameters.map(\.tensor.values)
    let moments = straight.stepper.optimizer.moments.map { held in held.map { ($0.first.values, $0.second.values) } }
    let rest = try straight.train(pause..<MethodSubject.steps)

    let resumed = try MethodSubject(row)
    try resumed.method.restore(state)
    for (index, parameter) in resumed.parameters.enumerated() {
      parameter.tensor.assign(values[index])
      guard let (first, second) = moments[index] else { continue }
      resumed.stepper.optimizer.restore(
        AdamW.Moments(
          first: Tensor(first, shape: parameter.shape, on: resumed.backend),
          second: Tensor(second, shape: parameter.shape, on: resumed.backend)), at: index)
    }
    #expect(resumed.method.state == state)
    #expect(try resumed.train(pause..<MethodSubject.steps) == rest)
    #expect(resumed.bits == straight.bits)
    #expect(resumed.method.state == straight.method.state)
    #expect(resumed.method.diagnostics == straight.method.diagnostics)
  }

  @Test("initial values are a function of the seed", arguments: MethodCase.all)
  func seeds(row: MethodCase) throws {
    let configuration = MethodSubject.configuration(.bert)
    func values(_ seed: UInt64) throws -> [Float] {
      let backend = try CPUBackend(threads: 1)
      let model = try ModelLoader.random(configuration, seed: 5, on: backend)
      let host = MethodSubject.host(model, seed: seed, steps: 10, on: backend)
      let method = try MethodRegistry.attach(row.id, options: row.options, to: host)
      let shared = (method as? VeRA).map { $0.sharedA.values + $0.sharedB.values } ?? []
      return shared + method.parameters.flatMap(\.tensor.values)
    }
    let first = try values(1)
    #expect(try values(1) == first)
    if !row.trainsBackbone { #expect(try values(2) != first) }
  }

  @Test("a method asks for no option that it does not describe", arguments: MethodCase.all)
  func options(row: MethodCase) throws {
    let description = try MethodRegistry.method(row.id).description
    func attach(_ options: [String: OptionValue]) throws -> [Float] {
      let backend = try CPUBackend(threads: 1)
      let model = try ModelLoader.random(MethodSubject.configuration(.roberta), seed: 5, on: backend)
      let method = try MethodRegistry.attach(
        row.id, options: options, to: MethodSubject.host(model, steps: 10, on: backend))
      return method.parameters.flatMap(\.tensor.values)
    }
    let defaults = try attach([:])
    var given: [String: OptionValue] = [:]
    for option in description.options {
      #expect(!option.summary.isEmpty && !option.expected.isEmpty)
      guard let value = option.defaultValue else { continue }
      #expect(option.accept(value) == value, "\(option.name)")
      given[option.name] = value
    }
    #expect(try attach(given) == defaults)
    for option in description.options {
      let values: [OptionValue] =
        switch option.kind {
        case .integer(let range): [.integer(range.lowerBound), .integer(min(range.upperBound, 16))]
        case .number(let range): [.number(range.lowerBound), .number(range.upperBound)]
        case .flag: [.flag(true), .flag(false)]
        case .choice(let names): names.map { .text($0) }
        case .list(let names): names.map { .list([$0]) } + [.list(names)]
        }
      for value in values { _ = try attach([option.name: value]) }
    }
  }

  @Test("ids, aliases and labels are unique")
  func names() throws {
    let names = MethodRegistry.descriptions.flatMap { [$0.id] + $0.aliases }
    #expect(Set(names).count == names.count)
    #expect(Set(MethodRegistry.descriptions.map(\.label)).count == MethodRegistry.descriptions.count)
    #expect(try MethodRegistry.method("elora").description.id == "vera")
    #expect(try MethodRegistry.method("full").description.id == "fft")
  }
}
