// Which kernels OpenBLAS computes with: chosen here, from what the processor can do, before the first product.
//
// Left to itself the library guesses by the processor's model number and takes slow kernels on models that it does not know, and
// different ones on processors that could run the same. `OPENBLAS_CORETYPE` is its public way to be told, read once when it is loaded.
import COpenBLAS
import Foundation
import Synchronization

/// The library that computes matrix products, as it stands in this process.
package struct BLAS: Sendable, Equatable {
  /// Why products are computed on this core.
  package enum Reason: String, Sendable, CaseIterable {
    /// The fastest that the processor can run.
    case processor
    /// Asked for on the command line.
    case option
    /// Asked for by `OPENBLAS_CORETYPE`.
    case environment
    /// The core of the record that is made again.
    case record
    /// The core of the checkpoint that a run goes on from.
    case checkpoint
    /// OpenBLAS's own choice, where this program has none for the processor, or the library takes no other.
    case library
  }

  /// The core, as the library names it: `SkylakeX`.
  package let core: String
  /// Why the library cannot be used as asked.
  package let reason: Reason
  /// The library's version: `0.3.21`.
  package let version: String
  /// The library's own description of its version and build, this core among it.
  package let configuration: String
  /// A value of `OPENBLAS_CORETYPE` that the library does not know.
  package let unknownRequest: String?

  /// The core where it is one that this program knows.
  package var knownCore: BLASCore? { BLASCore(named: core) }
  /// The core that the processor could run and that is faster than the one in use; nil where there is none.
  package var fasterCore: BLASCore? {
    guard let best = BLASCore.best, !(knownCore?.isAsWide(as: best) ?? false) else { return nil }
    return best
  }

  // MARK: This process

  private struct State {
    var chosen: BLAS?
    /// What the user asks for by `OPENBLAS_CORETYPE`; not what this program set there before it started itself again.
    let request = BLAS.restartCore == nil ? getenv(BLAS.variable).map { String(cString: $0) } : nil
  }

  private static let variable = "OPENBLAS_CORETYPE"
  private static let restartMark = "LOWRANK_RESTARTED_ON"

  /// The core that this program set before it started itself again.
  private static var restartCore: BLASCore? { getenv(restartMark).flatMap { BLASCore(named: String(cString: $0)) } }
  private static let state = Mutex(State())

  /// What this process computes with; chosen now where nothing was before.
  ///
  /// - Throws: `BackendError` where the library cannot be used as it must be.
  package static func current() throws -> BLAS {
    try state.withLock { state in
      if let chosen = state.chosen { return chosen }
      return try choose(nil, .processor, &state)
    }
  }

  /// Takes a core for all products from now on; none may be running. `OPENBLAS_CORETYPE` is stronger.
  ///
  /// - Parameter core: nil takes the best that the processor can run.
  /// - Returns: what is in use then: another core than asked for where `OPENBLAS_CORETYPE` rules.
  /// - Throws: `BackendError.coreNotSupported`; `.coreNotInBuild`; `.coreNotSwitchable` where this build of the library takes a core
  ///   when it is loaded only. What was in use stays so.
  @discardableResult
  package static func use(_ core: BLASCore?, because reason: Reason) throws -> BLAS {
    try state.withLock { state in try choose(core, reason, &state) }
  }

  /// The core that OpenBLAS takes by itself on this machine; nil where that cannot be told without loading it anew.
  package static func libraryChoice() -> String? {
    state.withLock { state in
      let before = String(cString: openblas_get_corename())
      guard state.request != nil || state.chosen != nil else { return before }
      defer { _ = Self.switchLibrary(to: before) }
      return Self.switchLibrary(to: nil) ? String(cString: openblas_get_corename()) : nil
    }
  }

  private static func choose(_ asked: BLASCore?, _ reason: Reason, _ state: inout State) throws -> BLAS {
    openblas_set_num_threads(1)
    let found = Int(openblas_get_num_threads())
    guard found == 1 else { throw BackendError.blasThreads(found: found) }
    let loaded = String(cString: openblas_get_corename())
    // a name that the library does not know leaves it to its own choice
    let isKnown = state.chosen?.reason == .environment || state.request.map { $0.lowercased() == loaded.lowercased() } ?? false
    if let request = state.request, isKnown {
      if let core = BLASCore(named: request), !core.isSupported {
        throw BackendError.coreNotSupported(core, by: "\(variable)=\(request)")
      }
      return keep(BLAS(core: loaded, reason: .environment, unknownRequest: nil), &state)
    }
    if let asked {
      guard asked.isSupported else {
        throw BackendError.coreNotSupported(asked, by: reason == .option ? "--core" : "the \(reason.rawValue)")
      }
      try take(asked, loaded: loaded)
      return keep(BLAS(core: asked.rawValue, reason: reason, unknownRequest: state.request), &state)
    }
    for core in [restartCore].compactMap({ $0 }) + BLASCore.choices.reversed() where core.isSupported {
      do {
        try take(core, loaded: loaded)
        return keep(BLAS(core: core.rawValue, reason: reason, unknownRequest: state.request), &state)
      } catch BackendError.coreNotInBuild {
        // the next fastest
      } catch BackendError.coreNotSwitchable where restartCore != nil {
        // a build with kernels for one kind of processor alone was asked when it was loaded, too
      }
    }
    return keep(BLAS(core: loaded, reason: .library, unknownRequest: state.request), &state)
  }

  /// Lets the library compute on a core from now on; where it cannot, it computes on the one that it had.
  private static func take(_ core: BLASCore, loaded: String) throws {
    if loaded == core.rawValue { return }
    guard switchLibrary(to: core.rawValue) else { throw BackendError.coreNotSwitchable(core, loaded: loaded) }
    guard String(cString: openblas_get_corename()) == core.rawValue else {
      // asked for what it has not, the library takes whatever it would by itself
      _ = switchLibrary(to: loaded)
      throw BackendError.coreNotInBuild(core)
    }
    openblas_set_num_threads(1)
  }

  private static func keep(_ chosen: BLAS, _ state: inout State) -> BLAS {
    state.chosen = chosen
    return chosen
  }

  private init(core: String, reason: Reason, unknownRequest: String?) {
    // the library writes this text anew into one place at every call
    let configuration = String(cString: openblas_get_config())
    self.core = core
    self.reason = reason
    self.configuration = configuration
    self.unknownRequest = unknownRequest
    let words = configuration.split(separator: " ")
    version = words.dropFirst().first.map(String.init) ?? "unknown"
  }

  /// Sets the environment so that this program, started again, finds the library on a core; for a library that cannot switch.
  ///
  /// - Returns: false where that was done before, and did not help.
  package static func prepareRestart(on core: BLASCore) -> Bool {
    guard restartCore != core else { return false }
    return setenv(restartMark, core.rawValue, 1) == 0 && setenv(variable, core.rawValue, 1) == 0
  }

  /// Lets the library choose again as it did when it was loaded: by these two functions, which every multi-core build has but no header
  /// declares. Nothing happens where one is missing.
  ///
  /// - Returns: whether it chose again.
  private static func switchLibrary(to core: String?) -> Bool {
    // RTLD_DEFAULT, which is a cast that Swift does not import
    guard let forget = dlsym(nil, "gotoblas_dynamic_quit"), let choose = dlsym(nil, "gotoblas_dynamic_init") else { return false }
    typealias Function = @convention(c) () -> Void
    let before = getenv(variable).map { String(cString: $0) }
    if let core { setenv(variable, core, 1) } else { unsetenv(variable) }
    unsafeBitCast(forget, to: Function.self)()
    unsafeBitCast(choose, to: Function.self)()
    // programs that are started from here choose for themselves
    if let before { setenv(variable, before, 1) } else { unsetenv(variable) }
    return true
  }
}
