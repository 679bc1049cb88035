// Threads for runs: training blocks the thread that it is on for minutes, so it must have none of a shared pool.
import Foundation
import Synchronization

/// Runs work side by side on threads of its own.
enum JobThreads {
  private final class Job: Sendable {
    let body: @Sendable () -> Void

    init(_ body: @escaping @Sendable () -> Void) { self.body = body }
  }

  /// Calls `body` on `count` new threads at once, and returns when all calls have.
  ///
  /// - Throws: `ExperimentError.noThreads` where the system gives fewer; `cancel` is called first, and `body` returns on those that
  ///   there are.
  static func run(_ count: Int, cancel: () -> Void, _ body: @escaping @Sendable () -> Void) throws {
    var attributes = pthread_attr_t()
    pthread_attr_init(&attributes)
    pthread_attr_setstacksize(&attributes, 8 << 20)
    defer { pthread_attr_destroy(&attributes) }
    var threads: [pthread_t] = []
    defer { for thread in threads { pthread_join(thread, nil) } }
    for started in 0..<count {
      var thread = pthread_t()
      let job = Unmanaged.passRetained(Job(body))
      let status = pthread_create(
        &thread, &attributes,
        { pointer in
          if let pointer { Unmanaged<Job>.fromOpaque(pointer).takeRetainedValue().body() }
          return nil
        }, job.toOpaque())
      guard status == 0 else {
        job.release()
        cancel()
        throw ExperimentError.noThreads(asked: count, given: started)
      }
      threads.append(thread)
    }
  }
}
