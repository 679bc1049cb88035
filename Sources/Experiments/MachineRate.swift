// How fast this machine trains, before it has trained anything: from products that are timed for a moment.
import Devices
import Tensors

/// Operations that training does a second, in one job of one thread.
enum MachineRate {
  /// The part of a step that is spent in products, of those that were measured (notebooks-md/guide/gate-and-bench.md): 0.68 to 0.82.
  private static let share = 0.7

  /// Times products of `[512, 768]` and `[768, 768]` for a fifth of a second; nil where no backend can be had.
  static func measured() -> Double? {
    guard let backend = try? Device.processor.backend(threads: 1) else { return nil }
    let (m, n, k) = (512, 768, 768)
    let a = backend.upload([Float](repeating: 0.5, count: m * k)), b = backend.upload([Float](repeating: 0.25, count: k * n))
    let c = backend.allocate(m * n)
    func multiply() {
      backend.matmul(a, .none, b, .transposed, into: c, m: m, n: n, k: k, factor: 1, accumulate: false, bias: nil)
    }
    multiply()
    let start = ContinuousClock.now
    var count = 0
    while ContinuousClock.now - start < .milliseconds(200) {
      multiply()
      count += 1
    }
    return Double(count) * 2 * Double(m * n * k) / (ContinuousClock.now - start).seconds * share
  }
}
