// `lowrank all`: every experiment, one after the other.
import Foundation
import TestSupport
import Testing

@Suite("lowrank all")
struct AllTests {
  @Test("the table of each is written, runs that several share are trained once")
  func whole() throws {
    let tiny = try TinyProgram()
    try tiny.project.write(TinyProject.manifest.replacing("id: tiny", with: "id: again"), to: "experiments/again.yaml")
    let result = try tiny.lowrank(["all", "--jobs", "1"], apart: true)
    #expect(result.status == 0 && result.output.isEmpty, "\(result)")
    #expect(
      result.errors.hasPrefix("2 experiments · pocket · 4 runs, 2 of them different, 0 done before, 2 to go\n"), "\(result.errors)")
    for id in ["again", "tiny"] { #expect(result.errors.contains("→ \(tiny.project.file("results/\(id).md").path)\n")) }
    #expect(try FileManager.default.contentsOfDirectory(atPath: tiny.project.file("results/runs").path).count == 2)
  }

  @Test("a group is run by its name alone")
  func groups() throws {
    let tiny = try TinyProgram()
    try tiny.project.write(
      TinyProject.manifest.replacing("id: tiny", with: "id: apart\ngroup: findings"), to: "experiments/apart.yaml")
    let result = try tiny.lowrank(["all", "--group", "findings"], apart: true)
    #expect(result.status == 0 && result.errors.contains("→ \(tiny.project.file("results/apart.md").path)\n"), "\(result)")
    #expect(!FileManager.default.fileExists(atPath: tiny.project.file("results/tiny.md").path))
    let rest = try tiny.lowrank(["all"], apart: true)
    #expect(rest.status == 0 && rest.errors.contains("results/tiny.md\n") && !rest.errors.contains("apart"), "\(rest)")
    try tiny.expectMistake(
      ["all", "--group", "finding"], "no experiment is of the group 'finding'. Did you mean 'findings'? (groups: findings)")
  }

  @Test("an experiment that is broken keeps no other from being run")
  func broken() throws {
    let tiny = try TinyProgram()
    try tiny.project.write("id: [\n", to: "experiments/broken.yaml")
    let result = try tiny.lowrank(["all"], apart: true)
    #expect(result.status == 1 && result.errors.contains("/experiments/broken.yaml:2:1: is not YAML here"), "\(result)")
    #expect(FileManager.default.fileExists(atPath: tiny.project.file("results/tiny.md").path))
  }

  @Test("no project")
  func nowhere() throws {
    let tiny = try TinyProgram()
    try FileManager.default.moveItem(at: tiny.project.file("experiments"), to: tiny.project.file("moved"))
    try tiny.expectMistake(["all"], "HERE: there is no folder 'experiments' here. Run this in the project's root")
  }
}
