import ArgumentParser
import CPUBackend
import Foundation

/// The kernels that matrix products are computed with.
struct CoreOptions: ParsableArguments {
  @Option(
    help:
      "The BLAS core that results are made on; by default the fastest that the processor can run. Equal bits need equal cores."
  )
  var core: BLASCore?

  /// Takes the core that was asked for, or else another, or else the fastest; says what is not as asked or not as fast as it could be.
  ///
  /// - Parameters:
  ///   - other: where none was asked for.
  ///   - reason: why it is the other.
  @discardableResult
  func take(else other: BLASCore? = nil, because reason: BLAS.Reason = .processor) throws -> BLAS {
    let wanted = core ?? other
    let blas: BLAS
    do {
      blas = try BLAS.use(wanted, because: core != nil ? .option : other != nil ? reason : .processor)
    } catch BackendError.coreNotSwitchable(let core, _) where BLAS.prepareRestart(on: core) { Self.restart() }
    if blas.reason == .environment {
      let also = core.flatMap { $0 == blas.knownCore ? nil : ", not \($0.rawValue) as --core says" } ?? ""
      warn("products are computed on core \(blas.core), as OPENBLAS_CORETYPE says\(also)")
    }
    if let request = blas.unknownRequest {
      warn("OPENBLAS_CORETYPE=\(request) is no core of this OpenBLAS; products are computed on core \(blas.core)")
    }
    if blas.reason != .option, blas.reason != .record, let faster = blas.fasterCore {
      warn("core \(blas.core) is slower than \(faster.rawValue), which this processor can run")
    }
    return blas
  }

  /// For a library that takes its core only when it is loaded: loads it on the fastest one, by starting the program again.
  static func takeFastest() {
    do { _ = try BLAS.current() } catch BackendError.coreNotSwitchable(let core, _) where BLAS.prepareRestart(on: core) {
      restart()
    } catch {
      // what keeps products from being computed concerns only the verbs that compute some
    }
  }

  private static func restart() -> Never {
    execv("/proc/self/exe", CommandLine.unsafeArgv)
    warn("the program cannot start itself again: \(String(cString: strerror(errno)))")
    Foundation.exit(1)
  }
}

extension BLASCore: ExpressibleByArgument {
  /// The core that a user names, in any case of letters.
  package init?(argument: String) {
    guard let core = BLASCore(named: argument), Self.choices.contains(core) else { return nil }
    self = core
  }

  package static var allValueStrings: [String] { choices.map { $0.rawValue.lowercased() } }
  package static var allValueDescriptions: [String: String] {
    Dictionary(uniqueKeysWithValues: choices.map { ($0.rawValue.lowercased(), "needs \($0.needs)") })
  }
  package var defaultValueDescription: String { rawValue.lowercased() }
}

extension BLAS {
  /// `OpenBLAS 0.3.21, core SkylakeX (by processor)`
  var text: String { "OpenBLAS \(version), core \(core) (by \(reason.rawValue))" }
}
