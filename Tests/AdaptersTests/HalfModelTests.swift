// Models whose matrices are bfloat16: as their checkpoint has them, or rounded by a recipe.
import CPUBackend
import Foundation
import Layers
import Models
import Tensors
import TestSupport
import Testing

@testable import Adapters
@testable import Training

@Suite("Models of bfloat16 matrices")
struct HalfModelTests {
  /// The bits of a few updates of a method on the model in a folder.
  private func train(_ row: MethodCase, in folder: URL, rounding: Bool = false) throws -> (
    bits: [[UInt32]], halves: Int, bytes: Int
  ) {
    let backend = try CPUBackend(threads: 1)
    let model = try ModelLoader.load(folder: folder, seed: 1, on: backend).model
    let host = MethodSubject.host(model, steps: 10, on: backend)
    if rounding, try !row.method.trainsMatrices { host.roundMatrices() }
    let subject = try MethodSubject(row.method, row.options, on: model, backend: backend)
    let halves = model.parameters.count { $0.tensor.isHalf }
    try subject.train(0..<4)
    return (subject.bits, halves, backend.peakBytes)
  }

  private func withCheckpoints(
    _ architecture: Architecture, _ body: (_ half: URL, _ wide: URL, _ plain: URL) throws -> Void
  ) throws {
    try withTemporaryFolder { folder in
      let model = try ModelLoader.random(MethodSubject.configuration(architecture), seed: 5, on: CPUBackend(threads: 1))
      let places = ["half", "wide", "plain"].map { folder.appending(path: $0) }
      try ModelWriter.save(model, as: .bfloat16, to: places[0])
      try ModelWriter.save(model, to: places[2])
      for parameter in model.parameters {
        let shape = parameter.shape, tensor = Tensor(parameter.tensor.values, shape: shape, on: parameter.tensor.backend)
        tensor.roundToHalf()
        parameter.tensor.assign(tensor.widened)
      }
      try ModelWriter.save(model, to: places[1])
      try body(places[0], places[1], places[2])
    }
  }

  @Test(
    "a bfloat16 checkpoint trains to the bits of the same one widened",
    arguments: MethodCase.pairs(MethodCase.all, [Architecture.roberta, .deberta]) { $0 })
  func stored(row: MethodCase, architecture: Architecture) throws {
    try withCheckpoints(architecture) { half, wide, _ in
      let (found, expected) = (try train(row, in: half), try train(row, in: wide))
      #expect(found.bits == expected.bits)
      #expect((found.halves == 0) == (try row.method.trainsMatrices) && expected.halves == 0)
    }
  }

  @Test("a recipe that rounds them trains to other bits, but for a method whose matrices learn", arguments: MethodCase.all)
  func rounded(row: MethodCase) throws {
    try withCheckpoints(row.encoder) { _, _, plain in
      let (found, expected) = (try train(row, in: plain, rounding: true), try train(row, in: plain))
      #expect((found.bits == expected.bits) == (try row.method.trainsMatrices))
      #expect((found.halves == 0) == (try row.method.trainsMatrices))
    }
  }

  @Test("they are rounded as they are read: no more than one is there unrounded")
  func reading() throws {
    try withCheckpoints(.deberta) { _, wide, plain in
      let backends = try [CPUBackend(threads: 1), CPUBackend(threads: 1), CPUBackend(threads: 1)]
      let rounded = try ModelLoader.load(folder: plain, seed: 1, on: backends[0], roundsMatrices: true).model
      let expected = try ModelLoader.load(folder: wide, seed: 1, on: backends[1]).model
      for (one, other) in zip(rounded.parameters, expected.parameters) where one.group == .backbone {
        #expect(one.tensor.values == other.tensor.values && one.tensor.isHalf == (one.shape.count == 2), "\(one.name)")
      }
      let late = try ModelLoader.load(folder: plain, seed: 1, on: backends[2]).model
      MethodSubject.host(late, steps: 1, on: backends[2]).roundMatrices()
      #expect(backends[0].peakBytes < backends[2].peakBytes)
    }
  }

  @Test("an adapter is folded into them, and what is written is the sum, not rounded")
  func merged() throws {
    try withCheckpoints(.roberta) { half, wide, _ in
      let weights = try [half, wide].map { folder -> [[Float]] in
        let backend = try CPUBackend(threads: 1), model = try ModelLoader.load(folder: folder, seed: 1, on: backend).model
        let row = try #require(MethodCase.all.first { $0.id == "dora" })
        try MethodSubject(row.method, row.options, on: model, backend: backend).train(0..<3)
        return model.projections.map { projection in
          let change = projection.adapter?.weightChange
          return change.map { projection.linear.weight.tensor.adding($0).values } ?? []
        }
      }
      #expect(weights[0] == weights[1] && weights[0].allSatisfy { !$0.isEmpty })
    }
  }
}
