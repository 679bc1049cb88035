// Where the recorded references lie, and copies of them to spoil.
import Foundation
import Testing

/// `Tests/Fixtures`.
let fixtures = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
  .appendingPathComponent("Fixtures")

/// A copy of one reference in a folder that goes away with its last use; models and batches stand where its paths lead.
final class SpoiledCopy {
  private let root: URL
  /// The reference's folder.
  let folder: URL

  init(of path: String) throws {
    let files = FileManager.default
    root = files.temporaryDirectory.appendingPathComponent("lowrank-parity-\(UUID().uuidString)")
    folder = root.appendingPathComponent(path)
    let parent = folder.deletingLastPathComponent()
    try files.createDirectory(at: parent, withIntermediateDirectories: true)
    try files.copyItem(at: fixtures.appendingPathComponent(path), to: folder)
    guard path.hasPrefix("peft/") else { return }
    try files.createSymbolicLink(
      at: root.appendingPathComponent("models"), withDestinationURL: fixtures.appendingPathComponent("models"))
    let original = fixtures.appendingPathComponent(path).deletingLastPathComponent()
    for name in try files.contentsOfDirectory(atPath: original.path) where name != folder.lastPathComponent {
      try files.createSymbolicLink(
        at: parent.appendingPathComponent(name), withDestinationURL: original.appendingPathComponent(name))
    }
  }

  deinit { try? FileManager.default.removeItem(at: root) }

  func file(_ name: String) -> URL { folder.appendingPathComponent(name) }

  /// Adds to one number of a float32 tensor in a safetensors file.
  func change(_ tensor: String, in name: String, at index: Int, by amount: Float) throws {
    var bytes = [UInt8](try Data(contentsOf: file(name)))
    let length = (0..<8).reduce(0) { $0 | Int(bytes[$1]) << (8 * $1) }
    let header = try JSONSerialization.jsonObject(with: Data(bytes[8..<8 + length]))
    let entry = try #require((header as? [String: Any])?[tensor] as? [String: Any], "\(tensor) in \(name)")
    #expect(entry["dtype"] as? String == "F32")
    let offsets = try #require(entry["data_offsets"] as? [Int])
    let place = 8 + length + offsets[0] + 4 * index
    try #require(place + 4 <= 8 + length + offsets[1])
    let bits = (0..<4).reduce(UInt32(0)) { $0 | UInt32(bytes[place + $1]) << (8 * UInt32($1)) }
    let changed = (Float(bitPattern: bits) + amount).bitPattern
    for byte in 0..<4 { bytes[place + byte] = UInt8(truncatingIfNeeded: changed >> (8 * UInt32(byte))) }
    try Data(bytes).write(to: file(name))
  }

  /// Rewrites a JSON file.
  func edit<Root>(_ name: String, as type: Root.Type, _ body: (inout Root) throws -> Void) throws {
    let value = try JSONSerialization.jsonObject(with: Data(contentsOf: file(name)), options: [.fragmentsAllowed])
    var root = try #require(value as? Root)
    try body(&root)
    try JSONSerialization.data(withJSONObject: root).write(to: file(name))
  }
}
