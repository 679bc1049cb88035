// What computed the numbers in a checkpoint.
import Storage

/// The arithmetic of a checkpoint. A run that goes on with another ends with the bits of neither.
package struct CheckpointOrigin: Sendable, Equatable {
  /// The kernels of matrix products, as in `SkylakeX`.
  package let core: String
  /// The version of the library of matrix products, as in `0.3.21`.
  package let library: String
  /// The version of this program's arithmetic.
  package let numerics: Int

  /// Names an arithmetic.
  package init(core: String, library: String, numerics: Int) {
    self.core = core
    self.library = library
    self.numerics = numerics
  }

  /// What a checkpoint's root says; nil where it does not say all of it.
  package init?(_ attributes: [(name: String, attribute: HDF5Attribute)]) {
    func value(_ name: String) -> HDF5Attribute? { attributes.first { $0.name == name }?.attribute }
    guard case .string(let core)? = value("blas_core"), case .string(let library)? = value("blas_version"),
      case .integer(let numerics)? = value("numerics_version")
    else { return nil }
    self.init(core: core, library: library, numerics: Int(clamping: numerics))
  }

  /// What stands on a checkpoint's root.
  var attributes: [(name: String, attribute: HDF5Attribute)] {
    [
      ("blas_core", .string(core)), ("blas_version", .string(library)), ("numerics_version", .integer(Int64(numerics))),
    ]
  }
}
