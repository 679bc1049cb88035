/// The arithmetic of this program.
public enum Numerics {
  /// Raised whenever a change of the code changes the numbers of a run; part of every run's identity.
  public static let version = 1
}
