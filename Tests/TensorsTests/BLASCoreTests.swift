// The names of cores and what they need; which one a process uses is tested from outside, since it is one for all its products.

import Testing

@testable import CPUBackend

@Suite("BLAS cores")
struct BLASCoreTests {
  @Test("are known by their names, however written, and only by those")
  func names() {
    #expect(BLASCore(named: "SKYLAKEX") == .skylakeX)
    #expect(BLASCore(named: "haswell") == .haswell)
    #expect(BLASCore(named: "CooperlakeCooperlake") == nil)
    #expect(BLASCore(named: "") == nil)
  }

  @Test("a processor that can run a core can run those that need less")
  func support() {
    if BLASCore.cooperlake.isSupported { #expect(BLASCore.skylakeX.isSupported) }
    if BLASCore.skylakeX.isSupported { #expect(BLASCore.haswell.isSupported && BLASCore.best == .skylakeX) }
    if BLASCore.haswell.isSupported { #expect(BLASCore.best != nil && BLASCore.zen.isSupported) }
    #expect(BLASCore.cooperlake.isAsWide(as: .skylakeX) && !BLASCore.haswell.isAsWide(as: .skylakeX))
  }

  @Test("this process computes on the best, unless OPENBLAS_CORETYPE says otherwise")
  func current() throws {
    let blas = try BLAS.current()
    #expect(try BLAS.current() == blas)
    if blas.reason == .processor { #expect(blas.knownCore == BLASCore.best && blas.fasterCore == nil) }
    #expect(blas.configuration.contains(blas.core) && blas.configuration.contains(blas.version))
  }

  @Test("kernels that a processor lacks are refused with what they need")
  func refused() {
    #expect(
      BackendError.coreNotSupported(.skylakeX, by: "--core").description.hasPrefix(
        "--core asks for the BLAS core SkylakeX, which needs AVX-512 (F, BW, DQ and VL); this processor has not all of that. "))
  }
}
