// The three sizes at which every manifest can be run.

/// The size at which a manifest is run.
package enum Profile: String, Sendable, Codable, CaseIterable {
  /// The project's own small models and generated tasks.
  case pocket
  /// A small pre-trained encoder on real data.
  case small
  /// The paper's own model and data.
  case paper
}
