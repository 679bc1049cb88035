// CRC-32C, the checksum by which TFRecord files check their parts.

/// The checksum of Castagnoli's polynomial, bit by bit from the lowest.
enum CRC32C {
  private static let polynomial: UInt32 = 0x82F6_3B78
  /// What each byte adds.
  private static let table: [UInt32] = (0..<256).map { byte in
    (0..<8).reduce(UInt32(byte)) { sum, _ in sum & 1 == 1 ? sum >> 1 ^ polynomial : sum >> 1 }
  }

  /// The checksum of some bytes.
  static func of(_ bytes: some Sequence<UInt8>) -> UInt32 {
    ~bytes.reduce(~0) { $0 >> 8 ^ table[Int(($0 ^ UInt32($1)) & 0xFF)] }
  }

  /// The checksum as TFRecord files hold it: turned and moved, so that the checksum of bytes that hold one is no special case.
  static func masked(_ bytes: some Sequence<UInt8>) -> UInt32 {
    let sum = of(bytes)
    return (sum >> 15 | sum << 17) &+ 0xA282_EAD8
  }
}
