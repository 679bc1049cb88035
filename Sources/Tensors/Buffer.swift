/// A run of float32 numbers that a backend owns; its memory goes back to the backend's pool with the last reference.
public class Buffer {
  /// How many numbers it holds.
  public let count: Int

  init(count: Int) {
    self.count = count
  }
}

/// Memory of the processor itself.
final class HostBuffer: Buffer {
  let pointer: UnsafeMutablePointer<Float>
  private let capacity: Int
  private let pool: BufferPool

  init(count: Int, pool: BufferPool) {
    (pointer, capacity) = pool.take(count)
    self.pool = pool
    super.init(count: count)
  }

  deinit {
    pool.give(pointer, capacity: capacity)
  }
}

/// Keeps freed memory for the next step, which asks for about the same sizes: a step in the steady state allocates nothing.
///
/// Sizes are rounded up to an eighth of a power of two, so that batches of different lengths share memory. Not thread-safe: one
/// backend, its tensors and its pool belong to one task.
final class BufferPool {
  private var free: [Int: [UnsafeMutablePointer<Float>]] = [:]
  /// Numbers handed out now, and the most ever handed out at one time.
  private(set) var inUse = 0
  private(set) var peak = 0
  /// How often memory had to come from the system.
  private(set) var allocations = 0
  private var cached = 0

  static func capacity(for count: Int) -> Int {
    guard count > 64 else { return 64 }
    let power = Int.bitWidth - (count - 1).leadingZeroBitCount
    let step = max(64, 1 << (power - 4))
    return (count + step - 1) / step * step
  }

  func take(_ count: Int) -> (UnsafeMutablePointer<Float>, Int) {
    let capacity = Self.capacity(for: count)
    inUse += capacity
    peak = max(peak, inUse)
    if let pointer = free[capacity]?.popLast() {
      cached -= capacity
      return (pointer, capacity)
    }
    allocations += 1
    // sixty-four bytes: one cache line, one AVX-512 register
    let raw = UnsafeMutableRawPointer.allocate(byteCount: capacity * MemoryLayout<Float>.stride, alignment: 64)
    return (raw.bindMemory(to: Float.self, capacity: capacity), capacity)
  }

  func give(_ pointer: UnsafeMutablePointer<Float>, capacity: Int) {
    inUse -= capacity
    // what is cached beyond the most ever in use can never be asked for at once
    if cached + capacity > max(peak / 2, 1 << 20) {
      UnsafeMutableRawPointer(pointer).deallocate()
    } else {
      cached += capacity
      free[capacity, default: []].append(pointer)
    }
  }

  deinit {
    for pointers in free.values {
      for pointer in pointers { UnsafeMutableRawPointer(pointer).deallocate() }
    }
  }
}
