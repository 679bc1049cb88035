// What runs are computed on. This is the one place that knows which backends there are.
import CPUBackend
import Tensors

/// A kind of hardware with a backend for it.
package enum Device: Sendable {
  /// The processor of this machine.
  case processor

  /// The most threads that a backend starts.
  package static let mostThreads = CPUBackend.mostThreads

  /// A backend of its own, for one task.
  ///
  /// - Parameter threads: they share the work, and change no number.
  /// - Throws: `BackendError` where there are too many.
  package func backend(threads: Int) throws -> any Backend {
    switch self {
    case .processor: try CPUBackend(threads: threads)
    }
  }
}
