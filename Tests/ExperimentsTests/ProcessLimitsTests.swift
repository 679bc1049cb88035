// The program under limits that leave it too little: a message, never a trap or an endless loop.
import Foundation
import TestSupport
import Testing

@testable import Experiments

@Suite("Limits of the process")
struct ProcessLimitsTests {
  @Test(
    "each has its message",
    arguments: [
      ("-n 10", "this process may have 10 files open at once, but needs 64. Raise the limit (ulimit -n 64), or lower --jobs\n"),
      ("-n 16", "this process may have 16 files open at once, but needs 64. "),
      ("-v 300000", "of address space, which lowrank needs: ulimit -v 300000. Raise that limit\n"),
      ("-d 300000", "of address space, which lowrank needs: ulimit -d 300000. Raise that limit\n"),
      ("-s 100", "a stack of 1024 KB, which lowrank needs: ulimit -s 100. Raise that limit\n"),
      ("-f 0", "File too large"),
    ])
  func message(limit: String, expected: String) throws {
    let tiny = try TinyProgram()
    let command = "ulimit \(limit); exec \"$0\" \"$@\""
    let result = try execute(
      URL(filePath: "/bin/bash"), ["-c", command, tiny.program.path, "run", "tiny", "--jobs", "1"] + tiny.folders("results"))
    // a run that cannot be written failed; the others keep the program from beginning
    #expect(result.status == (limit == "-f 0" ? 3 : 1), "\(result.output)")
    #expect(result.output.contains(expected), "\(result.output)")
  }

  @Test("a soft limit on files is raised")
  func soft() throws {
    let tiny = try TinyProgram()
    let result = try execute(
      URL(filePath: "/bin/bash"),
      ["-c", "ulimit -S -n 10; exec \"$0\" \"$@\"", tiny.program.path, "run", "tiny", "--jobs", "3"] + tiny.folders("results"))
    #expect(result.status == 0, "\(result.output)")
  }

  @Test("a run that needs more memory than is free is refused, one that needs what others hold waits")
  func ledger() throws {
    let ledger = MemoryLedger(free: FreeMemory(bytes: 1 << 30, source: "of the machine"))
    let small = MemoryLedger.Need(tensors: 400 << 20, threads: 1), large = MemoryLedger.Need(tensors: 900 << 20, threads: 1)
    #expect(try ledger.admit(small))
    #expect(try ledger.admit(small))
    #expect(try !ledger.admit(small))
    ledger.release(small)
    #expect(try !ledger.admit(large))
    ledger.release(small)
    #expect(try ledger.admit(large))
    #expect {
      try ledger.admit(MemoryLedger.Need(tensors: 1 << 30, threads: 1))
    } throws: { error in
      "\(error)".hasPrefix("it needs about 1140 MB of memory, but 1073 MB of the machine are free. Lower the batch or the length ")
    }
    #expect(throws: ExperimentError.self) { try ledger.admit(MemoryLedger.Need(tensors: .max, threads: .max)) }
  }

  @Test("what cannot be mapped is refused when nothing else holds it")
  func addressSpace() throws {
    let ledger = MemoryLedger(free: nil)
    #expect { try ledger.admit(MemoryLedger.Need(tensors: 1 << 60, threads: 1)) } throws: { error in
      "\(error)".contains("of address space, which is more than ")
    }
    #expect(ProcessLimits.canMap(1 << 20) && ProcessLimits.canMap(0) && !ProcessLimits.canMap(.max))
  }

  @Test("free memory is what the system says")
  func free() throws {
    let free = try #require(FreeMemory.now())
    #expect(free.bytes > 1 << 20 && free.bytes < 1 << 50)
  }

  @Test("jobs have threads of their own, however many the machine has cores")
  func threads() throws {
    let count = 4 * ProcessInfo.processInfo.activeProcessorCount
    let barrier = UnsafeMutablePointer<pthread_barrier_t>.allocate(capacity: 1)
    defer { barrier.deallocate() }
    pthread_barrier_init(barrier, nil, UInt32(count))
    nonisolated(unsafe) let all = barrier
    // each waits for all the others: with fewer threads than jobs it would never end
    try JobThreads.run(count, cancel: {}) { pthread_barrier_wait(all) }
    pthread_barrier_destroy(barrier)
  }
}
