// Holm's adjustment against R's `p.adjust`.
import Testing

@testable import Metrics

@Suite struct HolmAdjustmentTests {
  @Test func valuesAreRsOwn() {
    // p.adjust(c(0.01, 0.04, 0.03, 0.005), "holm")
    let adjusted = holmAdjusted([0.01, 0.04, 0.03, 0.005])
    for (value, expected) in zip(adjusted, [0.03, 0.06, 0.06, 0.02]) { #expect(abs(value - expected) < 1e-15) }
    #expect(holmAdjusted([0.5, 0.75]) == [1, 1])
    #expect(holmAdjusted([0.25]) == [0.25])
    #expect(holmAdjusted([]) == [])
  }
}
