// Ctrl-C: the runs save a checkpoint and end; a second one ends the program at once.
@preconcurrency import Dispatch
import Foundation
import Synchronization

/// Turns SIGINT and SIGTERM into a flag that runs look at.
public final class StopSignal: Sendable {
  private let flag = Atomic<Int32>(0)
  private let sources: [any DispatchSourceSignal]

  public init() {
    sources = [SIGINT, SIGTERM].map { number in
      signal(number, SIG_IGN)
      return DispatchSource.makeSignalSource(signal: number, queue: .global())
    }
    for (source, number) in zip(sources, [SIGINT, SIGTERM]) {
      source.setEventHandler { [weak self] in
        guard let self else { return }
        if self.flag.exchange(number, ordering: .relaxed) != 0 { exit(128 + number) }
      }
      source.resume()
    }
  }

  /// The signal that came, or 0.
  public var received: Int32 { flag.load(ordering: .relaxed) }
}
