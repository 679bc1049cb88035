// Repairs the head of a file image. `H5Fget_file_image` (1.10) clears the mark "open for writing" in the superblock, but
// leaves the checksum of before, so that no reader would take the file.
// Format: HDF5 File Format Specification 3.0, "Superblock version 2 and 3"; the checksum is Bob Jenkins' lookup3.
import Foundation

enum HDF5Superblock {
  /// Bytes before the checksum, with file addresses of 8 bytes.
  private static let checkedSize = 44

  /// Puts the right checksum into the superblock at the start of `image`.
  static func repair(_ image: inout Data) throws {
    var cursor = ByteCursor(Array(image.prefix(checkedSize)))
    guard image.count > checkedSize + 4, image[image.startIndex + 8] == 2, image[image.startIndex + 9] == 8 else {
      throw HDF5Library.Failure(call: "H5Fget_file_image")
    }
    var words: [UInt32] = []
    while cursor.remaining > 0 { words.append(try cursor.unsigned(UInt32.self)) }
    let start = image.startIndex + checkedSize
    image.replaceSubrange(start..<start + 4, with: withUnsafeBytes(of: checksum(words).littleEndian) { Array($0) })
  }

  /// lookup3's `hashlittle` of 4-byte words, whose number is 2 above a multiple of 3, as the superblock's is.
  private static func checksum(_ words: [UInt32]) -> UInt32 {
    func rotated(_ value: UInt32, _ bits: UInt32) -> UInt32 { value << bits | value >> (32 - bits) }
    var a = 0xdead_beef &+ UInt32(words.count * 4)
    var b = a
    var c = a
    for index in stride(from: 0, to: words.count - 2, by: 3) {
      a &+= words[index]
      b &+= words[index + 1]
      c &+= words[index + 2]
      a = (a &- c) ^ rotated(c, 4)
      c &+= b
      b = (b &- a) ^ rotated(a, 6)
      a &+= c
      c = (c &- b) ^ rotated(b, 8)
      b &+= a
      a = (a &- c) ^ rotated(c, 16)
      c &+= b
      b = (b &- a) ^ rotated(a, 19)
      a &+= c
      c = (c &- b) ^ rotated(b, 4)
      b &+= a
    }
    a &+= words[words.count - 2]
    b &+= words[words.count - 1]
    c = (c ^ b) &- rotated(b, 14)
    a = (a ^ c) &- rotated(c, 11)
    b = (b ^ a) &- rotated(a, 25)
    c = (c ^ b) &- rotated(b, 16)
    a = (a ^ c) &- rotated(c, 4)
    b = (b ^ a) &- rotated(a, 14)
    return (c ^ b) &- rotated(b, 24)
  }
}
