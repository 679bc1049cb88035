// Readers that fail, by which tests see that the harness can.
import Foundation

extension Format {
  /// Each takes most inputs and fails at some: which, a test says by the number.
  static let planted = [
    planted("planted-trap") { bytes in if bytes.count % 2 == 1 { fatalError("planted") } },
    planted("planted-hang") { bytes in while bytes.count % 2 == 1 { usleep(1000) } },
    planted("planted-wrong") { bytes in if bytes.count % 2 == 1 { throw Wrong(description: "planted") } },
    planted("planted-error") { bytes in if bytes.count % 2 == 1 { throw CocoaError(.fileReadUnknown) } },
    planted("planted-memory") { bytes in if bytes.count % 2 == 1 { _ = [UInt8](repeating: 1, count: 5 << 30) } },
    planted("planted-refusal") { bytes in if bytes.count % 2 == 1 { throw Refused() } },
  ]

  private static func planted(_ name: String, _ read: @escaping @Sendable ([UInt8]) throws -> Void) -> Format {
    Format(name, share: 20) { folder in
      let target = try Subject.Target(folder.appending(path: "planted.txt"), text: "planted!")
      return Subject([target]) { target, _ in try read([UInt8](try Data(contentsOf: target.file))) }
    }
  }
}
