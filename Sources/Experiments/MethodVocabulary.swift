// What manifests may say about methods, tasks and metrics: the registries' own descriptions, handed to the validator.
import Adapters
import Datasets
import Manifests
import Metrics
import Settings

extension ManifestVocabulary {
  /// Every method of the registry, GLUE's tasks and all metrics.
  public static var registered: ManifestVocabulary {
    ManifestVocabulary(
      methods: MethodCatalog(MethodRegistry.descriptions), tasks: GLUETask.allCases.map(\.rawValue),
      metrics: Metric.allCases.map(\.rawValue))
  }
}
