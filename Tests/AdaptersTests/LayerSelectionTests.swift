// Which layers LoRA-drop keeps, from importances chosen by hand.
import CPUBackend
import Layers
import Tensors
import Testing

@testable import Adapters

@Suite("LoRA-drop's selection")
struct LayerSelectionTests {
  private static let importance = [0.1, 0.4, 0.2, 0.25, 0.05]

  /// The layers with a LoRA of their own; the query and value of five layers have the same importances.
  private func own(
    _ variant: LayerSelection.Variant = .share, threshold: Double = 0.8, keep: Int? = nil, seed: UInt64 = 1,
    importance: [Double] = importance
  ) throws -> [Int] {
    let selection = LayerSelection(variant: variant, threshold: threshold, keep: keep, seed: seed)
    let both = selection.choices(
      importance.flatMap { [$0, $0] }, layers: importance.indices.flatMap { [$0, $0] },
      roles: importance.indices.flatMap { _ in [ProjectionRole.query, .value] }, on: try CPUBackend(threads: 1))
    let choices = stride(from: 0, to: both.count, by: 2).map { both[$0] }
    if variant != .random {
      #expect(stride(from: 1, to: both.count, by: 2).map { both[$0] } == choices, "each role by itself")
    }
    let rest: LayerSelection.Choice = [.withoutShare, .onlyMost, .onlyLeast].contains(variant) ? .none : .shared
    #expect(choices.allSatisfy { $0 == .own || $0 == rest })
    return choices.indices.filter { choices[$0] == .own }
  }

  @Test("from the most important on, until the threshold is reached")
  func threshold() throws {
    #expect(try own(threshold: 0) == [])
    #expect(try own(threshold: 0.39) == [1])
    #expect(try own(threshold: 0.4) == [1])
    #expect(try own(threshold: 0.41) == [1, 3])
    #expect(try own(threshold: 0.8) == [1, 2, 3])
    #expect(try own(threshold: 0.85) == [1, 2, 3], "a sum that misses it by a rounding has reached it")
    #expect(try own(threshold: 0.9) == [0, 1, 2, 3])
    #expect(try own(threshold: 1) == [0, 1, 2, 3, 4])
    #expect(try own(threshold: 1, importance: [1, 0, 0]) == [0, 1, 2], "1 keeps what has no importance too")
    #expect(try own(threshold: 0.5, importance: [0.25, 0.25, 0.25, 0.25]) == [0, 1], "of equal ones the first")
  }

  @Test("the variants")
  func variants() throws {
    #expect(try own(.withoutShare) == [1, 2, 3])
    #expect(try own(.inverse) == [0, 4])
    #expect(try own(.top) == [2, 3, 4])
    #expect(try own(.least) == [0, 2, 4])
    #expect(try own(.onlyMost) == [1, 2, 3])
    #expect(try own(.onlyLeast) == [0, 2, 4])
    let drawn = try (1...20).map { try own(.random, seed: $0) }
    #expect(drawn.allSatisfy { $0.count == 3 })
    #expect(Set(drawn).count > 3)
    #expect(try own(.random, seed: 7) == drawn[6])
  }

  @Test("a number to keep in place of the threshold")
  func keep() throws {
    #expect(try own(keep: 1) == [1])
    #expect(try own(.inverse, keep: 1) == [0, 2, 3, 4])
    #expect(try own(.top, keep: 2) == [3, 4])
    #expect(try own(.least, keep: 2) == [0, 4])
    #expect(try own(.random, keep: 4).count == 4)
    #expect(try own(keep: 9) == [0, 1, 2, 3, 4])
  }

  @Test("numbers that are known beforehand, by role")
  func counts() throws {
    var selection = LayerSelection(variant: .onlyLeast, threshold: 0.9, seed: 1)
    selection.counts = [.query: 1, .value: 2]
    let roles: [ProjectionRole] = [.query, .value, .query, .value, .query, .value]
    let choices = selection.choices(
      [0.5, 0.1, 0.2, 0.3, 0.3, 0.6], layers: [0, 0, 1, 1, 2, 2], roles: roles, on: try CPUBackend(threads: 1))
    #expect(choices == [.none, .own, .own, .own, .none, .none])
  }

  @Test("importance is the share among the layers of a role; even where nothing is put out")
  func importance() {
    let roles: [ProjectionRole] = [.query, .value, .query, .value]
    #expect(OutputNorms.importance([[1, 2], [5], [6, 3], [15]], roles: roles) == [0.25, 0.25, 0.75, 0.75])
    #expect(OutputNorms.importance([[0], [1], [0], [0]], roles: roles) == [0.5, 1, 0.5, 0])
  }
}
