// What the files that a run would read today are known by, for comparison with what a record says it read.

/// The digests of a run's inputs as they are now; nil for what is not at hand.
package struct InputDigests: Sendable, Equatable {
  /// SHA-256 of the checkpoint's configuration and weights.
  package let model: String?
  /// SHA-256 of the tokenizer's files.
  package let tokenizer: String?
  /// SHA-256 of the task's files.
  package let data: String?

  /// Makes digests from their parts.
  package init(model: String? = nil, tokenizer: String? = nil, data: String? = nil) {
    self.model = model
    self.tokenizer = tokenizer
    self.data = data
  }

  /// What has changed since a record was made, each a phrase; empty where it is of these inputs, as far as they are at hand.
  package func changes(since record: RunRecord) -> [String] {
    func hasChanged(_ now: String?, _ before: String) -> Bool { now.map { $0 != before } ?? false }
    var changes: [String] = []
    if hasChanged(model, record.digests.model) { changes.append("model files changed") }
    if hasChanged(tokenizer, record.digests.tokenizer) { changes.append("tokenizer files changed") }
    if hasChanged(data, record.digests.data) { changes.append("data files changed") }
    if record.numericsVersion != Numerics.version {
      changes.append("numerics version \(record.numericsVersion) → \(Numerics.version)")
    }
    return changes
  }
}
