import Records
import Settings

/// `record.json` beside a pre-trained model.
package struct PretrainingRecord: Codable, Sendable, Equatable {
  /// SHA-256 of the recipe and the numerics version.
  package var identity: String
  /// The recipe as canonical JSON.
  package var recipe: JSONValue
  package var seed: Int
  package var steps: Int
  package var tokens: Int
  /// Parameters of the encoder.
  package var parameters: Int
  /// The level of difficulty at the end, by kind of row.
  package var levels: [String: Double]
  /// What was found in the last updates, by kind of row.
  package var found: [String: String]
  /// SHA-256 by file.
  package var digests: [String: String]
  package var numericsVersion: Int
  package var program: ProgramVersion
  package var environment: RunEnvironment
  package var seconds: Double

  private enum CodingKeys: String, CodingKey {
    case identity, recipe, seed, steps, tokens, parameters, levels, found, digests
    case numericsVersion = "numerics_version"
    case program, environment, seconds
  }
}
