// How fast a plain loop reads.
import CPUBackend
import Testing

@testable import Experiments

@Suite("The plain loop that reads")
struct ReadBandwidthTests {
  @Test("some bytes in a second, on any number of threads", arguments: [1, 2])
  func rate(threads: Int) throws {
    let rate = try ReadBandwidth.bytesPerSecond(on: CPUBackend(threads: threads), count: 1 << 20, sums: 2)
    #expect(rate > 0 && rate.isFinite)
  }
}
