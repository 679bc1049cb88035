// Where the tests find their fixtures, and folders of their own to write in.
import Foundation
import Storage
import Testing

/// The shipped fixtures, in `Tests/Fixtures`.
enum Fixtures {
  static let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .appendingPathComponent("Fixtures")

  static func url(_ path: String) -> URL { root.appendingPathComponent(path) }
}

/// A folder that is removed with its content at the end of its life.
final class TemporaryFolder: Sendable {
  let url: URL

  init() throws {
    var template = Array((NSTemporaryDirectory() + "/storage-XXXXXX").utf8CString)
    let path = try #require(mkdtemp(&template).map { String(cString: $0) })
    url = URL(fileURLWithPath: path)
  }

  deinit { try? FileManager.default.removeItem(at: url) }

  func file(_ name: String) -> URL { url.appendingPathComponent(name) }

  /// Writes `bytes` as a new file called `name`.
  func write(_ bytes: some Sequence<UInt8>, as name: String) throws -> URL {
    let url = file(name)
    try Data(bytes).write(to: url)
    return url
  }
}

/// What `body` throws, as the text that a user sees.
func message(_ body: () throws -> Void) -> String {
  do {
    try body()
    return "no error"
  } catch {
    return "\(error)"
  }
}

/// A generator for reproducible mutations (SplitMix64).
struct MutationGenerator: RandomNumberGenerator {
  var state: UInt64

  mutating func next() -> UInt64 {
    state &+= 0x9e37_79b9_7f4a_7c15
    var value = state
    value = (value ^ value >> 30) &* 0xbf58_476d_1ce4_e5b9
    value = (value ^ value >> 27) &* 0x94d0_49bb_1331_11eb
    return value ^ value >> 31
  }

  /// `bytes` with one to four bytes changed, some removed at the end, or a number made extreme.
  mutating func mutate(_ bytes: [UInt8], within limit: Int) -> [UInt8] {
    var result = bytes
    switch next() % 4 {
    case 0: result.removeLast(Int(next() % UInt64(bytes.count)))
    case 1:
      let start = Int(next() % UInt64(limit))
      for index in start..<min(start + 8, result.count) { result[index] = next() % 2 == 0 ? 0xff : 0x39 }
    default:
      for _ in 0...next() % 4 { result[Int(next() % UInt64(limit))] = UInt8(truncatingIfNeeded: next()) }
    }
    return result
  }
}
