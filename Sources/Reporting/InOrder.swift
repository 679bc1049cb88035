// Work on many values at a time whose results come in the values' order, whatever core was first.
import Foundation
import Synchronization

/// Reads and makes many things of one kind: a table of thousands of runs is thousands of files.
enum InOrder {
  /// The most threads at work: every command may have as many, whatever the machine's limits.
  private static let mostThreads = 4

  /// What `body` makes of each value, in the order of the values.
  static func map<Value: Sendable, Made: Sendable>(_ values: [Value], _ body: @Sendable (Value) -> Made) -> [Made] {
    let lanes = min(values.count, mostThreads, ProcessInfo.processInfo.activeProcessorCount)
    guard lanes > 1 else { return values.map(body) }
    let next = Atomic(0), made = Mutex([Made?](repeating: nil, count: values.count))
    DispatchQueue.concurrentPerform(iterations: lanes) { _ in
      while case let index = next.wrappingAdd(1, ordering: .relaxed).oldValue, index < values.count {
        let one = body(values[index])
        made.withLock { $0[index] = one }
      }
    }
    return made.withLock { $0.compactMap(\.self) }
  }
}
