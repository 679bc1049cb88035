// `lowrank check`: everything that is wrong with the files of a project, before anything runs.
import Foundation
import TestSupport
import Testing

@Suite("lowrank check")
struct CheckTests {
  @Test("a project without a problem; nothing is written")
  func sound() throws {
    let tiny = try TinyProgram()
    let before = tiny.project.everything()
    let check = try tiny.lowrank(["check"], apart: true)
    #expect(check.status == 0 && check.errors.isEmpty, "\(check)")
    #expect(check.output == "1 manifest, 2 profiles of them, 4 runs (4 with their model and data at hand): no problem\n")
    tiny.expectUnchanged(since: before)
  }

  @Test("a problem of each kind of file is said with its place, and each is counted")
  func problems() throws {
    let tiny = try TinyProgram()
    try tiny.project.write("id: other\ntitel: slip\n", to: "experiments/other.yaml")
    try tiny.project.write("id: [\n", to: "experiments/pretrain/broken.yaml")
    try tiny.project.write("id: small\nseed: 0\nmodel: {layers: 0}\n", to: "experiments/pretrain/small.yaml")
    try tiny.project.write("defaults: {epoch: 2}\n", to: "experiments/recipes/unused.yaml")
    try tiny.project.write("id: unused\nformat: xml\n", to: "experiments/tasks/unused.yaml")
    try tiny.project.write("papers: 7\n", to: "experiments/published.yaml")
    let check = try tiny.lowrank(["check"], apart: true)
    #expect(check.status == 1 && check.errors.isEmpty, "\(check)")
    let lines = check.output.split(separator: "\n")
    for file in [
      "other.yaml:2:1", "pretrain/broken.yaml:2:1", "pretrain/small.yaml:3:", "recipes/unused.yaml:1:", "tasks/unused.yaml:2:",
      "published.yaml:1:",
    ] {
      #expect(lines.contains { $0.hasPrefix("\(tiny.project.root.path)/experiments/\(file)") }, "\(file) in \(check.output)")
    }
    #expect(lines.last?.hasSuffix(": \(lines.count - 1) problems") == true, "\(check.output)")
  }
}
