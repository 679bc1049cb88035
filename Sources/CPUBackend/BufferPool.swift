// The processor's memory, kept for the next step.
import Foundation
import Tensors

/// Memory of the processor itself, and its way back into the pool.
final class HostMemory {
  let address: UnsafeMutableRawPointer
  private let capacity: Int
  private let pool: BufferPool

  /// Room for so many bytes.
  init(bytes: Int, pool: BufferPool) {
    (address, capacity) = pool.take((bytes + 3) / 4)
    self.pool = pool
  }

  deinit {
    pool.give(address, capacity: capacity)
  }
}

/// Keeps freed memory for the next step, which asks for about the same sizes: a step in the steady state allocates nothing.
///
/// Sizes are counted in units of four bytes, one float32. They are rounded up to an eighth of a power of two, and a request is served from up to three sizes above, so that batches of
/// different lengths share memory. What has lain unused longest goes first. Not thread-safe: one backend, its tensors and its pool
/// belong to one task.
final class BufferPool {
  /// Bytes of a unit.
  static let unit = 4

  private struct Idle {
    var pointer: UnsafeMutableRawPointer
    var since: Int
  }

  /// Idle memory by capacity, the longest idle first.
  private var idle: [Int: [Idle]] = [:]
  private var cached = 0
  private var clock = 0
  /// Units handed out now, and the most ever handed out at one time.
  private(set) var inUse = 0
  private(set) var peak = 0
  /// How often memory had to come from the system.
  private(set) var allocations = 0

  static func capacity(for count: Int) -> Int {
    guard count > 64 else { return 64 }
    let power = Int.bitWidth - (count - 1).leadingZeroBitCount
    let step = max(64, 1 << (power - 4))
    return (count + step - 1) / step * step
  }

  func take(_ count: Int) -> (UnsafeMutableRawPointer, Int) {
    let smallest = Self.capacity(for: count)
    var capacity = smallest
    for _ in 0..<4 {
      if let found = idle[capacity]?.popLast() {
        cached -= capacity
        handOut(capacity)
        return (found.pointer, capacity)
      }
      capacity = Self.capacity(for: capacity + 1)
    }
    allocations += 1
    handOut(smallest)
    return (Self.memory(bytes: smallest * Self.unit), smallest)
  }

  /// Bytes of a large page.
  private static let largePage = 1 << 21

  /// Memory from the system. What takes whole large pages is asked for in such, where the system has them: weights then come into the
  /// processor a tenth faster.
  private static func memory(bytes: Int) -> UnsafeMutableRawPointer {
    // sixty-four bytes: one cache line, one AVX-512 register
    guard bytes >= largePage else { return .allocate(byteCount: bytes, alignment: 64) }
    let memory = UnsafeMutableRawPointer.allocate(byteCount: bytes, alignment: largePage)
    // a wish: where it is not heard, pages are small
    _ = madvise(memory, bytes / largePage * largePage, MADV_HUGEPAGE)
    return memory
  }

  private func handOut(_ capacity: Int) {
    inUse += capacity
    peak = max(peak, inUse)
  }

  func give(_ pointer: UnsafeMutableRawPointer, capacity: Int) {
    inUse -= capacity
    clock += 1
    cached += capacity
    idle[capacity, default: []].append(Idle(pointer: pointer, since: clock))
    // all that one moment could ask for may lie idle, but no more than that
    while inUse + cached > peak + peak / 8 + (1 << 20) { releaseLongestIdle() }
  }

  private func releaseLongestIdle() {
    // times are unique, so the dictionary's order has no say
    let oldest = idle.min { ($0.value.first?.since ?? .max) < ($1.value.first?.since ?? .max) }
    guard let capacity = oldest?.key, let found = idle[capacity]?.first else { return }
    idle[capacity]?.removeFirst()
    cached -= capacity
    found.pointer.deallocate()
  }

  deinit {
    for all in idle.values {
      for found in all { found.pointer.deallocate() }
    }
  }
}
