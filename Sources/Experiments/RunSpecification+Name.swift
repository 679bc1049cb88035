import Manifests

extension RunSpecification {
  /// `aflora rte seed 3`
  public var shortName: String { "\(row) \(task) seed \(seed)" }
}
