// The version of the program's arithmetic.

/// The arithmetic of this program.
package enum Numerics {
  /// Raised whenever a change of the code changes the numbers of a run; part of every run's identity.
  package static let version = 3
}
