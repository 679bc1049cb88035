import Synchronization

/// Says when as many updates are done.
final class Countdown: Sendable {
  private let left: Mutex<Int>

  init(_ count: Int) { left = Mutex(count) }

  /// Counts one more, and says whether it was the last or a later one.
  func isOver() -> Bool {
    left.withLock {
      $0 -= 1
      return $0 <= 0
    }
  }
}
