// `lowrank methods`: every method and its options, on the terminal and as a page.
import Foundation
import TestSupport
import Testing

@Suite("lowrank methods")
struct MethodsTests {
  private func methods(_ arguments: String...) throws -> ProgramResult {
    try execute(Program.url, ["methods"] + arguments, environment: Program.environment(), apart: true)
  }

  @Test("all methods, a line each")
  func list() throws {
    let result = try methods()
    let lines = result.output.split(separator: "\n")
    #expect(result.status == 0 && result.errors.isEmpty && lines.count == 22, "\(result)")
    #expect(lines.contains { $0.contains(/^lora +LoRA +Hu et al\. 2021/) }, "\(result.output)")
  }

  @Test("a method's options with their types, limits and defaults; by an alias too")
  func one() throws {
    let result = try methods("lora")
    #expect(result.status == 0 && result.output.hasPrefix("## LoRA (`lora`)\n\n"), "\(result)")
    #expect(result.output.contains(/\n\- `rank`: a whole number from 1 to \d+; default 8\.\ /), "\(result.output)")
    #expect(try methods("elora").output == methods("vera").output)
    let unknown = try methods("loar")
    #expect(unknown.status == 1 && unknown.errors.hasPrefix("Error: 'loar' is not a method"), "\(unknown)")
  }

  @Test("the page in notebooks-md/guide is what the program prints")
  func page() throws {
    let file = Repository.root.appending(path: "notebooks-md/guide/methods.md")
    #expect(try methods("--all").output == String(contentsOf: file, encoding: .utf8), "write it with: lowrank methods --all")
  }
}
