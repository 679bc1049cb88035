// What computed the numbers in a checkpoint.
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

  /// What a checkpoint says; nil where it does not say all of it.
  package init?(_ texts: [String: String]) {
    guard let core = texts["blas_core"], let library = texts["blas_version"],
      let numerics = texts["numerics_version"].flatMap({ Int($0) })
    else { return nil }
    self.init(core: core, library: library, numerics: numerics)
  }

  /// What stands in a checkpoint.
  var texts: [String: String] { ["blas_core": core, "blas_version": library, "numerics_version": "\(numerics)"] }
}
