// Arrows between targets stand in `Package.swift`, all of them and no others.
import Foundation
import TestSupport
import Testing

@Suite("Imports")
struct ImportTests {
  @Test("every import is a declared dependency, and every dependency is imported")
  func declared() throws {
    let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
    let targets = try Target.all(in: root)
    #expect(targets.count > 30)
    #expect(try targets.flatMap { try $0.differences() } == [])
  }

  @Test("one target alone knows which backends there are")
  func backends() throws {
    let sources = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
      .appending(path: "Sources")
    var naming: Set<String> = []
    for file in FileManager.default.enumerator(at: sources, includingPropertiesForKeys: nil) ?? .init() {
      guard let file = file as? URL, file.pathExtension == "swift" else { continue }
      let code = try String(contentsOf: file, encoding: .utf8).replacing(/\/\/.*/, with: "").replacing(
        /import CPUBackend/, with: "")
      if code.contains("CPUBackend") { naming.insert(file.pathComponents[sources.pathComponents.count]) }
    }
    #expect(naming == ["CPUBackend", "Devices"])
  }

  @Test("every way to import is seen, and nothing else")
  func ways() throws {
    try withTemporaryFolder { folder in
      let files = [
        "One.swift": """
        import Foundation
        @testable import Tested
        @_exported import Exported
        import struct Kinds.Kind
        // import Commented
        /* import Blocked */
        let text = "import Quoted"
        let lines = \"""
          import Lines
          \"""
        """, "Inner/Two.swift": "package import Declared; import Second\n",
      ]
      for (name, text) in files {
        let file = folder.appending(path: name)
        try FileManager.default.createDirectory(at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
        try Data(text.utf8).write(to: file)
      }
      let target = Target(name: "Made", folder: folder, declared: ["Declared", "Second", "Idle"])
      #expect(try target.imports() == ["Foundation", "Tested", "Exported", "Kinds", "Declared", "Second"])
      #expect(
        try target.differences() == [
          "Made imports Exported, which Package.swift does not declare as its dependency",
          "Made imports Kinds, which Package.swift does not declare as its dependency",
          "Made imports Tested, which Package.swift does not declare as its dependency",
          "Made declares Idle in Package.swift, which none of its files imports",
        ])
      var whole = target
      whole.declared = ["Tested", "Exported", "Kinds", "Declared", "Second"]
      #expect(try whole.differences() == [])
    }
  }
}
