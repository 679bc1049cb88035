// What every method must keep, whatever it does: one suite over all of them.
import CPUBackend
import Foundation
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
    #expect(MethodCase.all.map(\.id) == MethodRegistry.descriptions.map(\.id) + MethodCase.unregistered.map { $0.description.id })
  }

  private func distance(_ a: [Float], _ b: [Float]) -> Float { zip(a, b).reduce(Float(0)) { max($0, abs($1.0 - $1.1)) } }
  private func largest(_ values: [Float]) -> Float { values.reduce(0) { max($0, abs($1)) } }

  @Test("what changes before the first update", arguments: MethodCase.onSettings)
  func start(row: MethodCase, setting: MethodSubject.Setting) throws {
    let subject = try MethodSubject(row, setting), plain = try setting.model(on: subject.backend)
    let adapted = subject.model.projections.filter { $0.adapter != nil },
      split = row.start == .split ? adapted.map(\.linear.weight.name) : []
    for (parameter, other) in zip(subject.model.parameters, plain.parameters) where !split.contains(parameter.name) {
      #expect(parameter.tensor.values == other.tensor.values, "\(parameter.name) is the checkpoint's")
    }
    let logits = subject.logits, expected = plain.logits(MethodSubject.batch(0), pass: .evaluation).values
    let changes = subject.model.projections.map { largest($0.adapter?.weightChange?.values ?? []) }
    switch row.start {
    case .equal:
      #expect(logits == expected)
      #expect(changes.allSatisfy { $0 == 0 })
    case .rounded:
      #expect(distance(logits, expected) < 2e-6 * largest(expected))
      #expect(changes.allSatisfy { $0 < 1e-6 })
    case .split:
      #expect(distance(logits, expected) < 5e-6 * largest(expected))
      for (index, projection) in subject.model.projections.enumerated() {
        let rest = projection.linear.weight.tensor.values, change = projection.adapter?.weightChange?.values ?? []
        let whole = plain.projections[index].linear.weight.tensor.values
        #expect(distance(zip(rest, change).map { $0 + $1 }, whole) < 1e-6 && changes[index] > 1e-2 * largest(whole))
      }
    case .changed:
      #expect(logits != expected)
      #expect(distance(logits, expected) < largest(expected) / 4, "it is small")
    case .added: #expect(logits != expected)
    }
  }

  @Test("what learns at another rate than the run's is among the measures", arguments: MethodCase.onSettings)
  func rates(row: MethodCase, setting: MethodSubject.Setting) throws {
    let subject = try MethodSubject(row, setting)
    let recorded = subject.method.measures.filter { $0.key.hasPrefix("rate_factor.") }
    #expect(Set(recorded.values) == Set(subject.parameters.map(\.rateFactor)).subtracting([1]))
    #expect(recorded.isEmpty == (row.id != "lora-plus"))
  }

  @Test("matrices decay, vectors where the recipe says so, biases and norms never", arguments: MethodCase.all)
  func decay(row: MethodCase) throws {
    let subject = try MethodSubject(row), isRegistered = MethodRegistry.descriptions.contains { $0.id == row.id }
    for parameter in subject.parameters {
      #expect(parameter.decays(withVectors: false) == (parameter.shape.count > 1), "\(parameter.name)")
      let isOwnVector = parameter.group == .adapter && parameter.shape.count == 1 && !parameter.name.hasSuffix("bias")
      if isRegistered { #expect((parameter.decay == .withVectors) == isOwnVector, "\(parameter.name)") }
    }
  }

  @Test("only what is said to learn learns", arguments: MethodCase.onSettings)
  func learns(row: MethodCase, setting: MethodSubject.Setting) throws {
    let subject = try MethodSubject(row, setting)
    let backbone = subject.model.parameters.filter { $0.group == .backbone }
    let norms = subject.model.backbone.norms.flatMap(\.parameters).map(\.name)
    let head = subject.model.parameters.filter { $0.group == .head }
    for parameter in backbone {
      let learns =
        switch row.backbone {
        case .nothing: false
        case .biases: parameter.name.hasSuffix(".bias")
        case .norms: norms.contains(parameter.name)
        case .everything: true
        }
      #expect(parameter.isTrainable == learns, "\(parameter.name)")
    }
    #expect(head.isEmpty == (setting.task == .completions) && head.allSatisfy(\.isTrainable))
    #expect(subject.method.parameters.allSatisfy { $0.group == .adapter })
    #expect(
      Set(subject.method.trainedBackbone.map(\.name)) == Set(backbone.filter(\.isTrainable).map(\.name)),
      "what it trains of the model is kept, and counts")
    let learning = subject.parameters.map(\.isTrainable)
    let before = subject.bits
    let results = try subject.train(0..<3)
    for (index, parameter) in subject.parameters.enumerated() {
      if !learning[index] {
        #expect(subject.bits[index] == before[index], "\(parameter.name) is frozen")
      } else if !parameter.name.hasSuffix(".key.bias") && !parameter.name.hasSuffix(".key_proj.bias") {
        // softmax ignores a shift of all keys, so a key bias may stay as it is
        #expect(subject.bits[index] != before[index], "\(parameter.name) learns")
      }
    }
    let headCount = head.reduce(0) { $0 + $1.count }
    let expected = row.trainable(subject.adapted) + backbone.reduce(0) { $0 + ($1.isTrainable ? $1.count : 0) }
    #expect(results[0].trainable == expected)
    #expect(results[0].trainableWithHead == expected + headCount)
  }

  @Test("what is left of the method's own entries, and all that it trains of the model", arguments: MethodCase.onSettings)
  func counts(row: MethodCase, setting: MethodSubject.Setting) throws {
    let subject = try MethodSubject(row, setting)
    let own = subject.method.parameters.reduce(0) { $0 + $1.count }
    let trained = subject.model.parameters.filter { $0.isTrainable && $0.group == .backbone }.reduce(0) { $0 + $1.count }
    for step in 0..<MethodSubject.steps {
      #expect((max(1, trained)...(own + trained)).contains(subject.method.keptParameters), "after \(step) updates")
      #expect((0...own).contains(subject.method.idleParameters))
      #expect(subject.method.measures.values.allSatisfy { $0.isFinite })
      try subject.train(step..<step + 1)
      #expect(subject.method.parameters.reduce(0) { $0 + $1.count } == own, "the same parameters all the time")
    }
  }

  @Test(
    "the change of a weight is what the adapter computes", arguments: MethodCase.onSettings)
  func merging(row: MethodCase, setting: MethodSubject.Setting) throws {
    let subject = try MethodSubject(row, setting)
    try subject.train(0..<5)
    let adapted = subject.logits, scale = largest(adapted)
    let body = subject.model.backbone
    #expect(body.sublayers.contains { $0.adapter != nil } == (row.place == .sublayers))
    #expect(body.norms.contains { $0.adapter != nil } == (row.place == .norms))
    #expect((body.embedded.adapter != nil) == (row.place == .embedded))
    #expect(body.keysAndValues.contains { $0.adapter != nil } == (row.place == .keysAndValues))
    guard row.place == .projections else {
      #expect(subject.model.projections.allSatisfy { $0.adapter == nil })
      for sublayer in body.sublayers { sublayer.adapter = nil }
      for norm in body.norms { norm.adapter = nil }
      body.embedded.adapter = nil
      for place in body.keysAndValues { place.adapter = nil }
      #expect((distance(subject.logits, adapted) > 1e-3 * scale) == (row.place != .nowhere))
      return
    }
    var changes: [(tensor: Tensor, values: [Float])] = []
    for projection in subject.model.projections {
      let change = try #require(projection.adapter?.weightChange, "\(projection.path)")
      #expect(change.shape == projection.linear.weight.shape)
      // all gates of a module may be closed
      let gates = (subject.method as? SoRA)?.gates.first { $0.name == "\(projection.path).sora_gate" }?.values
      let isClosed = gates.map { $0.allSatisfy { $0 == 0 } } ?? false
      #expect(change.values.contains { $0 != 0 } != isClosed, "\(projection.path)")
      let tensors = [(projection.linear.weight.tensor, change), (projection.linear.bias?.tensor, projection.adapter?.biasChange)]
      for (tensor, change) in tensors {
        guard let tensor, let change else { continue }
        changes.append((tensor, zip(tensor.values, change.values).map { $0 + $1 }))
      }
      projection.adapter = nil
    }
    let bare = subject.logits
    for (tensor, values) in changes { tensor.assign(values) }
    #expect(distance(adapted, subject.logits) < 2e-5 * scale)
    #expect(distance(adapted, bare) > 1e-3 * scale, "the adapter does something")
  }

  @Test("a restored method goes on with the same bits", arguments: MethodCase.all, [0, 2, 5, 8, 105])
  func restoring(row: MethodCase, pause: Int) throws {
    // a hundred more: on tags for tokens
    let (setting, pause) = (pause < 100 ? MethodSubject.Setting.roberta : MethodSubject.Setting.tagging, pause % 100)
    let straight = try MethodSubject(row, setting)
    try straight.train(0..<pause)
    let state = straight.method.state
    let file = FileManager.default.temporaryDirectory.appending(path: "lowrank-contract-\(UUID().uuidString).safetensors")
    defer { try? FileManager.default.removeItem(at: file) }
    let checkpoint = Checkpoint(url: file, identity: "any")
    try checkpoint.write(straight.stepper.optimizer.saved(), texts: [:])
    let rest = try straight.train(pause..<MethodSubject.steps)

    let resumed = try MethodSubject(row, setting, restoring: state)
    #expect(resumed.parameters.map(\.name) == straight.parameters.map(\.name))
    try resumed.stepper.optimizer.restore(try #require(try checkpoint.contents()))
    #expect(resumed.method.state == state)
    #expect(try resumed.train(pause..<MethodSubject.steps) == rest)
    #expect(resumed.bits == straight.bits)
    #expect(resumed.method.state == straight.method.state)
    #expect(resumed.method.diagnostics == straight.method.diagnostics)
    #expect(resumed.method.keptParameters == straight.method.keptParameters)
    #expect(resumed.method.idleParameters == straight.method.idleParameters)
  }

  @Test("what is recorded has names that fit", arguments: MethodCase.onSettings)
  func diagnostics(row: MethodCase, setting: MethodSubject.Setting) throws {
    let subject = try MethodSubject(row, setting)
    for step in 0...MethodSubject.steps {
      let diagnostics = subject.method.diagnostics
      #expect(Set(diagnostics.map(\.path)).count == diagnostics.count)
      for diagnostic in diagnostics {
        for (dimension, size) in zip(diagnostic.dimensions, diagnostic.shape) {
          #expect(diagnostic.names[dimension].map { $0.count == size } ?? true, "\(diagnostic.path): \(dimension)")
        }
      }
      #expect(Set(subject.method.state.map(\.path)).count == subject.method.state.count)
      if step < MethodSubject.steps { try subject.train(step..<step + 1) }
    }
  }

  @Test("initial values are a function of the seed", arguments: MethodCase.all)
  func seeds(row: MethodCase) throws {
    let configuration = MethodSubject.configuration(.bert)
    func values(_ seed: UInt64) throws -> [Float] {
      let backend = try CPUBackend(threads: 1)
      let model = try ModelLoader.random(configuration, seed: 5, on: backend)
      let host = MethodSubject.host(model, seed: seed, steps: 10, on: backend)
      let method = try MethodRegistry.attach(row.method, options: row.options, to: host)
      let shared = (method as? VeRA).map { $0.sharedA.values + $0.sharedB.values } ?? []
      return shared + method.parameters.flatMap(\.tensor.values)
    }
    let first = try values(1)
    #expect(try values(1) == first)
    if row.draws { #expect(try values(2) != first) }
  }
}
