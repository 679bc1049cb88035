// Memory for runs that go side by side: a run begins when what it will need is there, and not beside others that leave too little.
import Foundation
import Synchronization

/// What the runs of one call may take together.
final class MemoryLedger: Sendable {
  /// What a run is expected to take.
  struct Need: Sendable, Equatable {
    /// Tensors at their peak.
    var tensors: Int
    /// Threads that it computes with.
    var threads: Int

    /// Address space of a thread: 8 MiB of stack, and the 64 MiB that the C library sets aside for what it allocates.
    private static let ofThread = (8 + 64) << 20
    /// What a run takes beside tensors: examples, files as they are read and written.
    private static let beside = 64 << 20

    /// Address space.
    var mapped: Int { Self.sum(Self.sum(tensors, Self.beside), threads > 1 << 20 ? .max : threads * Self.ofThread) }
    /// Memory.
    var used: Int { Self.sum(tensors, Self.beside) }

    static func sum(_ a: Int, _ b: Int) -> Int {
      let (sum, overflows) = a.addingReportingOverflow(b)
      return overflows ? .max : sum
    }
  }

  private let free: FreeMemory?
  private let taken = Mutex<[Need]>([])

  init(free: FreeMemory? = FreeMemory.now()) { self.free = free }

  /// Whether the run can begin now beside those that have; if so it is counted until `release`.
  ///
  /// - Throws: `ExperimentError.noMemory` where it could not begin even alone.
  func admit(_ need: Need) throws -> Bool {
    try taken.withLock { taken in
      if let free, need.used > free.bytes {
        throw ExperimentError.noMemory(needed: need.used, free: free.bytes, source: free.source)
      }
      let others = taken.reduce(0) { Need.sum($0, $1.used) }
      let fits = free.map { need.used <= $0.bytes - min(others, $0.bytes) } ?? true
      // the others may not have taken yet what they need
      if fits, ProcessLimits.canMap(taken.reduce(need.mapped) { Need.sum($0, $1.mapped) }) {
        taken.append(need)
        return true
      }
      guard !taken.isEmpty else {
        throw ExperimentError.noAddressSpace(needed: need.mapped, limit: ProcessLimits.addressSpace)
      }
      return false
    }
  }

  /// The run has ended.
  func release(_ need: Need) {
    taken.withLock { taken in
      if let index = taken.firstIndex(of: need) { taken.remove(at: index) }
    }
  }
}
