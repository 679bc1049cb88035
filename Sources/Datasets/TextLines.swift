// A text file as checked lines: UTF-8 without NUL, with or without a byte-order mark, LF or CRLF, with or without a
// newline at the end.
import Foundation
import Storage

/// The lines of a UTF-8 file; blank lines at the end are no lines.
struct TextLines {
  let path: String
  let bytes: [UInt8]
  /// Where the text begins in `bytes`: behind the byte-order mark where there is one.
  let start: Int
  /// Where each line lies in `bytes`, without its line end.
  let lines: [Range<Int>]

  init(contentsOf url: URL) throws(DatasetError) {
    // A pipe or a device would block or never end.
    let target = url.resolvingSymlinksInPath()
    let data: Data
    do {
      let type = try FileManager.default.attributesOfItem(atPath: target.path)[.type] as? FileAttributeType
      guard type == .typeRegular else { throw DatasetError.unreadable(path: url.path, reason: "not a regular file") }
      data = try Data(contentsOf: target)
    } catch let error as DatasetError {
      throw error
    } catch {
      var reason = error.localizedDescription
      if reason.hasSuffix(".") { reason.removeLast() }
      throw .unreadable(path: url.path, reason: reason)
    }
    // an empty file is one without rows, which has its own error
    if !data.isEmpty, let kind = OtherKind(data) { throw .otherKind(path: url.path, found: kind.name, advice: kind.advice) }
    try self.init(bytes: [UInt8](data), path: url.path)
  }

  init(bytes: [UInt8], path: String) throws(DatasetError) {
    self.path = path
    self.bytes = bytes
    self.start = bytes.starts(with: [0xEF, 0xBB, 0xBF]) ? 3 : 0
    var lines: [Range<Int>] = []
    var start = self.start
    while start < bytes.count {
      let newline = bytes[start...].firstIndex(of: UInt8(ascii: "\n")) ?? bytes.count
      let hasReturn = newline > start && bytes[newline - 1] == UInt8(ascii: "\r")
      lines.append(start..<(hasReturn ? newline - 1 : newline))
      start = newline + 1
    }
    while let last = lines.last, last.isEmpty { lines.removeLast() }
    self.lines = lines
    if bytes.contains(0), let line = lines.firstIndex(where: { bytes[$0].contains(0) }) {
      throw .nulByte(path: path, line: line + 1)
    }
    // No UTF-8 sequence holds a newline, so the whole is valid exactly if every line is.
    if String(validating: bytes, as: UTF8.self) == nil {
      let line = lines.firstIndex { String(validating: bytes[$0], as: UTF8.self) == nil }
      throw .invalidUTF8(path: path, line: (line ?? 0) + 1)
    }
  }

  /// The text of a range of bytes.
  func text(_ range: Range<Int>) -> String { String(decoding: bytes[range], as: UTF8.self) }

  /// The columns of a line: the ranges between its tabs.
  func columns(of line: Range<Int>, into columns: inout [Range<Int>]) {
    columns.removeAll(keepingCapacity: true)
    var start = line.lowerBound
    for place in line where bytes[place] == UInt8(ascii: "\t") {
      columns.append(start..<place)
      start = place + 1
    }
    columns.append(start..<line.upperBound)
  }
}
