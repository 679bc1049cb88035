// The guide's example of a method is a file of these tests, so that it compiles and keeps the contract of methods.
import Foundation
import TestSupport
import Testing

@Suite("The guide's method")
struct GuideMethodTests {
  @Test("is SVFT.swift, but for the import that a file of the target itself does not need")
  func same() throws {
    let file = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "SVFT.swift")
    let text = try String(contentsOf: file, encoding: .utf8)
    #expect(try Pages.blocks("swift").map(\.text) == [text.replacing("\n@testable import Adapters\n", with: "")])
  }
}
