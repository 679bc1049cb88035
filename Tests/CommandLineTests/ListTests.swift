// `lowrank list`: what there is, and how far it is.
import Foundation
import TestSupport
import Testing

@Suite("lowrank list")
struct ListTests {
  @Test("each experiment with its runs and how many are done; nothing is written")
  func counts() throws {
    let tiny = try TinyProgram()
    let before = tiny.project.everything()
    let fresh = try tiny.lowrank(["list"], apart: true)
    #expect(fresh.status == 0 && fresh.errors.isEmpty)
    #expect(fresh.output == "of no paper\n  tiny: tiny runs\n      runs: pocket 2 · paper 2\n")
    tiny.expectUnchanged(since: before)
    #expect(try tiny.lowrank(["run", "tiny", "--methods", "lora"]).output.contains("1/1  lora"))
    #expect(try tiny.lowrank(["list"]).output.hasSuffix("      runs: pocket 1 of 2 done · paper 2\n"))
    let weights = tiny.project.file(tiny.file("best.safetensors"))
    let bytes = try Data(contentsOf: weights)
    try FileManager.default.removeItem(at: weights)
    #expect(try tiny.lowrank(["list"]).output == fresh.output, "a run whose weights are gone is no done run")
    try bytes.write(to: weights)
    try tiny.project.cut(tiny.file("record.json"))
    #expect(try tiny.lowrank(["list"]).output == fresh.output, "a damaged record is no done run")
  }

  @Test("the shipped experiments are listed from anywhere")
  func shipped() throws {
    let tiny = try TinyProgram()
    let list = try execute(
      tiny.program, ["list", "--root", Repository.root.path, "--results", tiny.project.file("none").path], in: tiny.project.root,
      apart: true)
    #expect(list.status == 0 && list.errors.isEmpty)
    for name in ["demo", "table1", "aflora-table2, ablation-trainability", "loradrop-table4, ablation-threshold", "prilora-cost"] {
      #expect(list.output.contains("\n  \(name): "), "\(name)")
    }
    #expect(!FileManager.default.fileExists(atPath: tiny.project.file("none").path))
  }

  @Test("no project, a manifest that is none, a name that is taken")
  func mistakes() throws {
    let tiny = try TinyProgram()
    try FileManager.default.moveItem(at: tiny.project.file("experiments"), to: tiny.project.file("moved"))
    try tiny.expectMistake(["list"], "HERE: there is no folder 'experiments' here. Run this in the project's root")
    try FileManager.default.moveItem(at: tiny.project.file("moved"), to: tiny.project.file("experiments"))
    // a file that cannot be used is one line, and the others are listed
    func broken(_ line: String) throws {
      let list = try tiny.lowrank(["list"], apart: true)
      #expect(list.status == 1 && list.output.contains("  tiny: tiny runs\n") == !line.contains("tiny.yaml"), "\(list.output)")
      #expect(list.output.hasSuffix("\ncannot be used ('lowrank check' says everything)\n  \(line)\n"), "\(list.output)")
    }
    try tiny.project.write("id: [\n", to: "experiments/broken.yaml")
    let here = tiny.project.root.path
    try broken(
      "\(here)/experiments/broken.yaml: line 2:1: is not YAML here: while parsing a flow node, did not find expected node content.")
    let alias = TinyProject.manifest.replacing("id: tiny", with: "id: tiny-too\naliases: [tiny]")
    try tiny.project.write(alias, to: "experiments/tiny-too.yaml")
    let list = try tiny.lowrank(["list"])
    #expect(list.output.contains("the id or alias 'tiny' is already taken by "), "\(list.output)")
    try FileManager.default.removeItem(at: tiny.project.file("experiments/tiny-too.yaml"))
    try FileManager.default.removeItem(at: tiny.project.file("experiments/broken.yaml"))
    try FileManager.default.createDirectory(at: tiny.project.file("experiments/folder.yaml"), withIntermediateDirectories: true)
    try broken("\(here)/experiments/folder.yaml: cannot be read: Is a directory.")
  }
}
