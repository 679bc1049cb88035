// The project's own notebooks: marks that can be followed, pictures that are there.
import Foundation
import TestSupport
import Testing

@Suite("The shipped notebooks")
struct ShippedNotebookTests {
  private var files: [URL] {
    get throws {
      try FileManager.default.contentsOfDirectory(
        at: Repository.root.appending(path: "notebooks-md"), includingPropertiesForKeys: nil
      )
      .filter { $0.pathExtension == "md" }.sorted { $0.path < $1.path }
    }
  }

  @Test("there is one for each paper, a comparison, and one on what the papers leave open")
  func complete() throws {
    #expect(try files.map(\.lastPathComponent) == ["aflora.md", "beyond.md", "comparison.md", "loradrop.md", "prilora.md"])
  }

  @Test("every picture is there")
  func pictures() throws {
    for file in try files {
      for match in try String(contentsOf: file, encoding: .utf8).matches(of: /\]\((figures\/[^)]*)\)/) {
        let picture = file.deletingLastPathComponent().appending(path: String(match.1))
        #expect(FileManager.default.fileExists(atPath: picture.path), "\(file.lastPathComponent): \(match.1)")
      }
    }
  }

  @Test(
    "every mark is of an experiment that there is")
  func marks() throws {
    let program = try Program.url
    let results = FileManager.default.temporaryDirectory.appending(path: "lowrank-none-\(UUID().uuidString)")
    let result = try execute(program, ["knit", "--check", "--root", Repository.root.path, "--results", results.path])
    #expect(result.status == 0, "\(result.output)")
    #expect(result.output.contains(" 0 not so, "), "\(result.output)")
  }
}
