import Records
import Settings

/// `record.json` beside a pre-trained model.
package struct PretrainingRecord: Codable, Sendable, Equatable {
  /// SHA-256 of the recipe and the numerics version.
  package var identity: String
  /// The recipe as canonical JSON.
  package var recipe: JSONValue
  /// The manifest's seed.
  package var seed: Int
  /// Updates that were made.
  package var steps: Int
  /// Tokens that went through them.
  package var tokens: Int
  /// Parameters of the encoder.
  package var parameters: Int
  /// The level of difficulty at the end, by kind of row.
  package var levels: [String: Double]
  /// What was found in the last updates, by kind of row.
  package var found: [String: String]
  /// SHA-256 by file.
  package var digests: [String: String]
  /// The version of the arithmetic (`Numerics.version`) that made it.
  package var numericsVersion: Int
  /// The commit that made it.
  package var program: ProgramVersion
  /// The machine that made it.
  package var environment: RunEnvironment
  /// How long it took.
  package var seconds: Double

  private enum CodingKeys: String, CodingKey {
    case identity, recipe, seed, steps, tokens, parameters, levels, found, digests
    case numericsVersion = "numerics_version"
    case program, environment, seconds
  }
}
