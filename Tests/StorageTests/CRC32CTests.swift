// The checksum against its check value and the vectors of RFC 3720.
import Testing

@testable import Storage

@Suite struct CRC32CTests {
  @Test func givesTheCheckValue() {
    #expect(CRC32C.of("123456789".utf8) == 0xE306_9283)
    #expect(CRC32C.masked("123456789".utf8) == 0xC78A_B0E5)
    #expect(CRC32C.of([]) == 0)
  }

  @Test func givesThePublishedVectors() {
    #expect(CRC32C.of([UInt8](repeating: 0, count: 32)) == 0x8A91_36AA)
    #expect(CRC32C.of([UInt8](repeating: 0xFF, count: 32)) == 0x62A8_AB43)
    #expect(CRC32C.of(UInt8(0)..<32) == 0x46DD_794E)
    #expect(CRC32C.of((UInt8(0)..<32).reversed()) == 0x113F_DB5C)
  }
}
