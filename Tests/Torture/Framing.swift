// Files whose outer layer refuses nearly every damage: the damage is done within, and the layer made right again.
import Foundation
import Storage

/// How a damaged file is made to look whole again.
enum Framing {
  /// It is not.
  case none
  /// Eight bytes with the header's length, the JSON header, the tensors.
  case safetensors
  /// The same, with the digest of all that at the end.
  case sealed

  /// Changes `bytes`, or only what the outer layer holds.
  func changed(_ bytes: [UInt8], by mutation: inout Mutation) -> [UInt8] {
    switch self {
    case .none: return mutation.changed(bytes)
    case .safetensors:
      if mutation.chance.oneIn(3) { return mutation.changed(bytes) }
      return Self.header(of: bytes, changedBy: &mutation)
    case .sealed:
      switch mutation.chance.below(8) {
      case 0: return mutation.changed(bytes)
      case 1: return Self.sealed(mutation.changed(Array(bytes.dropLast(64))))
      case 2, 3, 4: return Self.sealed(Self.header(of: Array(bytes.dropLast(64)), changedBy: &mutation))
      default: return Self.sealed(Self.numbers(of: Array(bytes.dropLast(64)), changedBy: &mutation))
      }
    }
  }

  private static func headerEnd(_ bytes: [UInt8]) -> Int {
    let length = bytes.prefix(8).enumerated().reduce(0) { $0 | Int($1.element) << (8 * $1.offset) }
    return 8 + max(0, min(length, bytes.count - 8))
  }

  private static func header(of bytes: [UInt8], changedBy mutation: inout Mutation) -> [UInt8] {
    guard bytes.count > 8 else { return mutation.changed(bytes) }
    let end = headerEnd(bytes), header = mutation.changed(Array(bytes[8..<end]))
    let length = (0..<8).map { UInt8(truncatingIfNeeded: header.count >> (8 * $0)) }
    return length + header + bytes[end...]
  }

  /// A few of the tensors' bytes become others, as many as there were.
  private static func numbers(of bytes: [UInt8], changedBy mutation: inout Mutation) -> [UInt8] {
    var bytes = bytes
    let end = headerEnd(bytes)
    guard end < bytes.count else { return bytes }
    for _ in 0...mutation.chance.below(4) {
      let start = end + mutation.chance.below(bytes.count - end) / 8 * 8
      let part = mutation.chance.pick([0, 0xFF, 0x7F, 0x80])
      for index in start..<min(start + 8 * (1 + mutation.chance.below(4)), bytes.count) { bytes[index] = UInt8(part) }
    }
    return bytes
  }

  private static func sealed(_ bytes: [UInt8]) -> [UInt8] { bytes + Array(FileDigest.sha256(of: bytes).utf8) }
}
