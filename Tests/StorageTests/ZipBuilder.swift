// Makes zip files and pickles for tests, honest ones and others.

/// A zip file of stored entries.
struct ZipBuilder {
  var zip64 = false
  private(set) var bytes: [UInt8] = []
  private var directory: [UInt8] = []
  private var count = 0

  init(zip64: Bool = false) { self.zip64 = zip64 }

  /// Adds an entry; the directory claims `claimedSize` bytes and `method` for it.
  mutating func add(_ name: String, _ content: [UInt8], claimedSize: Int? = nil, method: UInt16 = 0, at: Int? = nil) {
    let offset = at ?? bytes.count
    let size = claimedSize ?? content.count
    bytes += little(UInt32(0x0403_4b50)) + little(UInt16(20)) + little(UInt16(0)) + little(method)
    bytes += [UInt8](repeating: 0, count: 16) + little(UInt16(name.utf8.count)) + little(UInt16(0)) + Array(name.utf8)
    bytes += content
    directory += little(UInt32(0x0201_4b50)) + [45, 0, 45, 0, 0, 0] + little(method) + [UInt8](repeating: 0, count: 8)
    let small = zip64 ? UInt32.max : UInt32(size)
    directory += little(small) + little(small) + little(UInt16(name.utf8.count))
    directory += little(UInt16(zip64 ? 28 : 0)) + [UInt8](repeating: 0, count: 10)
    directory += little(zip64 ? UInt32.max : UInt32(offset)) + Array(name.utf8)
    if zip64 {
      directory += little(UInt16(1)) + little(UInt16(24)) + little(UInt64(size)) + little(UInt64(size))
      directory += little(UInt64(offset))
    }
    count += 1
  }

  /// The whole file.
  func finished() -> [UInt8] {
    var result = bytes + directory
    if zip64 {
      result += little(UInt32(0x0606_4b50)) + little(UInt64(44)) + [45, 0, 45, 0] + [UInt8](repeating: 0, count: 8)
      result +=
        little(UInt64(count)) + little(UInt64(count)) + little(UInt64(directory.count)) + little(UInt64(bytes.count))
      result += little(UInt32(0x0706_4b50)) + little(UInt32(0)) + little(UInt64(bytes.count + directory.count))
      result += little(UInt32(1))
    }
    result += little(UInt32(0x0605_4b50)) + [0, 0, 0, 0]
    let few = zip64 ? UInt16.max : UInt16(count)
    result += little(few) + little(few)
    result += little(zip64 ? UInt32.max : UInt32(directory.count)) + little(zip64 ? UInt32.max : UInt32(bytes.count))
    return result + [0, 0]
  }
}

func little<Number: FixedWidthInteger>(_ value: Number) -> [UInt8] {
  withUnsafeBytes(of: value.littleEndian) { Array($0) }
}

/// Pieces of a pickle of protocol 2.
enum Pickle {
  static func text(_ value: String) -> [UInt8] { [0x58] + little(UInt32(value.utf8.count)) + Array(value.utf8) }
  static func integer(_ value: Int) -> [UInt8] { [0x8a, 8] + little(Int64(value)) }
  static func global(_ module: String, _ name: String) -> [UInt8] { Array("c\(module)\n\(name)\n".utf8) }
  static func tuple(_ parts: [UInt8]...) -> [UInt8] { Array("(".utf8) + parts.flatMap { $0 } + Array("t".utf8) }
  static func tuple(_ numbers: [Int]) -> [UInt8] {
    Array("(".utf8) + numbers.flatMap { integer($0) } + Array("t".utf8)
  }
  static func call(_ function: [UInt8], _ arguments: [UInt8]) -> [UInt8] { function + arguments + Array("R".utf8) }

  static let emptyOrderedDictionary = call(global("collections", "OrderedDict"), Array(")".utf8))

  static func storage(_ type: String = "FloatStorage", key: String = "0", count: Int) -> [UInt8] {
    tuple(text("storage"), global("torch", type), text(key), text("cpu"), integer(count)) + Array("Q".utf8)
  }

  static func tensor(_ storage: [UInt8], offset: Int = 0, shape: [Int], strides: [Int]) -> [UInt8] {
    call(
      global("torch._utils", "_rebuild_tensor_v2"),
      tuple(storage, integer(offset), tuple(shape), tuple(strides), [0x89], emptyOrderedDictionary))
  }

  static func stateDict(_ items: (String, [UInt8])...) -> [UInt8] {
    [0x80, 2] + emptyOrderedDictionary + Array("(".utf8) + items.flatMap { text($0.0) + $0.1 } + Array("u.".utf8)
  }

  /// A `pytorch_model.bin` with one storage of the given numbers.
  static func file(_ pickle: [UInt8], _ numbers: [Float] = [], zip64: Bool = false) -> [UInt8] {
    var zip = ZipBuilder(zip64: zip64)
    zip.add("model/data.pkl", pickle)
    zip.add("model/byteorder", Array("little".utf8))
    zip.add("model/data/0", numbers.flatMap { little($0.bitPattern) })
    return zip.finished()
  }
}
