// `lowrank parity`: recorded references of other programs, compared.
import Foundation
import TestSupport
import Testing

@Suite("lowrank parity")
struct ParityTests {
  @Test("each reference at or below a folder, and how many passed")
  func passing() throws {
    let one = try execute(Program.url, ["parity", Repository.fixtures.appending(path: "metrics").path], apart: true)
    #expect(one.status == 0 && one.errors.isEmpty)
    #expect(one.output.hasPrefix("\(Repository.fixtures.path)/metrics: passed\nok    accuracy "), "\(one.output)")
    #expect(one.output.hasSuffix("\n1 of 1 references passed\n"))
    let several = try execute(
      Program.url, ["parity", Repository.fixtures.appending(path: "tokenizers").path, "--threads", "2"], apart: true)
    #expect(several.status == 0 && several.output.hasSuffix("\n5 of 5 references passed\n"), "\(several.output)")
  }

  @Test("one changed number, and a file that is cut, fail their reference alone")
  func failing() throws {
    let tiny = try TinyProgram()
    try FileManager.default.createDirectory(at: tiny.project.file("references"), withIntermediateDirectories: true)
    for name in ["good", "changed", "cut"] {
      try FileManager.default.copyItem(
        at: Repository.fixtures.appending(path: "metrics"), to: tiny.project.file("references/\(name)"))
    }
    let file = "references/changed/classification.json"
    let text = try String(contentsOf: tiny.project.file(file), encoding: .utf8)
    let number = try #require(text.firstMatch(of: /"accuracy": ([0-9.]+)/)).1
    try tiny.project.write(text.replacing("\"accuracy\": \(number)", with: "\"accuracy\": 0.123"), to: file)
    try tiny.project.cut("references/cut/classification.json")
    let before = tiny.project.everything()
    let result = try execute(tiny.program, ["parity", tiny.project.file("references").path], apart: true)
    #expect(result.status == 1 && result.errors.isEmpty && !result.wasKilled)
    let output = result.output.replacing(tiny.project.file("references").path, with: "HERE")
    #expect(output.contains("HERE/good: passed\n") && output.contains("HERE/changed: FAILED\nOVER  accuracy "), "\(output)")
    #expect(
      output.contains(
        "HERE/cut: FAILED\nHERE/cut/classification.json: it cannot be read as recorded metric values: it is cut short or damaged. "),
      "\(output)")
    #expect(output.hasSuffix("\n1 of 3 references passed\n"))
    tiny.expectUnchanged(since: before)
  }

  @Test("what holds no reference", arguments: ["nowhere", "experiments", "model/vocab.txt"])
  func none(name: String) throws {
    let tiny = try TinyProgram()
    let path = tiny.project.file(name).path
    let result = try execute(tiny.program, ["parity", path], apart: true)
    #expect(result.status == 1 && result.output.isEmpty)
    #expect(result.errors == "Error: \(path): there is no recorded reference at or below it\n")
  }
}
