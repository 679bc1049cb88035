// What manifests may say about methods: the registry's own descriptions, handed to the validator.
import Adapters
import Manifests
import Settings

extension MethodCatalog {
  /// Every method of the registry.
  package static var registered: MethodCatalog { MethodCatalog(MethodRegistry.descriptions) }
}
