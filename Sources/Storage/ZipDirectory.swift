// The table of contents of a zip file, for the uncompressed archives that `torch.save` writes (zip64 included).
// Format: PKWARE's APPNOTE 6.3, sections 4.3.7 to 4.3.16 and 4.5.3.

/// The entries of a zip file by name. Every entry handed out lies within the file and overlaps no other.
struct ZipDirectory {
  /// One stored file: where its bytes are.
  struct Entry {
    let name: String
    let offset: Int
    let size: Int
  }

  /// The entries in the order of their bytes.
  let entries: [Entry]

  private static let endSize = 22
  private static let zip64LocatorSize = 20
  private static let zip64EndSize = 56
  private static let localHeaderSize = 30

  private let file: InputFile

  init(file: InputFile) throws {
    self.file = file
    do {
      entries = try Self.parse(file)
    } catch is ByteCursor.Exhausted {
      throw Self.malformed(file, "its directory ends in the middle of an entry")
    }
  }

  private struct Directory {
    var count: UInt64
    var size: UInt64
    var offset: UInt64
  }

  private static func parse(_ file: InputFile) throws -> [Entry] {
    let directory = try locateDirectory(file)
    let (end, overflow) = directory.offset.addingReportingOverflow(directory.size)
    guard !overflow, end <= UInt64(file.size), directory.count <= directory.size / 46 else {
      throw malformed(file, "its directory does not lie within the file")
    }
    var cursor = ByteCursor(try file.bytes(at: Int(directory.offset), count: Int(directory.size)))
    var entries: [Entry] = []
    for _ in 0..<directory.count { entries.append(try parseEntry(&cursor, file, limit: Int(directory.offset))) }
    entries.sort { ($0.offset, $0.size, $0.name) < ($1.offset, $1.size, $1.name) }
    var names: Set<String> = []
    var previousEnd = 0
    for entry in entries {
      guard names.insert(entry.name).inserted else { throw malformed(file, "two entries are called '\(entry.name)'") }
      guard entry.offset >= previousEnd else { throw malformed(file, "entry '\(entry.name)' overlaps another") }
      previousEnd = entry.offset + entry.size
    }
    return entries
  }

  /// Finds the record at the end of the file that says where the directory is, and its zip64 form where there is one.
  private static func locateDirectory(_ file: InputFile) throws -> Directory {
    let tailSize = min(file.size, endSize + 0xffff)
    let tailStart = file.size - tailSize
    let tail = try file.bytes(at: tailStart, count: tailSize)
    var found: Int?
    for start in stride(from: tailSize - endSize, through: 0, by: -1)
    where tail[start] == 0x50 && tail[start + 1] == 0x4b && tail[start + 2] == 5 && tail[start + 3] == 6 {
      let comment = Int(tail[start + 20]) | Int(tail[start + 21]) << 8
      if start + endSize + comment == tailSize {
        found = start
        break
      }
    }
    guard let found else { throw malformed(file, "it has no directory; the file is probably cut short") }
    var cursor = ByteCursor(tail, position: found + 10)
    var directory = Directory(
      count: UInt64(try cursor.unsigned(UInt16.self)), size: UInt64(try cursor.unsigned(UInt32.self)),
      offset: UInt64(try cursor.unsigned(UInt32.self)))
    guard directory.count == 0xffff || directory.size == 0xffff_ffff || directory.offset == 0xffff_ffff else {
      return directory
    }
    let locatorStart = tailStart + found - zip64LocatorSize
    guard locatorStart >= 0 else { throw malformed(file, "its zip64 directory is missing") }
    var locator = ByteCursor(try file.bytes(at: locatorStart, count: zip64LocatorSize))
    let locatorSignature = try locator.unsigned(UInt32.self)
    _ = try locator.unsigned(UInt32.self)
    let recordOffset = try locator.unsigned(UInt64.self)
    guard locatorSignature == 0x0706_4b50, recordOffset <= UInt64(max(0, locatorStart - zip64EndSize)) else {
      throw malformed(file, "its zip64 directory is missing")
    }
    var record = ByteCursor(
      try file.bytes(at: Int(recordOffset), count: min(zip64EndSize, file.size - Int(recordOffset))))
    guard try record.unsigned(UInt32.self) == 0x0606_4b50 else {
      throw malformed(file, "its zip64 directory is missing")
    }
    _ = try record.take(28)
    directory.count = try record.unsigned(UInt64.self)
    directory.size = try record.unsigned(UInt64.self)
    directory.offset = try record.unsigned(UInt64.self)
    return directory
  }

  /// One entry of the directory, whose bytes must end before `limit`, the directory's start.
  private static func parseEntry(_ cursor: inout ByteCursor, _ file: InputFile, limit: Int) throws -> Entry {
    guard try cursor.unsigned(UInt32.self) == 0x0201_4b50 else {
      throw malformed(file, "its directory holds something that is no entry")
    }
    _ = try cursor.take(4)
    let flags = try cursor.unsigned(UInt16.self)
    let method = try cursor.unsigned(UInt16.self)
    _ = try cursor.take(8)
    var stored = UInt64(try cursor.unsigned(UInt32.self))
    var size = UInt64(try cursor.unsigned(UInt32.self))
    let nameLength = Int(try cursor.unsigned(UInt16.self))
    let extraLength = Int(try cursor.unsigned(UInt16.self))
    let commentLength = Int(try cursor.unsigned(UInt16.self))
    _ = try cursor.take(8)
    var header = UInt64(try cursor.unsigned(UInt32.self))
    let name = String(decoding: try cursor.take(nameLength), as: UTF8.self)
    var extra = ByteCursor(Array(try cursor.take(extraLength)))
    _ = try cursor.take(commentLength)
    while extra.remaining >= 4 {
      let tag = try extra.unsigned(UInt16.self)
      let length = Int(try extra.unsigned(UInt16.self))
      var field = ByteCursor(Array(try extra.take(length)))
      guard tag == 1 else { continue }
      // The zip64 field holds, in this order, just the numbers that did not fit.
      if size == 0xffff_ffff { size = try field.unsigned(UInt64.self) }
      if stored == 0xffff_ffff { stored = try field.unsigned(UInt64.self) }
      if header == 0xffff_ffff { header = try field.unsigned(UInt64.self) }
    }
    guard method == 0, flags & 1 == 0, stored == size else {
      throw StorageError.unsupported(
        path: file.path, problem: "entry '\(name)' of this zip file is compressed or encrypted",
        advice: "PyTorch stores its entries as they are; save the model again with torch.save.")
    }
    guard header <= UInt64(limit), Int(header) + localHeaderSize <= limit else {
      throw malformed(file, "entry '\(name)' does not lie within the file")
    }
    var local = ByteCursor(try file.bytes(at: Int(header), count: localHeaderSize))
    let signature = try local.unsigned(UInt32.self)
    _ = try local.take(22)
    let start =
      Int(header) + localHeaderSize + Int(try local.unsigned(UInt16.self)) + Int(try local.unsigned(UInt16.self))
    guard signature == 0x0403_4b50, start <= limit, size <= UInt64(limit - start) else {
      throw malformed(file, "entry '\(name)' does not lie within the file")
    }
    return Entry(name: name, offset: start, size: Int(size))
  }

  private static func malformed(_ file: InputFile, _ problem: String) -> StorageError {
    .malformed(path: file.path, format: "zip", problem: problem)
  }
}
