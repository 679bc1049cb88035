// Whether a run can go on from its checkpoint here, and on which core: numbers of two kinds of arithmetic in one run would be the
// result of neither.
import CPUBackend
import Foundation
import Records
import Storage
import Training

/// What is to be done about a checkpoint.
package enum Resumption: Equatable {
  /// There is none.
  case begins
  /// It is of the arithmetic that this process computes with now.
  case goesOn
  /// It is of another core, which this process can take while nothing else is running.
  case movesTo(BLASCore)
  /// It is of an arithmetic that cannot be had here, for this reason.
  case startsAgain(String)

  /// Looks at the checkpoint at `url`, of a run or of a pre-training. A damaged file goes on: what reads it says so.
  ///
  /// - Parameter canSwitch: whether the library can take another core now.
  /// - Throws: `BackendError` where the library cannot be asked for its core.
  package static func of(_ url: URL, canSwitch: Bool = true) throws -> Resumption {
    guard FileManager.default.fileExists(atPath: url.path) else { return .begins }
    guard let archive = try? SealedArchive(url: url) else { return .goesOn }
    guard let found = CheckpointOrigin(archive.texts) else {
      return .startsAgain("its checkpoint does not say on which BLAS core it was computed")
    }
    let blas = try BLAS.current(), here = CheckpointOrigin(blas)
    if found == here { return .goesOn }
    if found.numerics != here.numerics {
      return .startsAgain("its checkpoint is of version \(found.numerics) of the arithmetic, this program has \(here.numerics)")
    }
    if found.library != here.library {
      return .startsAgain("its checkpoint was computed by OpenBLAS \(found.library), here is \(here.library)")
    }
    let subject = "its checkpoint was computed on core \(found.core)"
    guard let core = BLASCore(named: found.core), core.isSupported else {
      return .startsAgain("\(subject), which this processor cannot run")
    }
    if blas.reason == .environment { return .startsAgain("\(subject), and OPENBLAS_CORETYPE asks for \(blas.core)") }
    return canSwitch ? .movesTo(core) : .startsAgain("\(subject), which this build of OpenBLAS cannot take now")
  }
}

extension CheckpointOrigin {
  /// The arithmetic of this process.
  package init(_ blas: BLAS) { self.init(core: blas.core, library: blas.version, numerics: Numerics.version) }
}
