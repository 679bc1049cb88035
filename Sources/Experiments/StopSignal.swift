// Ctrl-C: the runs end their step, save a checkpoint and end; a second one ends the program at once.
import CSignals
import Foundation

/// Turns SIGINT, SIGTERM, SIGHUP and SIGXCPU into a flag that runs look at after every step.
///
/// The answer, `stopping after this step; again to quit`, comes from the handler itself, so that no thread need be free for it.
package struct StopSignal: Sendable {
  private static let text = "stopping after this step; again to quit"
  nonisolated(unsafe) private static let plain = strdup("stopping after this step\n")
  /// Handed to the handler for good. On a terminal the line of progress, or `^C`, stands in its place.
  nonisolated(unsafe) private static let announcement = strdup((isatty(2) == 1 ? "\n" : "") + text + "\n")
  nonisolated(unsafe) private static let object = strdup("{\"event\":\"note\",\"message\":\"\(text)\"}\n")

  /// Takes over the signals; one that came before is forgotten.
  /// - Parameter answersInJSON: whether the answer is an object on a line of its own.
  package init(answersInJSON: Bool = false) { lr_stop_install(answersInJSON ? Self.object : Self.announcement) }

  /// Takes over the signals of a program that a cluster has started: SIGUSR1, which comes before a time limit, is among them, and what comes
  /// after the first changes nothing.
  package static func unattended() -> StopSignal { StopSignal(installed: lr_stop_install_unattended(plain)) }

  private init(installed: Void) {}

  /// Lets a signal end the program at once again, as before: what follows the runs has nothing to save.
  package func end() { lr_stop_remove() }

  /// The signal that came, or 0.
  package var received: Int32 { lr_stop_received() }
}
